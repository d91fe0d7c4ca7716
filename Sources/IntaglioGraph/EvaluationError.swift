/// Why a graph has no value for some inputs.
///
/// Reads like a compiler's message: what, expected, found, where.
public enum EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
  case missingInput(name: String)
  case inputCount(name: String, expected: ValueType, found: Int)
  /// Reals where the graph wants integers, or the reverse.
  case inputElement(name: String, expected: ValueType)
  case inputRange(name: String, expected: ValueType, found: Int)
  /// An operation that has no result for these operands.
  case arithmetic(ArithmeticFault, operation: String, node: String)
  /// A value that this executor cannot hold, though the graph may.
  case unsupported(ValueType, reason: String, node: String)
  /// An observer put other elements in place of a value.
  case replacement(ValueType, found: Int, node: String)

  public var description: String {
    switch self {
    case .missingInput(let name):
      "input \(name) is missing"
    case .inputCount(let name, let expected, let found):
      "input \(name): expected \(expected.count) elements for \(expected), found \(found)"
    case .inputElement(let name, let expected):
      "input \(name): expected \(expected), found \(expected.isInteger ? "reals" : "integers")"
    case .inputRange(let name, let expected, let found):
      "input \(name): expected \(expected), found \(found)"
    case .arithmetic(let fault, let operation, let node):
      "\(operation): \(fault) (node \(node))"
    case .unsupported(let type, let reason, let node):
      "\(type): \(reason) (node \(node))"
    case .replacement(let type, let found, let node):
      "observed \(node): expected \(type) in its place, found \(found) other elements"
    }
  }
}

/// Why an operation has no result.
public enum ArithmeticFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// The result is no ratio, so exact arithmetic cannot hold it.
  case irrational
  /// A quotient that exact arithmetic does not have.
  case divisionByZero
  /// A quantizer met a value that is not a number.
  case notANumber
  /// A constant that exact arithmetic does not have: infinite, or not a number.
  case notFinite
  /// A sum or product of integers that i32 does not hold.
  case overflow(Int)
  /// An integer that not even 64 bits hold.
  case wideOverflow

  public var description: String {
    switch self {
    case .irrational: "the result is irrational, exact arithmetic cannot hold it"
    case .divisionByZero: "division by zero"
    case .notANumber: "expected a number, found NaN"
    case .notFinite: "expected a finite constant"
    case .overflow(let value): "\(value) overflows i32"
    case .wideOverflow: "the result overflows i32 and even 64 bits"
    }
  }
}
