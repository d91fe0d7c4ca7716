/// What an executor computes, in which order, and when a value is no longer needed.
package struct Schedule: Sendable {
  /// Every value that the targets depend on, in dependency order.
  ///
  /// What is known beforehand ends the search: it is listed, its operands are not.
  package let order: [Value]
  /// How often each value of the graph is read by the values of `order`; a target is read once
  /// more, by whoever asked for it.
  package let uses: [Int]

  package init(_ graph: Graph, targets: Set<Value>, isKnown: (Value) -> Bool) {
    var uses = [Int](repeating: 0, count: graph.nodes.count)
    for target in targets { uses[target.index] += 1 }
    var order: [Value] = []
    for value in graph.values.reversed() where uses[value.index] > 0 {
      order.append(value)
      guard !isKnown(value) else { continue }
      for operand in graph[value].operands { uses[operand.index] += 1 }
    }
    self.order = order.reversed()
    self.uses = uses
  }
}

extension Graph {
  /// The live values that constants alone decide and that an output or another value reads: what
  /// an executor computes once.
  package var constantFrontier: Set<Value> {
    var isConstant = [Bool](repeating: false, count: nodes.count)
    var frontier: Set<Value> = []
    for value in live {
      let node = self[value]
      if case .input = node.operation { continue }
      isConstant[value.index] = node.operands.allSatisfy { isConstant[$0.index] }
      guard !isConstant[value.index] else { continue }
      frontier.formUnion(node.operands.filter { isConstant[$0.index] })
    }
    frontier.formUnion(outputs.map(\.value).filter { isConstant[$0.index] })
    return frontier
  }
}
