package import IntaglioGraph

/// Which values stand in front of all multiplications that depend on an input, and which behind all.
struct MultiplicationOrder: Sendable {
  private let behind: [Bool]
  private let inFront: [Bool]

  init(_ graph: Graph) {
    let depends = graph.inputDependence
    func multiplies(_ index: Int) -> Bool {
      graph.nodes[index].operation.isMatrixMultiplication && depends[index]
    }
    var (behind, inFront) = (depends.map { _ in false }, depends.map { _ in false })
    for index in graph.nodes.indices {
      behind[index] =
        multiplies(index) || graph.nodes[index].operands.contains { behind[$0.index] }
    }
    for value in graph.live.reversed() where multiplies(value.index) || inFront[value.index] {
      for operand in graph[value].operands { inFront[operand.index] = true }
    }
    (self.behind, self.inFront) = (behind, inFront)
  }

  /// Whether `value` is a multiplication or comes from one.
  func isBehind(_ value: Value) -> Bool { behind[value.index] }

  /// Whether a multiplication comes from `value`.
  func isInFront(_ value: Value) -> Bool { inFront[value.index] }
}

extension Graph {
  /// Who reads each live value.
  package var readers: [Value: [Value]] {
    var readers: [Value: [Value]] = [:]
    for value in live {
      for operand in Set(self[value].operands) { readers[operand, default: []].append(value) }
    }
    return readers
  }
}
