public import IntaglioGraph
import IntaglioNumerics

/// Takes a constant factor per channel behind a LayerNorm or RMSNorm into its γ and β.
///
///     before   layerNorm(x, γ, β) ─┐
///                                  ├─ multiply ── y
///              constant c ─────────┘
///
///     after    layerNorm(x, c·γ, c·β) ── y
///
/// Calibration that balances activations against weights (SmoothQuant) leaves such factors. γ, β and c are
/// constants of one number or one per channel, and so are the products, which doubles must hold exactly.
public struct AbsorbFactorIntoNorm: RewriteRule {
  public let law = "c·(γ·ŷ + β) = (c·γ)·ŷ + c·β"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    let node = graph[value]
    let divides = node.operation == .divide
    guard divides || node.operation == .multiply else { return nil }
    for (norm, other) in divides ? [(0, 1)] : [(0, 1), (1, 0)] {
      let (norm, other) = (node.operands[norm], node.operands[other])
      guard
        graph[norm].operation.isNormalization, graph.type(of: norm) == graph.type(of: value),
        let width = graph.type(of: norm).shape.last,
        let factor = graph.exactConstant(other), factor.fits([width]),
        !divides || !factor.values.contains(where: \.isZero),
        let parameters = graph.scaled(norm, by: divides ? factor.map { 1 / $0 } : factor, width)
      else { continue }
      let constants = try parameters.map { tensor throws(GraphError) in
        try graph.append(.constant(tensor))
      }
      return try graph.append(
        Node(graph[norm].operation, [graph[norm].operands[0]] + constants),
        name: graph.name(of: value) ?? graph.name(of: norm)
      )
    }
    return nil
  }

  /// The real products and quotients that are left.
  public func measure(_ graph: Graph) -> Int {
    graph.live.count {
      let operation = graph[$0].operation
      return operation == .multiply || operation == .divide
    }
  }
}

extension Graph {
  /// γ and β of a norm, multiplied; `nil` where one is no constant or a product is no double.
  fileprivate func scaled(_ norm: Value, by factor: Scale, _ width: Int) -> [Tensor]? {
    var result: [Tensor] = []
    for operand in self[norm].operands.dropFirst() {
      guard
        let product = exactConstant(operand)?.combined(factor, *), product.fits([width])
      else { return nil }
      let doubles = product.map(\.doubleValue)
      guard zip(product.values, doubles.values).allSatisfy({ Rational(exactly: $1) == $0 }) else {
        return nil
      }
      result.append(Tensor(doubles.expanded(over: [width]), shape: [width]))
    }
    return result
  }
}
