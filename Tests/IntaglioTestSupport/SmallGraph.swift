public import IntaglioGraph
public import IntaglioNumerics

/// One operation on inputs `a`, `b`, …, with the output `y`.
public struct SmallGraph {
  public let graph: Graph

  /// - Parameters:
  ///   - operation: what to apply.
  ///   - operands: the types of the inputs, in order.
  /// - Throws: `GraphError` when they do not fit.
  public init(_ operation: IntaglioGraph.Operation, _ operands: ValueType...) throws(GraphError) {
    var graph = Graph()
    var values: [Value] = []
    for (name, type) in zip(["a", "b", "c", "d"], operands) {
      values.append(try graph.append(.input(name: name, type), name: name))
    }
    graph.addOutput("y", try graph.append(Node(operation, values), name: "node.y"))
    self.graph = graph
  }
}

extension ValueType {
  public static func real(_ shape: Int...) -> ValueType { ValueType(.real, shape) }
  public static func codes(_ type: IntegerType, _ shape: Int...) -> ValueType {
    ValueType(.integer(type), shape)
  }
}
