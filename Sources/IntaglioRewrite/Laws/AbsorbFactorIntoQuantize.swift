public import IntaglioGraph
import IntaglioNumerics

/// Takes a constant factor in front of a quantizer into its scale.
///
///     before   x ─┐
///                 ├─ multiply ─ quantize(s, z) ── y
///              c ─┘
///
///     after    x ─ quantize(s/c, z) ── y
///
/// Exact: c·x/s is x/(s/c). Behind a function, what is left is a function with a quantizer: x·sigmoid(a·x) is
/// silu(a·x)/a, and calibration that balances activations against weights (SmoothQuant) multiplies a GELU.
/// The factor must not be zero, nor stretch what it multiplies; one on dequantized integers joins their scale.
public struct AbsorbFactorIntoQuantize: RewriteRule {
  public let law = "quantize(c·x; s, z) = quantize(x; s/c, z)"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard case .quantize(let quantizer) = graph[value].operation else { return nil }
    let product = graph[value].operands[0]
    let node = graph[product]
    let divides = node.operation == .divide
    guard divides || node.operation == .multiply else { return nil }
    for (kept, other) in divides ? [(0, 1)] : [(0, 1), (1, 0)] {
      let (kept, other) = (node.operands[kept], node.operands[other])
      guard
        graph.type(of: kept) == graph.type(of: product), graph.dequantized(kept) == nil,
        graph.constant(kept) == nil,
        let factor = graph.exactConstant(other), factor.isPerIndex,
        !factor.values.contains(where: \.isZero),
        let scale = quantizer.scale.combined(factor, { divides ? $0 * $1 : $0 / $1 })
      else { continue }
      return try graph.append(
        .quantize(
          Quantizer(
            quantizer.type,
            scale: scale,
            zeroPoint: quantizer.zeroPoint,
            placement: quantizer.placement
          )
        ),
        kept,
        name: graph.name(of: value)
      )
    }
    return nil
  }
}

extension Broadcast {
  /// Whether it varies along one axis at most.
  fileprivate var isPerIndex: Bool { shape.count(where: { $0 > 1 }) <= 1 }
}
