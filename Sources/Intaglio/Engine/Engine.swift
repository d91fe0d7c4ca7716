import Foundation
public import IntaglioGraph
import IntaglioNumerics
import IntaglioFloat32
import IntaglioRewrite
public import IntaglioRuntime

/// Runs a model on any number of samples.
public struct Engine: Sendable {
  public let arithmetic: Arithmetic
  /// The dimensions of one sample, without the batch.
  public var sampleShape: [Int] { output.sampleShape }
  /// How many numbers one sample has.
  public let inputCount: Int
  /// How many logits a sample has.
  public var outputCount: Int { output.classes }
  /// Which output the logits are.
  public let output: LogitsOutput
  /// What the model takes.
  let input: EngineInput
  let program: Program
  private let threads: Int
  /// The values that `run(_:observing:)` shows.
  let observed: Set<Value>
  /// What one pass takes, in bytes.
  private let passBytes: Int
  /// `nil` for what the system has.
  private let budget: MemoryBudget?
  private let grant = MemoryGrant()

  enum Program: Sendable {
    case integer(Executor)
    case float32(Float32Program)
    case oracle(Oracle<Double>)
  }

  /// The engine of an integer program.
  ///
  /// - Parameters:
  ///   - program: the proof that its multiplications are on integers.
  ///   - threads: how many samples are in work at a time.
  /// - Throws: as `init(_:arithmetic:threads:kernels:logits:budget:observing:)`.
  public init(_ program: IntegerGraph, threads: Int) throws {
    try self.init(.integer(program), arithmetic: .integer, threads: threads)
  }

  /// - Parameters:
  ///   - model: the graph, and what is proved of it: what runs on integers is proved here where it is
  ///     not yet.
  ///   - arithmetic: what the program runs in.
  ///   - threads: how many samples are in work at a time.
  ///   - kernels: what an integer program may use.
  ///   - logits: the name of the output that holds the logits, where there are several.
  ///   - budget: the memory that there is; `nil` for what the system has.
  ///   - observed: the values that `run(_:observing:)` shows; an integer program fuses nothing across
  ///     them. `nil` for none, where samples are run many at a time.
  /// - Throws: `MemoryError` when there is not enough memory; `EngineError` when the model has not
  ///   exactly one input, `LogitsError` when no output is a row of logits for every sample; what the
  ///   program throws when it is prepared.
  public init(
    _ model: ModelProgram,
    arithmetic: Arithmetic,
    threads: Int,
    kernels: KernelTable = KernelTable(),
    logits: String? = nil,
    budget: MemoryBudget? = nil,
    observing observed: Set<Value>? = nil
  ) throws {
    let graph = model.graph
    self.budget = budget
    self.observed = observed ?? []
    input = try EngineInput(graph)
    output = try graph.logits(logits)
    inputCount = output.sampleShape.reduce(1, *)
    self.arithmetic = arithmetic
    self.threads = max(threads, 1)
    // Whoever observes runs one sample at a time on each of several threads.
    let (runners, sharing) = observed == nil ? (1, self.threads) : (self.threads, 1)
    switch arithmetic {
    case .integer, .integerOnly:
      let options = PlanOptions(observable: self.observed)
      let proof = try arithmetic == .integer ? model.integer() : model.integerOnly().program
      let plan = try Plan(proof, kernels: kernels, options: options)
      passBytes = plan.passBytes(threads: sharing)
      try grant.reserve(
        passBytes.saturatingProduct(runners),
        of: budget,
        for: runners == 1 ? "a pass of the program" : "\(runners) passes of the program at a time"
      )
      program = .integer(Executor(plan, threads: sharing))
    case .float32, .oracle:
      let memory = budget ?? .system
      passBytes = try memory.realPass(of: graph, arithmetic, observing: observed, runners: runners)
      program =
        arithmetic == .float32
        ? .float32(try Float32Program(graph)) : .oracle(try Oracle<Double>(graph))
    }
  }

  /// The engine of a plan that is already made.
  ///
  /// - Parameters:
  ///   - plan: the program.
  ///   - threads: how many samples are in work at a time.
  ///   - logits: the name of the output that holds the logits, where there are several.
  ///   - budget: the memory that there is; `nil` for what the system has.
  /// - Throws: `LogitsError` when no output is a row of logits for every sample, `MemoryError` when there
  ///   is not enough memory.
  public init(
    _ plan: Plan,
    threads: Int,
    logits: String? = nil,
    budget: MemoryBudget? = nil
  ) throws {
    arithmetic = .integer
    self.budget = budget
    observed = []
    input = EngineInput(name: plan.inputName, type: plan.inputType)
    output = try LogitsOutput(
      outputs: Array(zip(plan.outputNames, plan.outputTypes)),
      input: plan.inputType,
      choice: logits
    )
    inputCount = output.sampleShape.reduce(1, *)
    self.threads = max(threads, 1)
    passBytes = plan.passBytes(threads: self.threads)
    try grant.reserve(passBytes, of: budget, for: "a pass of the program")
    program = .integer(Executor(plan, threads: self.threads))
  }
}

