import COpenBLAS
public import IntaglioGraph

/// Runs any graph in float32 at a useful speed, the way ordinary runtimes do: quantized models are
/// dequantized first and multiplied as floats.
///
/// Real matrix products go through OpenBLAS; integer ones are exact whatever carries them, and
/// `requantize` rounds the exact value, so codes that integers made equal the oracle's. Constants
/// are converted and whatever depends on constants alone is computed once, at the start; every
/// other value is freed after its last use. A reference is a value without shared state: any number
/// of threads may run the same one on different images.
public struct Reference: Sendable {
  /// Sees a value as soon as it is there; what it returns takes the value's place, `nil` leaves it.
  public typealias Observer = (Value, ReferenceTensor) -> ReferenceTensor?

  public let graph: Graph
  /// How every live value is computed.
  private let steps: [Value: ReferenceStep]
  /// What constants alone decide, where something else reads it.
  private let folded: [Value: ReferenceTensor]

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
    openblas_set_num_threads(Int32(clamping: max(1, threads)))
    self.graph = graph
    let frontier = graph.constantFrontier
    var steps: [Value: ReferenceStep] = [:]
    for value in graph.live { steps[value] = try ReferenceStep(value, of: graph) }
    let folded = try Self.values(of: frontier, graph: graph, steps: steps, folded: [:], inputs: [:])
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
    _ inputs: [String: ReferenceTensor],
    keeping: Set<Value> = [],
    observing observer: Observer? = nil
  ) throws(EvaluationError) -> ReferenceResult {
    let targets = keeping.union(graph.outputs.map(\.value))
    let values = try Self.values(
      of: targets,
      graph: graph,
      steps: steps,
      folded: folded,
      inputs: inputs,
      observer: observer
    )
    var outputs: [String: ReferenceTensor] = [:]
    for output in graph.outputs { outputs[output.name] = values[output.value] }
    return ReferenceResult(outputs: outputs, kept: values.filter { keeping.contains($0.key) })
  }

  /// Evaluates a graph of real inputs; outputs that are integers become floats.
  ///
  /// - Parameter inputs: the elements of every input, by name.
  /// - Returns: the outputs, by name.
  /// - Throws: `EvaluationError`, with the name of the input or node.
  public func floats(_ inputs: [String: [Float]]) throws(EvaluationError) -> [String: [Float]] {
    try run(inputs.mapValues { .real($0) }).outputs.mapValues(\.floats)
  }

  private static func values(
    of targets: Set<Value>,
    graph: Graph,
    steps: [Value: ReferenceStep],
    folded: [Value: ReferenceTensor],
    inputs: [String: ReferenceTensor],
    observer: Observer? = nil
  ) throws(EvaluationError) -> [Value: ReferenceTensor] {
    let schedule = Schedule(graph, targets: targets) { folded[$0] != nil }
    var remaining = schedule.uses
    var results = [ReferenceTensor?](repeating: nil, count: graph.nodes.count)
    for value in schedule.order {
      if let known = folded[value] {
        results[value.index] = known
        continue
      }
      // Operands stand before their users, so each has its result. The last use takes it away, and
      // with it the right to change it in place.
      var operands: [ReferenceTensor] = []
      for operand in graph[value].operands {
        remaining[operand.index] -= 1
        let tensor =
          remaining[operand.index] == 0 ? results[operand.index].take() : results[operand.index]
        if let tensor { operands.append(tensor) }
      }
      // Values that no output needs are prepared when someone asks to keep them.
      var step = steps[value]
      if step == nil { step = try ReferenceStep(value, of: graph) }
      let computed = try step?.apply(to: &operands, inputs: inputs)
      results[value.index] = try computed.map { tensor throws(EvaluationError) in
        try replaced(value, tensor, graph, observer)
      }
    }
    var kept: [Value: ReferenceTensor] = [:]
    for target in targets { kept[target] = results[target.index] }
    return kept
  }

  /// What stands for `value` from now on: `computed`, unless the observer knows better.
  private static func replaced(
    _ value: Value,
    _ computed: ReferenceTensor,
    _ graph: Graph,
    _ observer: Observer?
  ) throws(EvaluationError) -> ReferenceTensor {
    guard let other = observer?(value, computed) else { return computed }
    let isOfType =
      switch (computed, other) {
      case (.real, .real), (.integer, .integer): computed.count == other.count
      case (.real, .integer), (.integer, .real): false
      }
    guard isOfType else {
      throw .replacement(graph.type(of: value), found: other.count, node: graph.label(of: value))
    }
    return other
  }
}
