public import BigInt

/// An exact ratio of two integers of any size, always in lowest terms.
///
/// Every finite binary floating-point number is a ratio, so a scale read from a model loses
/// nothing here, and two scales are equal exactly when `==` says so.
public struct Rational: Hashable, Sendable {
  public let numerator: BigInt
  /// Always positive.
  public let denominator: BigInt

  /// - Precondition: `denominator` is not zero.
  public init(_ numerator: BigInt, over denominator: BigInt) {
    precondition(!denominator.isZero, "a ratio needs a nonzero denominator")
    if numerator.isZero {
      self.init(lowest: 0, 1)
      return
    }
    let positive = denominator.sign == .minus
    let (n, d) = positive ? (-numerator, -denominator) : (numerator, denominator)
    // Most denominators here are powers of two; shifting is far cheaper than Euclid.
    let twos = Swift.min(n.trailingZeroBitCount, d.trailingZeroBitCount)
    let (p, q) = twos > 0 ? (n >> twos, d >> twos) : (n, d)
    if q == 1 || q.trailingZeroBitCount == q.magnitude.bitWidth - 1 {
      self.init(lowest: p, q)
    } else {
      let divisor = Self.greatestCommonDivisor(p.magnitude, q.magnitude)
      if divisor == 1 {
        self.init(lowest: p, q)
      } else {
        self.init(lowest: p / BigInt(divisor), q / BigInt(divisor))
      }
    }
  }

  public init(_ integer: some BinaryInteger) { self.init(lowest: BigInt(integer), 1) }

  public init(_ numerator: Int, over denominator: Int) {
    self.init(BigInt(numerator), over: BigInt(denominator))
  }

  private static func greatestCommonDivisor(_ a: BigUInt, _ b: BigUInt) -> BigUInt {
    let bits = Swift.max(a.bitWidth, b.bitWidth)
    if bits <= 64 { return BigUInt(divisor(UInt64(a), UInt64(b))) }
    if bits <= 128 { return BigUInt(divisor(UInt128(a), UInt128(b))) }
    return a.greatestCommonDivisor(with: b)
  }

  /// The greatest common divisor of two numbers that are not zero, by halves and differences.
  @inline(__always)
  private static func divisor<Word: FixedWidthInteger>(_ a: Word, _ b: Word) -> Word {
    let twos = (a | b).trailingZeroBitCount
    var (a, b) = (a >> a.trailingZeroBitCount, b >> b.trailingZeroBitCount)
    while a != b {
      if a < b { swap(&a, &b) }
      a &-= b
      a &>>= Word(truncatingIfNeeded: a.trailingZeroBitCount)
    }
    return a << twos
  }

  private init(lowest numerator: BigInt, _ denominator: BigInt) {
    self.numerator = numerator
    self.denominator = denominator
  }

  /// The exact value of `value`, or `nil` when it is infinite or not a number.
  public init?(exactly value: Double) {
    guard value.isFinite else { return nil }
    guard value != 0 else {
      self.init(lowest: 0, 1)
      return
    }
    let integral = BigInt(Int(value.significand * 0x1p52))
    let signed = value < 0 ? -integral : integral
    let exponent = Int(value.exponent) - 52
    self =
      exponent >= 0
      ? Rational(lowest: signed << exponent, 1) : Rational(signed, over: BigInt(1) << -exponent)
  }

  /// The exact value of `value`, or `nil` when it is infinite or not a number.
  public init?(exactly value: Float) { self.init(exactly: Double(value)) }

  public static let zero = Rational(lowest: 0, 1)
  public static let one = Rational(lowest: 1, 1)

  public var isZero: Bool { numerator.isZero }
  public var isNegative: Bool { numerator.sign == .minus && !numerator.isZero }
  public var isInteger: Bool { denominator == 1 }
  public var magnitude: Rational { Rational(lowest: BigInt(numerator.magnitude), denominator) }
}

extension Rational: Comparable {
  public static func < (a: Self, b: Self) -> Bool {
    a.numerator * b.denominator < b.numerator * a.denominator
  }

  public static func + (a: Self, b: Self) -> Self {
    if a.denominator == b.denominator {
      return Rational(a.numerator + b.numerator, over: a.denominator)
    }
    // An integer and a ratio in lowest terms make one in lowest terms.
    if a.isInteger {
      return Rational(lowest: a.numerator * b.denominator + b.numerator, b.denominator)
    }
    if b.isInteger {
      return Rational(lowest: a.numerator + b.numerator * a.denominator, a.denominator)
    }
    return Rational(
      a.numerator * b.denominator + b.numerator * a.denominator,
      over: a.denominator * b.denominator
    )
  }

  public static func - (a: Self, b: Self) -> Self { a + -b }
  public static prefix func - (a: Self) -> Self {
    Rational(lowest: -a.numerator, a.denominator)
  }

  public static func * (a: Self, b: Self) -> Self {
    Rational(a.numerator * b.numerator, over: a.denominator * b.denominator)
  }

  /// - Precondition: `b` is not zero.
  public static func / (a: Self, b: Self) -> Self {
    Rational(a.numerator * b.denominator, over: a.denominator * b.numerator)
  }
}

extension Rational: CustomStringConvertible, ExpressibleByIntegerLiteral {
  public init(integerLiteral value: Int) { self.init(value) }
  public var description: String { isInteger ? "\(numerator)" : "\(numerator)/\(denominator)" }
}
