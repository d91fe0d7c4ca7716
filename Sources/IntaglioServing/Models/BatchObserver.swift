/// Who is told of every batch, on the thread that ran it.
public protocol BatchObserver: Sendable {
  /// - Parameters:
  ///   - batch: how many samples ran together.
  ///   - engineTime: what that took, in nanoseconds.
  ///   - queueTimes: how long each of its requests waited, in nanoseconds.
  func ran(batch: Int, engineTime: Int, queueTimes: [Int])
}
