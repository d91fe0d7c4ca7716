import IntaglioGraph

/// Who reads each value of a graph: what decides where a chain of operations ends.
struct Readership {
  /// Whether constants alone decide each value, by index.
  let isConstant: [Bool]
  /// By index; a value that has to be kept counts two more.
  private let counts: [Int]
  private let lastReader: [Value: Value]

  /// - Parameters:
  ///   - graph: the graph; only its live values read.
  ///   - kept: values that somebody else will see.
  init(_ graph: Graph, kept: some Sequence<Value>) {
    var isConstant = [Bool](repeating: false, count: graph.nodes.count)
    var counts = [Int](repeating: 0, count: graph.nodes.count)
    var lastReader: [Value: Value] = [:]
    for value in graph.live {
      let node = graph[value]
      isConstant[value.index] = node.operands.allSatisfy { isConstant[$0.index] }
      if case .input = node.operation { isConstant[value.index] = false }
      for operand in node.operands {
        counts[operand.index] += 1
        lastReader[operand] = value
      }
    }
    for value in kept { counts[value.index] += 2 }
    (self.isConstant, self.counts, self.lastReader) = (isConstant, counts, lastReader)
  }

  /// The one value that reads `value`, once; `nil` when there are more or it has to be kept.
  func onlyReader(of value: Value) -> Value? {
    counts[value.index] == 1 ? lastReader[value] : nil
  }
}
