import IntaglioGraph

/// The memory that values take which are there at the same time, when a graph runs value by value.
struct LiveMemory {
  /// What constants take, and what they alone decide; in bytes.
  let constants: Int
  /// What the values of one pass take at their fullest moment, in bytes.
  let pass: Int

  /// - Parameters:
  ///   - graph: what runs.
  ///   - keeping: values that stay to the end beside the outputs.
  ///   - elementBytes: the size of an element.
  init(_ graph: Graph, keeping: Set<Value> = [], elementBytes: Int) {
    func bytes(_ value: Value) -> Int {
      graph.type(of: value).shape.reduce(elementBytes) { $0.saturatingProduct($1) }
    }
    var isConstant = [Bool](repeating: false, count: graph.nodes.count)
    for value in graph.live {
      if case .input = graph[value].operation { continue }
      isConstant[value.index] = graph[value].operands.allSatisfy { isConstant[$0.index] }
    }
    let known = graph.constantFrontier
    constants = graph.live.filter { isConstant[$0.index] }
      .reduce(0) { $0.saturatingSum(bytes($1)) }
    let targets = keeping.union(graph.outputs.map(\.value))
    let schedule = Schedule(graph, targets: targets) { known.contains($0) }
    var remaining = schedule.uses
    var (now, most) = (0, 0)
    for value in schedule.order where !isConstant[value.index] {
      now = now.saturatingSum(bytes(value))
      most = max(most, now)
      for operand in graph[value].operands where !isConstant[operand.index] {
        remaining[operand.index] -= 1
        if remaining[operand.index] == 0, now < .max { now -= bytes(operand) }
      }
    }
    pass = most
  }
}
