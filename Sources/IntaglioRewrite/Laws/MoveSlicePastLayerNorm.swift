public import IntaglioGraph

/// Takes the rows that are needed before normalizing, not after.
///
///     before   x ─ layerNorm(γ, β) ─ slice ── y
///
///     after    x ─ slice ─ layerNorm(γ, β) ── y
///
/// Exact: rows are normalized one by one, by RMSNorm too. Only for slices across rows, not along the
/// normalized axis. A classifier reads its class token alone, so one row is normalized instead of all.
public struct MoveSlicePastLayerNorm: RewriteRule {
  public let law = "slice(layerNorm(x)) = layerNorm(slice(x)), across rows"

  public init() {}

  public func measure(_ graph: Graph) -> Int {
    graph.live.reduce(0) { total, value in
      graph[value].operation.isNormalization ? total + graph.type(of: value).count : total
    }
  }

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .layout(.slice(let axis, let start, let count)) = graph[value].operation,
      graph[graph[value].operands[0]].operation.isNormalization
    else { return nil }
    let norm = graph[value].operands[0]
    let shape = graph.type(of: norm).shape
    guard axis < shape.count - 1, count < shape[axis] else { return nil }

    let node = graph[norm]
    let rows = try graph.append(
      .layout(.slice(axis: axis, start: start, count: count)),
      node.operands[0]
    )
    return try graph.append(
      Node(node.operation, [rows] + node.operands.dropFirst()),
      name: graph.name(of: norm)
    )
  }
}
