public import IntaglioRewrite

/// What operand reordering made of a model.
public struct Integerization: Sendable {
  /// The model as it was read.
  public let source: Model
  /// The same model with every scale moved as far as the laws carry it.
  public let model: Model
  /// What became of every matrix multiplication.
  public let coverage: Coverage
  /// The proof that all of them are on integers; `nil` when one is not.
  public let proof: IntegerGraph?

  /// - Throws: `GraphError` when a law is defective; `IntegerGraphError` when every multiplication is
  ///   on integers but the program could overflow.
  public init(of source: Model, _ options: Pipeline.Options = Pipeline.Options()) throws {
    let graph = try Pipeline(options).apply(to: source.graph)
    self.source = source
    do {
      let proof = try IntegerGraph(verifying: graph)
      (model, coverage, self.proof) = (source.with(.integer(proof)), proof.coverage, proof)
    } catch IntegerGraphError.realMultiplications {
      (model, coverage, proof) = (source.with(.graph(graph)), Coverage(graph), nil)
    }
  }
}

extension Model {
  /// The model as an integer program, with the proof or the reasons why there is none.
  ///
  /// - Throws: `GraphError` or `IntegerGraphError`.
  public func integerized(
    _ options: Pipeline.Options = Pipeline.Options()
  ) throws -> Integerization {
    try Integerization(of: self, options)
  }
}
