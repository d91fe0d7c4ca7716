import IntaglioGraph

/// Recognizes x·sigmoid(α·x) at its multiplication, as SiLU with a factor before it and behind: the QuickGELU
/// of CLIP, whose α is 1.702, and any other constant.
///
/// ```
/// x · sigmoid(α·x)  →  silu(α·x) / α
/// x · sigmoid(x/β)  →  silu(x/β) · β
/// ```
enum QuickGELURecognition {
  /// What takes the place of `node`, `nil` for nothing.
  static func match(_ node: Node, in graph: inout Graph) throws(GraphError) -> Node? {
    guard node.operation == .multiply else { return nil }
    for (x, gate) in [(0, 1), (1, 0)].map({ (node.operands[$0], node.operands[$1]) }) {
      guard
        case .function(.sigmoid) = graph[gate].operation,
        graph.type(of: x).shape == graph.type(of: gate).shape
      else { continue }
      let argument = graph[gate].operands[0]
      guard let (operation, factor) = inverse(of: argument, over: x, in: graph) else { continue }
      let silu = try graph.append(.function(.silu), argument)
      return Node(operation, [silu, factor])
    }
    return nil
  }

  /// What makes `x` of `argument`, which is `x` times or over one number that is not zero.
  private static func inverse(
    of argument: Value,
    over x: Value,
    in graph: Graph
  ) -> (IntaglioGraph.Operation, Value)? {
    let node = graph[argument]
    let divides = node.operation == .divide
    guard divides || node.operation == .multiply else { return nil }
    for (kept, other) in divides ? [(0, 1)] : [(0, 1), (1, 0)] {
      let factor = node.operands[other]
      guard node.operands[kept] == x, let number = graph.uniformReal(factor), number.isFinite,
        number != 0
      else { continue }
      return (divides ? .multiply : .divide, factor)
    }
    return nil
  }
}
