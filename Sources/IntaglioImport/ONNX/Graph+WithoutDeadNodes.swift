import IntaglioGraph

extension Graph {
  /// This graph without the nodes that no output depends on; inputs stay.
  func withoutDeadNodes() throws(GraphError) -> Graph {
    var result = Graph()
    var moved: [Value: Value] = [:]
    let kept = Set(live)
    for value in values {
      let node = self[value]
      let isInput = if case .input = node.operation { true } else { false }
      guard isInput || kept.contains(value) else { continue }
      let operands = node.operands.compactMap { moved[$0] }
      moved[value] = try result.append(Node(node.operation, operands), name: name(of: value))
    }
    for output in outputs {
      if let value = moved[output.value] { result.addOutput(output.name, value) }
    }
    return result
  }
}
