public import IntaglioGraph

/// Moves the elements of a constant once, now.
///
///     before   constant c ─ layout ── y
///
///     after    constant layout(c) ── y
public struct FoldConstantLayout: RewriteRule {
  public let law = "layout(constant) = constant"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard
      case .layout(let layout) = graph[value].operation,
      let tensor = graph.constant(graph[value].operands[0])
    else { return nil }
    let folded: Tensor
    if case .reshape(let shape) = layout {
      folded = tensor.reshaped(shape)
    } else {
      folded = tensor.gathered(
        layout.sources(from: tensor.shape),
        shape: layout.shape(from: tensor.shape)
      )
    }
    return try graph.append(.constant(folded), name: graph.name(of: value))
  }

  /// The number of layouts that a run would carry out.
  public func measure(_ graph: Graph) -> Int {
    graph.live.count { value in
      if case .layout = graph[value].operation { true } else { false }
    }
  }
}
