public import IntaglioGraph

/// Moves dequantization behind a reshape, transpose, slice or broadcast.
///
///     before   q ─ dequantize(s, z) ─ layout ── y
///
///     after    q ─ layout ─ dequantize(s′, z′) ── y
///
/// Holds because a layout touches no element: s, z and the offset make the same move as the codes.
public struct MoveDequantizePastLayout: RewriteRule {
  public let law = "layout(s·q) = layout(s)·layout(q)"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .layout(let layout) = graph[value].operation,
      let operand = graph.dequantized(graph[value].operands[0])
    else { return nil }

    let shape = graph.type(of: operand.codes).shape
    let moved = try graph.append(.layout(layout), operand.codes)
    try graph.inherit(value, by: moved)
    let dequantizer = operand.dequantizer
    return try graph.append(
      .dequantize(
        Dequantizer(
          scale: dequantizer.scale.moved(layout, from: shape),
          zeroPoint: dequantizer.zeroPoint.moved(layout, from: shape),
          offset: dequantizer.offset.moved(layout, from: shape)
        )
      ),
      moved
    )
  }
}
