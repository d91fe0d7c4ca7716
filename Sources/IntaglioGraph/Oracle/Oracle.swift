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
    folded = try Interpreter(graph).values(of: graph.constantFrontier) {
      (value, operands) throws(EvaluationError) in
      try Self.compute(value, operands, in: graph, parameters)
    }
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
    try Interpreter(graph, folded: folded, inputs: inputs, observing: observer)
      .run(keeping: keeping) { (value, operands) throws(EvaluationError) in
        try Self.compute(value, operands, in: graph, parameters)
      }
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
    try Interpreter(graph, folded: folded, inputs: inputs).values(of: targets) {
      (value, operands) throws(EvaluationError) in
      try Self.compute(value, operands, in: graph, parameters)
    }
  }

  private static func compute(
    _ value: Value,
    _ operands: [OracleTensor<Number>],
    in graph: Graph,
    _ parameters: [Value: OracleParameters<Number>]
  ) throws(EvaluationError) -> OracleTensor<Number> {
    let node = graph[value]
    let operation = OracleOperation(
      operation: node.operation,
      operandTypes: node.operands.map(graph.type(of:)),
      type: graph.type(of: value),
      parameters: parameters[value] ?? OracleParameters(node.operation)
    )
    do {
      return try operation.apply(to: operands)
    } catch {
      throw .arithmetic(error, operation: node.operation.name, node: graph.label(of: value))
    }
  }
}
