public import BigInt

extension Verilog {
  /// A value computed from signals.
  ///
  /// Both operands of an operator have one type, which is that of its result; comparisons give one bit.
  public indirect enum Expression: Hashable, Sendable {
    case literal(BigInt, SignalType)
    case reference(Reference)
    /// The same number in a wider type.
    case extended(Expression, SignalType)
    /// The same bits read with or without a sign.
    case reinterpreted(Expression, signed: Bool)
    case unary(Unary, Expression)
    case binary(Binary, Expression, Expression)
    /// One type shifted by an unsigned amount; right shifts keep the sign of a signed one.
    case shift(Shift, Expression, by: Expression)
    case conditional(Expression, Expression, Expression)
    /// The first operand in the highest bits.
    case concatenation([Expression])
    case repetition(Int, Expression)

    public enum Unary: String, Hashable, Sendable {
      case complement = "~"
      /// Whether any bit is set.
      case any = "|"
      /// Whether all bits are set.
      case all = "&"
    }

    public enum Binary: String, Hashable, Sendable {
      case add = "+"
      case subtract = "-"
      case multiply = "*"
      case and = "&"
      case or = "|"
      case exclusiveOr = "^"
      case equal = "=="
      case notEqual = "!="
      /// Other than, unknown bits included: for test benches.
      case notIdentical = "!=="
      case less = "<"
      case lessOrEqual = "<="

      var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .notIdentical, .less, .lessOrEqual: true
        case .add, .subtract, .multiply, .and, .or, .exclusiveOr: false
        }
      }
    }

    public enum Shift: Hashable, Sendable {
      case left
      case right
    }
  }
}

extension Verilog.Expression {
  public static func literal(_ value: Int, _ type: Verilog.SignalType) -> Self {
    .literal(BigInt(value), type)
  }
  /// A condition that is known.
  public static func bit(_ value: Bool) -> Self { .literal(value ? 1 : 0, .bit) }

  public static func + (a: Self, b: Self) -> Self { .binary(.add, a, b) }
  public static func - (a: Self, b: Self) -> Self { .binary(.subtract, a, b) }
  public static func * (a: Self, b: Self) -> Self { .binary(.multiply, a, b) }
  public static func & (a: Self, b: Self) -> Self { .binary(.and, a, b) }
  public static func | (a: Self, b: Self) -> Self { .binary(.or, a, b) }
  public static func ^ (a: Self, b: Self) -> Self { .binary(.exclusiveOr, a, b) }
  public static prefix func ~ (a: Self) -> Self { .unary(.complement, a) }

  public func equals(_ other: Self) -> Self { .binary(.equal, self, other) }
  public func differs(from other: Self) -> Self { .binary(.notEqual, self, other) }
  public func isLess(than other: Self) -> Self { .binary(.less, self, other) }
  public func isAtMost(_ other: Self) -> Self { .binary(.lessOrEqual, self, other) }
  /// This one where `condition`, otherwise `other`.
  public func when(_ condition: Self, otherwise other: Self) -> Self {
    .conditional(condition, self, other)
  }
  /// The same number in a wider type.
  public func extended(to type: Verilog.SignalType) -> Self { .extended(self, type) }
  public var asSigned: Self { .reinterpreted(self, signed: true) }
  public var asUnsigned: Self { .reinterpreted(self, signed: false) }
}
