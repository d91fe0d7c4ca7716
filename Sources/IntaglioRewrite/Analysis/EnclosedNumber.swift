import BigInt
import IntaglioGraph
import IntaglioNumerics

/// A number known exactly, or to lie within an interval.
///
/// Numbers whose ratio becomes long, and intervals far from 1, are given up: nothing that a model computes
/// from codes is there, and memory is finite.
enum EnclosedNumber {
  case exact(Rational)
  case near(Interval)

  /// The bits of a ratio beyond which an interval takes its place.
  private static let longestRatio = 4096
  /// The exponent beyond which an interval is given up.
  private static let largestExponent = 1 << 16

  /// The ratio; `nil` for an interval.
  var exact: Rational? {
    if case .exact(let number) = self { number } else { nil }
  }

  /// Whether this is a number that 32 bits hold.
  var isWithinAccumulator: Bool {
    guard let exact else { return false }
    return Rational(Int(Int32.min)) <= exact && exact <= Rational(Int(Int32.max))
  }

  /// The value of a function; `nil` where it has none, or may have none.
  func applying(_ function: Function, _ precision: Int) -> EnclosedNumber? {
    if let exact {
      do {
        if let value = try function.exactValue(at: exact) {
          return Self.checked(value, precision)
        }
      } catch { return nil }
    }
    return Self.checked(try? function.interval(of: interval(precision)))
  }

  /// Sum, difference, product or quotient.
  static func combine(
    _ operation: IntaglioGraph.Operation,
    _ a: EnclosedNumber,
    _ b: EnclosedNumber,
    _ precision: Int
  ) -> EnclosedNumber? {
    let divides = operation == .divide
    if let a = a.exact, let b = b.exact {
      guard !divides || !b.isZero else { return nil }
      return checked(divides ? a / b : combined(operation, a, b), precision)
    }
    let (a, b) = (a.interval(precision), b.interval(precision))
    if divides { return checked(try? a.divided(by: b)) }
    switch operation.ringOperation {
    case .sum: return checked(a + b)
    case .difference: return checked(a - b)
    case .product: return checked(a * b)
    case nil: return nil
    }
  }

  private static func combined(
    _ operation: IntaglioGraph.Operation,
    _ a: Rational,
    _ b: Rational
  ) -> Rational? {
    switch operation.ringOperation {
    case .sum: a + b
    case .difference: a - b
    case .product: a * b
    case nil: nil
    }
  }

  /// The code, where both ends of an interval have the same.
  func quantized(by quantizer: ScalarQuantizer) -> EnclosedNumber? {
    switch self {
    case .exact(let number): return .exact(Rational(quantizer(number)))
    case .near(let interval):
      let code = quantizer(interval.lower.rational)
      return code == quantizer(interval.upper.rational) ? .exact(Rational(code)) : nil
    }
  }

  private func interval(_ precision: Int) -> Interval {
    switch self {
    case .exact(let number): Interval(number, precision: precision)
    case .near(let interval): interval
    }
  }

  private static func checked(_ number: Rational?, _ precision: Int) -> EnclosedNumber? {
    guard let number else { return nil }
    let bits = number.numerator.bitWidth + number.denominator.bitWidth
    guard bits > longestRatio else { return .exact(number) }
    return checked(Interval(number, precision: precision))
  }

  /// An end that is all but zero becomes zero.
  private static func checked(_ interval: Interval?) -> EnclosedNumber? {
    guard let interval else { return nil }
    let (lower, upper) = (interval.lower, interval.upper)
    guard
      [lower, upper].allSatisfy({ $0.isZero || $0.magnitudeExponent <= largestExponent })
    else { return nil }
    func isTiny(_ end: Dyadic) -> Bool {
      !end.isZero && end.magnitudeExponent < -largestExponent
    }
    guard isTiny(lower) || isTiny(upper) else { return .near(interval) }
    let least = Dyadic(1, exponent: -largestExponent)
    return .near(
      Interval(
        isTiny(lower) ? (lower.isNegative ? -least : .zero) : lower,
        isTiny(upper) ? (upper.isNegative ? .zero : least) : upper,
        precision: interval.precision
      )
    )
  }
}
