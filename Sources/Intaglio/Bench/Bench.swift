public import IntaglioRewrite
public import IntaglioRuntime

/// A program ready to be timed: planned, its images made.
public struct Bench: Sendable {
  public let executor: Executor
  /// Images per call.
  public let batch: Int
  /// What the plan took.
  public let planSeconds: Double
  private let samples: [Float]

  /// How often a call is repeated at least.
  private static let fewestCalls = 3
  /// How often a step is repeated for a profile.
  private static let profiledPasses = 9

  /// - Parameters:
  ///   - program: what runs.
  ///   - threads: how many threads share a call.
  ///   - batch: images per call.
  ///   - kernels: what it runs on.
  ///   - seed: what the images are drawn from.
  /// - Throws: `PlanError`; `MemoryError` when there is not enough memory for such calls.
  /// - Precondition: `threads` and `batch` are positive.
  public init(
    _ program: IntegerGraph,
    threads: Int,
    batch: Int,
    kernels: KernelTable = KernelTable(),
    seed: UInt64 = 0
  ) throws {
    let start = ContinuousClock.now
    let plan = try Plan(program, kernels: kernels)
    let seconds = (ContinuousClock.now - start).seconds
    try self.init(plan, planSeconds: seconds, threads: threads, batch: batch, seed: seed)
  }

  /// A bench of a plan that is already made.
  ///
  /// - Throws: `MemoryError` when there is not enough memory for such calls.
  /// - Precondition: `threads` and `batch` are positive.
  public init(
    _ plan: Plan,
    planSeconds: Double = 0,
    threads: Int,
    batch: Int,
    seed: UInt64 = 0
  ) throws(MemoryError) {
    precondition(batch > 0, "a call needs an image")
    let passes = min(threads, (batch - 1) / plan.batch + 1)
    let numbers = plan.outputSizes.reduce(plan.inputSize.saturatingProduct(2)) {
      $0.saturatingSum($1)
    }
    try MemoryBudget.system.check(
      plan.passBytes(threads: threads).saturatingProduct(passes).saturatingSum(
        numbers.saturatingProduct(batch).saturatingProduct(MemoryLayout<Float>.size)
      ),
      for: "a call of \(batch) images on \(threads) threads"
    )
    self.planSeconds = planSeconds
    executor = Executor(plan, threads: threads)
    self.batch = batch
    samples = RandomImages.draw(max(batch, plan.batch), size: plan.inputSize, seed: seed)
  }

  /// Calls once to warm up, then again and again for a while, three times at least.
  ///
  /// - Returns: the seconds that each call took, in order.
  /// - Throws: `ExecutionError` when the program does not take real numbers.
  public func times(for seconds: Double) throws(ExecutionError) -> [Double] {
    let images = Array(samples.prefix(batch * executor.plan.inputSize))
    _ = try executor.run(images, count: batch)
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var times: [Double] = []
    while clock.now < end || times.count < Self.fewestCalls {
      let start = clock.now
      _ = try executor.run(images, count: batch)
      times.append((clock.now - start).seconds)
    }
    return times
  }

  /// Times every step on its own, over one pass.
  ///
  /// - Throws: `ExecutionError` when the program does not take real numbers.
  public func profile() throws(ExecutionError) -> Profile {
    let plan = executor.plan
    let pass = Array(samples.prefix(plan.batch * plan.inputSize))
    let steps = try executor.profile(pass, count: Self.profiledPasses)
    return Profile(steps: steps.map { ProfiledStep($0) })
  }
}
