public import IntaglioGraph
import IntaglioNumerics

/// Takes a constant factor, such as 1/√d of attention, into the scale of a dequantization.
///
///     before   q ─ dequantize(s, z, o) ─┐
///                                       ├─ multiply ── y
///              constant c ──────────────┘
///
///     after    q ─ dequantize(c·s, z, c·o) ── y
///
/// Division by a constant is multiplication by its exact inverse. The factor must not be zero, must
/// not stretch the codes, and varies along at most one axis. The codes may be weights: a norm's γ that
/// was folded into them.
public struct AbsorbFactorIntoDequantize: RewriteRule {
  public let law = "c·(s·q + o) = (c·s)·q + c·o"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    let node = graph[value]
    let divides = node.operation == .divide
    guard
      divides || node.operation == .multiply,
      let (main, constant) = graph.dequantizedAndConstant(
        node,
        commutes: !divides,
        allowsConstantCodes: true
      ),
      !constant.values.contains(where: \.isZero),
      constant.fits(graph.type(of: main.codes).shape),
      constant.shape.count(where: { $0 > 1 }) <= 1
    else { return nil }

    let factor = divides ? constant.map { 1 / $0 } : constant
    guard
      let scale = main.dequantizer.scale.combined(factor, *),
      let offset = main.dequantizer.offset.combined(factor, *)
    else { return nil }
    return try graph.append(
      .dequantize(
        Dequantizer(scale: scale, zeroPoint: main.dequantizer.zeroPoint, offset: offset)
      ),
      main.codes,
      name: graph.name(of: value)
    )
  }
}
