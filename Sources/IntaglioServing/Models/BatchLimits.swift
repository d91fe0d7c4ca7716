/// How samples of several requests run together.
public struct BatchLimits: Sendable, Hashable {
  /// The most samples of a batch that is made of several requests; a larger request runs alone.
  public var maxBatch: Int
  /// How long the first request of a batch waits for others, in nanoseconds.
  public var maxDelay: Int
  /// The most samples that wait.
  public var queue: Int
  /// How long a request may wait, in nanoseconds.
  public var timeout: Int
  /// How many batches run at a time.
  public var executors: Int

  /// - Precondition: none; what is below its least value becomes that.
  public init(
    maxBatch: Int = 8,
    maxDelayMilliseconds: Double = 1,
    queue: Int = 256,
    timeoutMilliseconds: Int = 10_000,
    executors: Int = 1
  ) {
    self.maxBatch = max(1, maxBatch)
    // What is not a number is 0.
    let delay = maxDelayMilliseconds >= 0 ? min(maxDelayMilliseconds, 60_000) : 0
    maxDelay = Int(delay * 1_000_000)
    self.queue = max(1, queue)
    timeout = max(1, min(timeoutMilliseconds, 86_400_000)) * 1_000_000
    self.executors = max(1, executors)
  }
}
