import CBLAS
public import IntaglioGraph

/// Runs any graph in float32 at a useful speed, the way ordinary runtimes do: quantized models are
/// dequantized first and multiplied as floats.
///
/// Real matrix products go through BLAS; integer ones are exact whatever carries them, and
/// `requantize` rounds the exact value, so codes that integers made equal the oracle's. Constants
/// are converted and whatever depends on constants alone is computed once, at the start; every
/// other value is freed after its last use. A program is a value without shared state: any number
/// of threads may run the same one on different images.
public struct Float32Program: Sendable {
  /// Sees a value as soon as it is there; what it returns takes the value's place, `nil` leaves it.
  public typealias Observer = (Value, Float32Tensor) -> Float32Tensor?

  public let graph: Graph
  /// How every live value is computed.
  private let steps: [Value: Float32Step]
  /// What constants alone decide, where something else reads it.
  private let folded: [Value: Float32Tensor]

  /// Prepares `graph`.
  ///
  /// - Parameters:
  ///   - graph: any graph; integers of 32 bits must be signed.
  ///   - threads: how many threads OpenBLAS uses for one product. OpenBLAS keeps this number for
  ///     the whole process, so the latest preparation decides. One thread is best where images run
  ///     side by side.
  /// - Throws: `EvaluationError` when a value does not fit or a part that constants alone decide
  ///   has no value.
  public init(_ graph: Graph, threads: Int = 1) throws(EvaluationError) {
    intaglio_blas_set_threads(Int32(clamping: max(1, threads)))
    self.graph = graph
    let frontier = graph.constantFrontier
    var steps: [Value: Float32Step] = [:]
    for value in graph.live { steps[value] = try Float32Step(value, of: graph) }
    let folded = try Interpreter(graph).values(of: frontier) {
      (value, operands) throws(EvaluationError) in
      try Self.compute(value, &operands, in: graph, steps)
    }
    for (value, step) in steps {
      steps[value] = step.prepared(with: graph[value].operands.map { folded[$0] })
    }
    self.folded = folded
    self.steps = steps
  }

  /// Evaluates the graph on one set of inputs.
  ///
  /// - Parameters:
  ///   - inputs: the elements of every input that the results depend on, by name; others are
  ///     ignored.
  ///   - keeping: values to return beside the outputs.
  ///   - observer: sees what depends on the inputs, in the order in which it is computed.
  /// - Returns: the outputs and the kept values.
  /// - Throws: `EvaluationError`, with the name of the input or node.
  public func run(
    _ inputs: [String: Float32Tensor],
    keeping: Set<Value> = [],
    observing observer: Observer? = nil
  ) throws(EvaluationError) -> Float32Result {
    try Interpreter(graph, folded: folded, inputs: inputs, observing: observer)
      .run(keeping: keeping) { (value, operands) throws(EvaluationError) in
        try Self.compute(value, &operands, in: graph, steps)
      }
  }

  /// Evaluates a graph of real inputs; outputs that are integers become floats.
  ///
  /// - Parameter inputs: the elements of every input, by name.
  /// - Returns: the outputs, by name.
  /// - Throws: `EvaluationError`, with the name of the input or node.
  public func floats(_ inputs: [String: [Float]]) throws(EvaluationError) -> [String: [Float]] {
    try run(inputs.mapValues { .real($0) }).outputs.mapValues(\.floats)
  }

  private static func compute(
    _ value: Value,
    _ operands: inout [Float32Tensor],
    in graph: Graph,
    _ steps: [Value: Float32Step]
  ) throws(EvaluationError) -> Float32Tensor {
    // Values that no output needs are prepared when someone asks to keep them.
    if let step = steps[value] { return try step.apply(to: &operands) }
    return try Float32Step(value, of: graph).apply(to: &operands)
  }
}
