public import IntaglioGraph
import IntaglioNumerics

/// Takes a constant addend into the dequantization of an accumulator.
///
///     before   q ─ dequantize(s, z, o) ─┐
///                                       ├─ add ── y
///              constant b ──────────────┘
///
///     after    q ─ dequantize(s, z, o + b) ── y
///
/// Exact: o + b is a ratio. If a quantizer follows, the offset ends in its thresholds; if not, it is
/// the addend of the epilogue that leaves the accumulator. The constant may be a bias, one number or
/// one per index of a single axis, or vary as the scale does; larger constants (position embeddings) stay
/// what they are. Where no real arithmetic is wanted, it may have one number for each channel of every head, too.
public struct AbsorbBiasIntoDequantize: RewriteRule {
  public let law = "(s·q + o) + b = s·q + (o + b)"
  private let takesHeads: Bool

  /// - Parameter takesHeads: whether a constant may vary over any axes but that of rows, the last but one.
  public init(takesHeads: Bool = false) { self.takesHeads = takesHeads }

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    let node = graph[value]
    guard
      let sign = node.operation.additiveSign.map({ Rational($0) }),
      let (main, addend) = graph.dequantizedAndConstant(node, commutes: sign == 1)
    else { return nil }
    let shape = graph.type(of: main.codes).shape
    guard
      addend.fits(shape),
      addend.shape.count(where: { $0 > 1 }) <= 1 || addend.shape == main.dequantizer.scale.shape
        || (takesHeads && addend.isAlikeInRows),
      let offset = main.dequantizer.offset.combined(addend, { $0 + sign * $1 }), offset.fits(shape)
    else { return nil }

    let dequantizer = main.dequantizer
    return try graph.append(
      .dequantize(
        Dequantizer(scale: dequantizer.scale, zeroPoint: dequantizer.zeroPoint, offset: offset)
      ),
      main.codes,
      name: graph.name(of: value)
    )
  }
}

extension Broadcast {
  /// Whether nothing varies along the axis of rows, the last but one.
  var isAlikeInRows: Bool { extent(fromRight: 2) == 1 }
}

extension Graph {
  /// The operands of a binary node as one dequantized variable, or where `allowsConstantCodes` also
  /// dequantized weights, and one exact constant; where the operation `commutes`, the constant may also
  /// stand first.
  func dequantizedAndConstant(
    _ node: Node,
    commutes: Bool,
    allowsConstantCodes: Bool = false
  ) -> (main: Dequantized, constant: Broadcast<Rational>)? {
    let orders = commutes ? [(0, 1), (1, 0)] : [(0, 1)]
    for (first, second) in orders {
      guard
        let main = dequantized(node.operands[first]),
        allowsConstantCodes || constant(main.codes) == nil,
        let constant = exactConstant(node.operands[second])
      else { continue }
      return (main, constant)
    }
    return nil
  }
}
