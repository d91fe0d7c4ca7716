import IntaglioNumerics

/// What a graph means, slowly and without doubt.
///
/// `Oracle<Rational>` is exact and refuses what is irrational; `Oracle<Double>` computes every real
/// in float64, sums in the order of increasing index. Integers are exact in both, and an
/// accumulator that leaves i32 is an error. `requantize` rounds the exact value in both.
///
/// Prepare once, run often: scales and constants are converted and whatever depends on constants
/// alone is computed at the start. An oracle is a value without shared state, so any number of
/// threads may run the same one.
public struct Oracle<Number: OracleNumber>: Sendable {
  /// Sees a value as soon as it is there; what it returns takes the value's place, `nil` leaves it.
  public typealias Observer = (Value, OracleTensor<Number>) -> OracleTensor<Number>?

  public let graph: Graph
  /// The numbers of the quantizers, dequantizers and requantizers that outputs depend on.
  private let parameters: [Value: OracleParameters<Number>]
  /// What constants alone decide, where something else reads it.
  private let folded: [Value: OracleTensor<Number>]

  /// - Throws: `EvaluationError` when a part that constants alone decide has no value.
  @specialized(where Number == Double)
  @specialized(where Number == Rational)
  public init(_ graph: Graph) throws(EvaluationError) {
    self.graph = graph
    var parameters: [Value: OracleParameters<Number>] = [:]
    for value in graph.live { parameters[value] = OracleParameters(graph[value].operation) }
    self.parameters = parameters
    let evaluation = OracleEvaluation(graph: graph, parameters: parameters, folded: [:])
    self.folded = try evaluation.values(of: graph.constantFrontier, inputs: [:])
  }

  /// Evaluates the graph on one set of inputs.
  ///
  /// - Parameters:
  ///   - inputs: the elements of every input that the results depend on, by name; others are
  ///     ignored.
  ///   - keeping: values to return beside the outputs; all others are freed after their last use.
  ///   - observer: sees what depends on the inputs, in the order in which it is computed.
  /// - Returns: the outputs and the kept values.
  /// - Throws: `EvaluationError`, with the name of the input or node.
  @specialized(where Number == Double)
  @specialized(where Number == Rational)
  public func run(
    _ inputs: [String: OracleTensor<Number>],
    keeping: Set<Value> = [],
    observing observer: Observer? = nil
  ) throws(EvaluationError) -> OracleResult<Number> {
    let targets = keeping.union(graph.outputs.map(\.value))
    let values = try evaluation(observer).values(of: targets, inputs: inputs)
    var outputs: [String: OracleTensor<Number>] = [:]
    for output in graph.outputs { outputs[output.name] = values[output.value] }
    return OracleResult(outputs: outputs, kept: values.filter { keeping.contains($0.key) })
  }

  /// What `targets` are for one set of inputs; nothing that they do not depend on is computed.
  ///
  /// - Throws: `EvaluationError`, with the name of the input or node.
  @specialized(where Number == Double)
  @specialized(where Number == Rational)
  public func values(
    _ targets: Set<Value>,
    of inputs: [String: OracleTensor<Number>]
  ) throws(EvaluationError) -> [Value: OracleTensor<Number>] {
    try evaluation(nil).values(of: targets, inputs: inputs).filter { targets.contains($0.key) }
  }

  private func evaluation(_ observer: Observer?) -> OracleEvaluation<Number> {
    OracleEvaluation(graph: graph, parameters: parameters, folded: folded, observer: observer)
  }
}
