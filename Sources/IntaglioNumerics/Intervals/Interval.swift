import BigInt

/// A closed interval that is known to hold a real number: arithmetic whose every result is proved.
///
/// The ends are binary fractions of at most `precision` bits and every operation rounds outwards, so
/// the interval of a result holds the result for every number of the operands. Nothing here rests
/// on floating-point functions; series are summed in integers, with a bound for what is left out.
/// More precision gives narrower intervals.
public struct Interval: Hashable, Sendable {
  public let lower: Dyadic
  public let upper: Dyadic
  /// The bits kept at each end.
  public let precision: Int

  /// The bits that `precision` may have.
  public static let precisions = 16...1024

  /// - Precondition: `lower` is not above `upper`, and `precisions` contains `precision`.
  public init(_ lower: Dyadic, _ upper: Dyadic, precision: Int) {
    precondition(lower <= upper, "an interval's lower end is not above its upper end")
    precondition(Self.precisions.contains(precision), "a precision of 16 to 1024 bits")
    self.lower = lower.rounded(precision, .down)
    self.upper = upper.rounded(precision, .up)
    self.precision = precision
  }

  /// The narrowest interval that holds `number`.
  public init(_ number: Rational, precision: Int) {
    let (n, d) = (Dyadic(number.numerator), Dyadic(number.denominator))
    self.init(
      Dyadic.quotient(n, d, precision, .down),
      Dyadic.quotient(n, d, precision, .up),
      precision: precision
    )
  }

  public init(_ integer: Int, precision: Int) {
    self.init(Dyadic(BigInt(integer)), Dyadic(BigInt(integer)), precision: precision)
  }

  public var isPoint: Bool { lower == upper }
  /// Whether no number of the interval is below zero.
  public var isNonnegative: Bool { !lower.isNegative }
  public var holdsZero: Bool { lower <= .zero && .zero <= upper }

  public func contains(_ number: Rational) -> Bool {
    lower.rational <= number && number <= upper.rational
  }

  public func contains(_ other: Interval) -> Bool {
    lower <= other.lower && other.upper <= upper
  }

  /// The interval of the smaller one of two numbers.
  public static func minimum(_ a: Interval, _ b: Interval) -> Interval {
    Interval(min(a.lower, b.lower), min(a.upper, b.upper), precision: max(a.precision, b.precision))
  }

  /// The interval of the larger one of two numbers.
  public static func maximum(_ a: Interval, _ b: Interval) -> Interval {
    Interval(max(a.lower, b.lower), max(a.upper, b.upper), precision: max(a.precision, b.precision))
  }
}

extension Interval {
  public static func + (a: Interval, b: Interval) -> Interval {
    let precision = max(a.precision, b.precision)
    return Interval(
      Dyadic.sum(a.lower, b.lower, precision, .down),
      Dyadic.sum(a.upper, b.upper, precision, .up),
      precision: precision
    )
  }

  public static prefix func - (a: Interval) -> Interval {
    Interval(-a.upper, -a.lower, precision: a.precision)
  }

  public static func - (a: Interval, b: Interval) -> Interval { a + -b }

  public static func * (a: Interval, b: Interval) -> Interval {
    let precision = max(a.precision, b.precision)
    if a.isNonnegative && b.isNonnegative {
      return Interval(a.lower * b.lower, a.upper * b.upper, precision: precision)
    }
    let (first, second) = (a.lower * b.lower, a.lower * b.upper)
    let (third, fourth) = (a.upper * b.lower, a.upper * b.upper)
    return Interval(
      min(first, second, third, fourth),
      max(first, second, third, fourth),
      precision: precision
    )
  }

  public static func * (a: Interval, b: Int) -> Interval {
    a * Interval(b, precision: a.precision)
  }

  /// - Throws: `IntervalError.divisionByZero` where `divisor` holds zero.
  public func divided(by divisor: Interval) throws(IntervalError) -> Interval {
    guard !divisor.holdsZero else { throw .divisionByZero }
    let precision = max(precision, divisor.precision)
    // The least and the greatest quotient lie at corners, which the signs name.
    let (a, b) = divisor.isNonnegative ? (self, divisor) : (-self, -divisor)
    return Interval(
      Dyadic.quotient(a.lower, a.lower.isNegative ? b.lower : b.upper, precision, .down),
      Dyadic.quotient(a.upper, a.upper.isNegative ? b.upper : b.lower, precision, .up),
      precision: precision
    )
  }

  /// |x|.
  public var magnitude: Interval {
    if isNonnegative { return self }
    if upper.isNegative || upper.isZero { return -self }
    return Interval(.zero, max(-lower, upper), precision: precision)
  }

  /// x^exponent, tight for even exponents of an interval that holds zero.
  /// - Precondition: `exponent` is not negative.
  public func raised(to exponent: Int) -> Interval {
    precondition(exponent >= 0, "a power with a whole exponent from 0 on")
    var base = exponent % 2 == 0 ? magnitude : self
    var (result, rest) = (Interval(1, precision: precision), exponent)
    while rest > 0 {
      if rest % 2 == 1 { result = result * base }
      rest /= 2
      if rest > 0 { base = base * base }
    }
    return result
  }

  /// x · 2^exponent, without error.
  public func scaled(byPowerOfTwo exponent: Int) -> Interval {
    let factor = Dyadic(1, exponent: exponent)
    return Interval(lower * factor, upper * factor, precision: precision)
  }
}
