/// Why an operation has no result for some number of an interval.
public enum IntervalError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A divisor that may be zero.
  case divisionByZero
  /// A number below the domain of `operation`, or an interval that reaches there.
  case domain(operation: String)
  /// A result beyond 2^(2^40).
  case overflow(operation: String)

  public var description: String {
    switch self {
    case .divisionByZero: "division by an interval that holds zero"
    case .domain(let operation): "\(operation) of an interval that leaves its domain"
    case .overflow(let operation): "\(operation): the result is beyond 2^(2^40)"
    }
  }
}
