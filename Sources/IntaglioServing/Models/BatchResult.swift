/// The answer to one request, and what it took.
public struct BatchResult: Sendable {
  /// `[count, classes]` numbers.
  public var logits: [Float]
  /// Nanoseconds from its arrival until its batch began.
  public var queueTime: Int
  /// Nanoseconds that its batch took.
  public var engineTime: Int
  /// How many samples ran together.
  public var batch: Int
}
