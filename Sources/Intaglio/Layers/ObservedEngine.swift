import IntaglioGraph
import IntaglioReference
import IntaglioRewrite
import IntaglioRuntime

/// Runs a model on one sample and shows chosen values on the way, each of which may be replaced.
struct ObservedEngine: Sendable {
  /// Sees a value as soon as it is there; what it returns takes the value's place, `nil` leaves it.
  typealias Observer = Oracle<Double>.Observer

  private let input: EngineInput
  private let output: LogitsOutput
  private let program: Program
  private let observed: Set<Value>

  private enum Program: Sendable {
    case integer(Executor)
    case reference(Reference)
    case oracle(Oracle<Double>)
  }

  /// - Parameters:
  ///   - graph: the program.
  ///   - kind: what does the arithmetic.
  ///   - observed: the values to show.
  ///   - logits: the name of the output that holds the logits, where there are several.
  ///   - threads: how many samples are in work at a time.
  /// - Throws: `MemoryError` when there is not enough memory for them; `EngineError` when the model has
  ///   not exactly one input, `LogitsError` when no output is a
  ///   row of logits for every sample; what the program throws when it is prepared.
  init(
    _ graph: Graph,
    kind: Engine.Kind,
    observing observed: Set<Value>,
    logits: String?,
    threads: Int
  ) throws {
    self.observed = observed
    input = try EngineInput(graph)
    output = try graph.logits(logits)
    let memory = LiveMemory(graph, keeping: observed, elementBytes: MemoryLayout<Double>.size)
    let seen = kind == .integer ? 0 : memory.pass.saturatingProduct(threads)
    try MemoryBudget.system.check(
      memory.constants.saturatingSum(seen),
      for: "\(threads) image\(threads == 1 ? "" : "s") at a time, layer by layer,"
    )
    switch kind {
    case .integer:
      let options = PlanOptions(observable: observed)
      let plan = try Plan(try IntegerGraph(verifying: graph), options: options)
      try plan.reserve(passes: threads)
      program = .integer(Executor(plan))
    case .reference: program = .reference(try Reference(graph))
    case .oracle: program = .oracle(try Oracle<Double>(graph))
    }
  }

  /// How a sample goes in.
  var modelInput: ModelInput { ModelInput(input, output) }

  /// What `count` elements of the copies of one sample are without the copies; what only some of them
  /// show counts.
  func once(_ count: Int) -> Int { (count + output.batch - 1) / output.batch }

  /// Runs one sample; a program that takes a group of them gets as many copies.
  ///
  /// - Returns: the logits of the sample.
  /// - Throws: `EvaluationError` or `ExecutionError`, naming the node.
  func run(_ sample: [Float], observing observer: Observer) throws -> [Double] {
    let copies = output.batch
    let samples = copies == 1 ? sample : (0..<copies).flatMap { _ in sample }
    let logits = try withoutActuallyEscaping(observer) { try run(samples, $0) }
    return Array(logits.prefix(output.classes))
  }

  private func run(_ samples: [Float], _ observer: @escaping Observer) throws -> [Double] {
    switch program {
    case .integer(let executor):
      return try executor.run(samples, output: output.index) { value, contents in
        observer(value, OracleTensor(contents)).map { ValueContents($0) }
      }.map(Double.init)
    case .reference(let reference):
      let result = try reference.run([input.name: input.reference(samples)]) { value, tensor in
        guard observed.contains(value) else { return nil }
        return observer(value, OracleTensor(tensor)).map { ReferenceTensor($0) }
      }
      return result[output.name]?.floats.map(Double.init) ?? []
    case .oracle(let oracle):
      let result = try oracle.run([input.name: input.oracle(samples)]) { value, tensor in
        observed.contains(value) ? observer(value, tensor) : nil
      }
      return result[output.name]?.doubles ?? []
    }
  }
}

extension Plan {
  /// Makes sure that there is memory for several passes, each on one thread.
  ///
  /// - Throws: `MemoryError` when there is less.
  func reserve(passes: Int) throws(MemoryError) {
    try MemoryBudget.system.check(
      passBytes(threads: 1).saturatingProduct(passes),
      for: "\(passes) pass\(passes == 1 ? "" : "es") of the program at a time"
    )
  }
}

extension OracleTensor<Double> {
  /// Every element as a real number.
  var doubles: [Double] { reals ?? integers?.map(Double.init) ?? [] }

  fileprivate init(_ contents: ValueContents) {
    switch contents {
    case .real(let values): self = .real(values.map(Double.init))
    case .integer(let values): self = .integer(values)
    }
  }

  fileprivate init(_ tensor: ReferenceTensor) {
    switch tensor {
    case .real(let values): self = .real(values.map(Double.init))
    case .integer(let values): self = .integer(values.map(Int.init))
    }
  }
}

extension ValueContents {
  fileprivate init(_ tensor: OracleTensor<Double>) {
    switch tensor {
    case .real(let values): self = .real(values.map { Float($0) })
    case .integer(let values): self = .integer(values)
    }
  }
}

extension ReferenceTensor {
  fileprivate init(_ tensor: OracleTensor<Double>) {
    switch tensor {
    case .real(let values): self = .real(values.map { Float($0) })
    case .integer(let values): self = .integer(values.map { Int32(clamping: $0) })
    }
  }
}
