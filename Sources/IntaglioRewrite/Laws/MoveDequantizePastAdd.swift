public import IntaglioGraph
import IntaglioNumerics

/// Adds two dequantized tensors of one scale as integers.
///
///     before   a ─ dequantize(s, z) ─┐
///                                    ├─ add ── y
///              b ─ dequantize(s, w) ─┘
///
///     after    a ─┐
///                 ├─ add ─ dequantize(s, z + w) ── y
///              b ─┘
///
/// The scales must be equal; zero points and offsets add. Neither operand is a constant (that is a
/// bias), and neither stretches over the other.
public struct MoveDequantizePastAdd: RewriteRule {
  public let law = "s·a + s·b = s·(a + b)"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .add = graph[value].operation,
      let a = graph.dequantized(graph[value].operands[0]),
      let b = graph.dequantized(graph[value].operands[1]),
      a.dequantizer.scale == b.dequantizer.scale,
      graph.type(of: a.codes).shape == graph.type(of: b.codes).shape,
      graph.constant(a.codes) == nil, graph.constant(b.codes) == nil,
      Ranges.fitsAccumulator(sumOf: a.codes, b.codes, in: graph),
      let zeroPoint = a.dequantizer.zeroPoint.combined(b.dequantizer.zeroPoint, +),
      let offset = a.dequantizer.offset.combined(b.dequantizer.offset, +)
    else { return nil }

    let sum = try graph.append(.add, a.codes, b.codes)
    try graph.inherit(value, by: sum)
    return try graph.append(
      .dequantize(
        Dequantizer(scale: a.dequantizer.scale, zeroPoint: zeroPoint, offset: offset)
      ),
      sum
    )
  }
}