extension MemoryBudget {
  /// What a pass in floating point takes, in bytes.
  ///
  /// - Throws: `MemoryError` when there is no room for the constants, with `observed` values for
  ///   `runners` passes beside them.
  fileprivate func realPass(
    of graph: Graph,
    _ arithmetic: Arithmetic,
    observing observed: Set<Value>?,
    runners: Int
  ) throws(MemoryError) -> Int {
    // What is shown is shown in float64.
    let isNarrow = arithmetic == .float32 && observed == nil
    let size = isNarrow ? MemoryLayout<Float>.size : MemoryLayout<Double>.size
    let memory = LiveMemory(graph, keeping: observed ?? [], elementBytes: size)
    if observed == nil {
      try check(memory.constants, for: "float\(size * 8) constants")
    } else {
      try check(
        memory.constants.saturatingSum(memory.pass.saturatingProduct(runners)),
        for: "\(runners) image\(runners == 1 ? "" : "s") at a time, layer by layer,"
      )
    }
    return memory.pass
  }
}

extension Engine {
  /// How many elements of each integer stream were cut off, over all runs so far; empty where there
  /// are no streams.
  public var saturations: [(stream: String, count: Int)] {
    guard case .integer(let executor) = program else { return [] }
    return executor.saturations
  }

  /// How many cores this machine has.
  public static var coreCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

  /// The logits of every sample, one row after the other.
  ///
  /// - Parameters:
  ///   - samples: `count` samples of `inputCount` numbers each.
  ///   - count: how many samples there are.
  ///   - progress: told how many samples are done, one call at a time.
  /// - Returns: `count` rows of `outputCount` numbers.
  /// - Throws: `EngineError` for samples that are no numbers of the input's type; `MemoryError` when
  ///   there is not enough memory for as many passes as there are threads; what the program
  ///   throws.
  public func logits(
    _ samples: [Float],
    count: Int,
    progress: (@Sendable (Int) -> Void)? = nil
  ) throws -> [Float] {
    guard count > 0 else { return [] }
    guard samples.count == count * inputCount else {
      throw EngineError.samples(expected: count, of: inputCount, found: samples.count)
    }
    try input.check(samples, sampleShape: sampleShape)
    let atOnce = min(threads, (count - 1) / output.batch + 1)
    try grant.reserve(
      passBytes.saturatingProduct(atOnce),
      of: budget,
      for: atOnce == 1
        ? "a pass of the \(arithmetic.rawValue) engine" : "\(atOnce) passes at a time"
    )
    switch program {
    case .integer(let executor):
      return try run(executor, samples, count, progress)
    case .float32(let program):
      return try passes(samples, count, progress) { pass in
        try program.run([input.name: input.float32(pass)]).outputs[output.name]?.floats ?? []
      }
    case .oracle(let oracle):
      return try passes(samples, count, progress) { pass in
        let found = try oracle.run([input.name: input.oracle(pass)])[output.name]
        return found?.reals?.map(Float.init) ?? found?.integers?.map(Float.init) ?? []
      }
    }
  }

  /// The executor shares the samples out by itself.
  private func run(
    _ executor: Executor,
    _ samples: [Float],
    _ count: Int,
    _ progress: (@Sendable (Int) -> Void)?
  ) throws -> [Float] {
    let (batch, passBatch) = (output.batch, executor.plan.batch)
    if batch == passBatch {
      return try executor.outputs(samples, count: count, progress: progress)[output.index]
    }
    // Other outputs do not count samples along their first axis, so that the plan takes a pass for one.
    let passes = (count + batch - 1) / batch
    let padding = [Float](repeating: 0, count: passes * batch * inputCount - samples.count)
    let rows = try executor.outputs(samples + padding, count: passes * passBatch) {
      progress?(min(count, $0 * batch / passBatch))
    }
    return Array(rows[output.index].prefix(count * outputCount))
  }

  /// Runs `body` on the samples of every pass, several at a time; the last pass is filled with zeros.
  private func passes(
    _ samples: [Float],
    _ count: Int,
    _ progress: (@Sendable (Int) -> Void)?,
    _ body: @Sendable ([Float]) throws -> [Float]
  ) throws -> [Float] {
    let (batch, width) = (output.batch, inputCount)
    let results = try ParallelMap(threads: threads).map((count + batch - 1) / batch) { pass in
      let range = pass * batch..<min(count, (pass + 1) * batch)
      var input = Array(samples[range.lowerBound * width..<range.upperBound * width])
      input += [Float](repeating: 0, count: batch * width - input.count)
      return Array(try body(input).prefix(outputCount * range.count))
    } progress: {
      progress?(min(count, $0 * batch))
    }
    return results.flatMap { $0 }
  }
}
