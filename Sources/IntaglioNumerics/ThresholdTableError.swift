/// Why parts do not make a threshold table.
public enum ThresholdTableError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A code that 32 bits do not hold.
  case base(Int)
  case count(thresholds: Int, steps: Int)
  case step(Int, index: Int)
  /// A threshold below the one before it, or beyond 32 bits.
  case threshold(Int, index: Int, expected: ClosedRange<Int>)

  public var description: String {
    switch self {
    case .base(let base):
      "threshold table: expected a base within i32, found \(base)"
    case .count(let thresholds, let steps):
      "threshold table: expected one step for each of \(thresholds) thresholds, found \(steps)"
    case .step(let step, let index):
      "threshold table: expected +1 or −1 as step \(index), found \(step)"
    case .threshold(let threshold, let index, let expected):
      "threshold table: expected threshold \(index) within \(expected), found \(threshold)"
    }
  }
}
