public import IntaglioNumerics

/// Why a chain of functions before a quantizer has no table.
public enum FunctionQuantizationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Two functions of one chain that both fall and rise, or have a pole.
  case turnsTwice(first: Function, second: Function)
  /// A function that is not defined everywhere, behind one that is not monotone.
  case domainAfterTurn(first: Function, second: Function)
  /// A power whose exponent is not finite, or whole and beyond ±64.
  case exponent(Function)
  /// A number of the range for which a function of the chain has no value.
  case domain(Function, argument: Rational)
  /// Every finite precision that was tried leaves open on which side of a tie a value lies.
  case undecided(Function?, argument: Rational)
  /// An index type that cannot stand for the numbers between which the codes change.
  case unreachable(IntegerType, lower: Rational, upper: Rational)

  public var description: String {
    switch self {
    case .turnsTwice(let first, let second):
      "\(first.name) and \(second.name): expected at most one function that is not monotone"
    case .domainAfterTurn(let first, let second):
      "\(second.name) after \(first.name): expected a function that is defined everywhere after one "
        + "that is not monotone"
    case .exponent(let function):
      "\(function.name): expected a finite exponent, at most 64 in magnitude where whole"
    case .domain(let function, let argument):
      "\(function.name): the range reaches x ≈ \(argument.doubleValue), where it has no value"
    case .undecided(let function, let argument):
      "\(function?.name ?? "quantize"): 1024 bits do not decide the code of x ≈ "
        + "\(argument.doubleValue)"
    case .unreachable(let type, let lower, let upper):
      "\(type) index: expected a type that reaches from \(lower.doubleValue) to "
        + "\(upper.doubleValue)"
    }
  }
}
