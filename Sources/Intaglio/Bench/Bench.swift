public import IntaglioRewrite
public import IntaglioRuntime

/// A program ready to be timed: planned, its inputs made, one call done.
public struct Bench: Sendable {
  public let executor: Executor
  /// Images per call.
  public let batch: Int
  private let samples: [Float]

  /// How often a call is repeated at least.
  private static let fewestCalls = 3

  /// - Parameters:
  ///   - program: what runs.
  ///   - threads: how many threads share a call.
  ///   - batch: images per call.
  ///   - kernels: what it runs on.
  ///   - seed: what the images are drawn from.
  /// - Throws: `PlanError`; `ExecutionError` when the program does not take real numbers.
  /// - Precondition: `threads` and `batch` are positive.
  public init(
    _ program: IntegerGraph,
    threads: Int,
    batch: Int,
    kernels: KernelTable = KernelTable(),
    seed: UInt64 = 0
  ) throws {
    precondition(batch > 0, "a call needs an image")
    executor = Executor(try Plan(program, kernels: kernels), threads: threads)
    self.batch = batch
    samples = RandomImages.draw(batch, size: executor.plan.inputSize, seed: seed)
    _ = try executor.run(samples, count: batch)
  }

  /// Calls again and again for a while, three times at least.
  ///
  /// - Returns: the seconds that each call took.
  public func times(for seconds: Double) throws(ExecutionError) -> [Double] {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var times: [Double] = []
    while clock.now < end || times.count < Self.fewestCalls {
      let start = clock.now
      _ = try executor.run(samples, count: batch)
      times.append((clock.now - start).seconds)
    }
    return times
  }
}
