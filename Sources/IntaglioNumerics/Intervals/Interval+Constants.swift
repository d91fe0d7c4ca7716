import BigInt

extension Interval {
  /// ln 2 = 2·artanh(1/3).
  public static func naturalLogarithmOfTwo(precision: Int) -> Interval {
    constant(FixedConstants.logarithmOfTwo, precision)
  }

  /// log₂e.
  public static func binaryLogarithmOfE(precision: Int) -> Interval {
    let logarithm = naturalLogarithmOfTwo(precision: precision)
    return Interval(
      Dyadic.quotient(.one, logarithm.upper, precision, .down),
      Dyadic.quotient(.one, logarithm.lower, precision, .up),
      precision: precision
    )
  }

  /// π = 16·arctan(1/5) − 4·arctan(1/239) (Machin).
  public static func pi(precision: Int) -> Interval { constant(FixedConstants.pi, precision) }

  private static func constant(_ value: BigInt, _ precision: Int) -> Interval {
    let bits = FixedConstants.bits
    return Interval(
      Dyadic(value - FixedConstants.error, exponent: -bits),
      Dyadic(value + FixedConstants.error, exponent: -bits),
      precision: precision
    )
  }
}

/// Constants as multiples of 2^−bits, each off by at most `error` of them.
enum FixedConstants {
  static let bits = 1280
  /// Each series has fewer than 1280 terms, and each term is off by at most 2 before it is multiplied
  /// by at most 16.
  static let error = BigInt(1) << 17

  static let logarithmOfTwo = 2 * series(of: 3, alternating: false)
  static let pi = 16 * series(of: 5, alternating: true) - 4 * series(of: 239, alternating: true)

  /// Σ (±1)ⁿ / ((2n + 1)·q^(2n+1)): arctan(1/q) with alternating signs, artanh(1/q) without.
  ///
  /// What follows the last term is below it.
  private static func series(of q: BigInt, alternating: Bool) -> BigInt {
    var power = (BigInt(1) << bits) / q
    var (sum, divisor) = (BigInt(0), BigInt(1))
    while !power.isZero {
      let isNegative = alternating && divisor % 4 == 3
      sum += isNegative ? -(power / divisor) : power / divisor
      power /= q * q
      divisor += 2
    }
    return sum
  }
}
