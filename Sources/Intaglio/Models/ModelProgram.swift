public import IntaglioGraph
public import IntaglioRewrite

/// The graph of a model, with the proof of what its multiplications run on where there is one.
///
/// A proof is made once, by whoever makes the graph, and carried to all that needs it: engines,
/// stored plans, hardware.
public enum ModelProgram: Sendable {
  /// Nothing is proved: a model as it was read.
  case graph(Graph)
  /// Every matrix multiplication is on integers.
  case integer(IntegerGraph)
  /// Nothing but integers between the first codes and the last accumulators.
  case integerOnly(IntegerOnlyGraph)

  public var graph: Graph {
    switch self {
    case .graph(let graph): graph
    case .integer(let proof): proof.graph
    case .integerOnly(let proof): proof.graph
    }
  }

  /// The proof that every multiplication is on integers: the one at hand, or a new one.
  ///
  /// - Throws: `IntegerGraphError` with every multiplication that is not, or that could overflow.
  public func integer() throws(IntegerGraphError) -> IntegerGraph {
    switch self {
    case .graph(let graph): try IntegerGraph(verifying: graph)
    case .integer(let proof): proof
    case .integerOnly(let proof): proof.program
    }
  }

  /// The proof that nothing but integers is between integers: the one at hand, or a new one.
  ///
  /// - Throws: `IntegerGraphError`, or `IntegerOnlyError` with every real value that is left.
  public func integerOnly() throws -> IntegerOnlyGraph {
    if case .integerOnly(let proof) = self { return proof }
    return try IntegerOnlyGraph(verifying: integer())
  }
}
