public import IntaglioGraph

/// Moves dequantization behind a concatenation.
///
///     before   a ─ dequantize(s) ─┐
///                                 ├─ concat ── y
///              b ─ dequantize(t) ─┘
///
///     after    a ─┐
///                 ├─ concat ─ dequantize(s ‖ t) ── y
///              b ─┘
///
/// Holds because every element keeps its own scale. The parts must hold integers of one type;
/// parts that share scale and zero point leave one number behind.
public struct MoveDequantizePastConcat: RewriteRule {
  public let law = "concat(s·a, t·b) = (s ‖ t)·concat(a, b)"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard case .concat(let axis) = graph[value].operation else { return nil }
    let parts = graph[value].operands.compactMap { graph.dequantized($0) }
    guard parts.count == graph[value].operands.count else { return nil }
    let types = parts.map { graph.type(of: $0.codes) }
    guard
      Set(types.map(\.element)).count == 1, types.allSatisfy({ !$0.shape.contains(0) })
    else { return nil }

    let joined = try graph.append(Node(.concat(axis: axis), parts.map(\.codes)))
    try graph.inherit(value, by: joined)
    let shapes = types.map(\.shape)
    func join<T>(_ attribute: (Dequantizer) -> Broadcast<T>) -> Broadcast<T> {
      Broadcast(joining: parts.map { attribute($0.dequantizer) }, over: shapes, axis: axis)
    }
    return try graph.append(
      .dequantize(
        Dequantizer(
          scale: join(\.scale),
          zeroPoint: join(\.zeroPoint),
          offset: join(\.offset)
        )
      ),
      joined
    )
  }
}
