public import IntaglioGraph

/// A program in which nothing but integers stands between integers: a proof, like `IntegerGraph`.
///
/// Real numbers may only come before the first codes (the image as it is quantized) and after the
/// last accumulators (the logits as they are read).
public struct IntegerOnlyGraph: Sendable {
  public let program: IntegerGraph
  public var graph: Graph { program.graph }

  /// - Throws: `IntegerOnlyError` with every real value that integers decide and that decides
  ///   integers.
  public init(verifying program: IntegerGraph) throws(IntegerOnlyError) {
    let graph = program.graph
    let reals = RealRegion(graph)
    let remains = reals.values.filter { value in
      // These follow from the others.
      if graph.isGate(value, reals) || graph.isPieceOfNorm(value, reals) { return false }
      if case .layout = graph[value].operation { return false }
      if case .dequantize = graph[value].operation { return false }
      return true
    }
    let readable = remains.isEmpty ? reals.values : remains
    guard readable.isEmpty else {
      throw IntegerOnlyError(
        nodes: readable.map { value in
          IntegerOnlyError.Node(name: graph.label(of: value), reason: graph.reason(for: value))
        }
      )
    }
    self.program = program
  }
}

/// What stays real between integers, and why.
public struct IntegerOnlyError: Error, Hashable, Sendable, CustomStringConvertible {
  public struct Node: Hashable, Sendable {
    public let name: String
    public let reason: String
  }

  public let nodes: [Node]

  public var description: String {
    "\(nodes.count) value\(nodes.count == 1 ? " stays" : "s stay") real between integers:\n"
      + nodes.map { "  \($0.name): \($0.reason)" }.joined(separator: "\n")
  }
}
