public import BigInt

/// significand · 2^exponent: a number that binary arithmetic adds and multiplies without error.
public struct Dyadic: Hashable, Sendable {
  /// Odd, or zero.
  public let significand: BigInt
  /// 0 for zero.
  public let exponent: Int

  public init(_ significand: BigInt, exponent: Int = 0) {
    let zeros = significand.isZero ? 0 : significand.trailingZeroBitCount
    self.significand = zeros == 0 ? significand : significand >> zeros
    self.exponent = significand.isZero ? 0 : exponent + zeros
  }

  public static let zero = Dyadic(0)
  public static let one = Dyadic(1)

  public var isZero: Bool { significand.isZero }
  public var isNegative: Bool { significand.sign == .minus && !significand.isZero }
  public var rational: Rational {
    exponent >= 0
      ? Rational(significand << exponent) : Rational(significand, over: BigInt(1) << -exponent)
  }

  /// The magnitude is below 2 to this power; meaningless for zero.
  public var magnitudeExponent: Int { exponent + significand.magnitude.bitWidth }

  /// The multiple of 2^−bits at or below this number.
  public func fixedPoint(bits: Int) -> BigInt {
    let shift = exponent + bits
    return shift >= 0 ? significand << shift : significand.floorShifted(by: -shift)
  }

  /// At most `precision` bits of this number, rounded towards `direction`.
  public func rounded(_ precision: Int, _ direction: RoundingDirection) -> Dyadic {
    let excess = significand.magnitude.bitWidth - precision
    guard excess > 0 else { return self }
    // The last of the bits that go is set, as the significand is odd.
    let below = significand.floorShifted(by: excess)
    return Dyadic(direction == .down ? below : below + 1, exponent: exponent + excess)
  }
}

/// Where an inexact result goes: at or below the true value, or at or above it.
public enum RoundingDirection: Sendable {
  case down
  case up
}

extension Dyadic: Comparable {
  public static func < (a: Dyadic, b: Dyadic) -> Bool {
    if a.isZero || b.isZero || a.isNegative != b.isNegative {
      return a.isNegative ? !b.isNegative : !b.isNegative && !b.isZero && a.isZero
    }
    // Numbers far apart are told apart without aligning them.
    if a.magnitudeExponent != b.magnitudeExponent {
      return (a.magnitudeExponent < b.magnitudeExponent) != a.isNegative
    }
    let common = min(a.exponent, b.exponent)
    return a.significand << (a.exponent - common) < b.significand << (b.exponent - common)
  }

  public static prefix func - (a: Dyadic) -> Dyadic { Dyadic(-a.significand, exponent: a.exponent) }

  public static func * (a: Dyadic, b: Dyadic) -> Dyadic {
    Dyadic(a.significand * b.significand, exponent: a.exponent + b.exponent)
  }

  /// a + b to `precision` bits.
  static func sum(
    _ a: Dyadic,
    _ b: Dyadic,
    _ precision: Int,
    _ direction: RoundingDirection
  ) -> Dyadic {
    guard !a.isZero else { return b.rounded(precision, direction) }
    guard !b.isZero else { return a.rounded(precision, direction) }
    let (large, small) = a.magnitudeExponent >= b.magnitudeExponent ? (a, b) : (b, a)
    // What lies far below the last bit counts as one unit there, or as nothing.
    let floor = min(large.exponent, large.magnitudeExponent - precision) - 2
    var addend = small
    if small.magnitudeExponent < floor {
      let unit: BigInt = direction == .up ? (small.isNegative ? 0 : 1) : small.isNegative ? -1 : 0
      addend = Dyadic(unit, exponent: floor)
    }
    let common = min(large.exponent, addend.isZero ? large.exponent : addend.exponent)
    let sum =
      large.significand << (large.exponent - common)
      + (addend.isZero ? 0 : addend.significand << (addend.exponent - common))
    return Dyadic(sum, exponent: common).rounded(precision, direction)
  }

  /// a / b to `precision` bits.
  /// - Precondition: `b` is not zero.
  static func quotient(
    _ a: Dyadic,
    _ b: Dyadic,
    _ precision: Int,
    _ direction: RoundingDirection
  ) -> Dyadic {
    precondition(!b.isZero, "division by zero")
    let widths = b.significand.magnitude.bitWidth - a.significand.magnitude.bitWidth
    let shift = max(0, precision + widths + 1)
    let negative = a.isNegative != b.isNegative
    let (quotient, remainder) = (a.significand.magnitude << shift)
      .quotientAndRemainder(dividingBy: b.significand.magnitude)
    // Away from zero where the direction asks for it.
    let outward = !remainder.isZero && (direction == .up) != negative
    let magnitude = BigInt(outward ? quotient + 1 : quotient)
    return Dyadic(negative ? -magnitude : magnitude, exponent: a.exponent - b.exponent - shift)
      .rounded(precision, direction)
  }
}
