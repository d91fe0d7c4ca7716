public import BigInt

/// A row of integers on its way to LayerNorm or RMSNorm: equation (19).
///
/// With S the sum of the row (0 for RMSNorm) and N its length, every element is d = N·x − S, and
/// d/√(V + N²·ε) is the normalized value, V = N·Σx² − S².
public struct NormalizedRow: Sendable {
  /// N·x − S of every element.
  public let deviations: [Int]
  /// V = N·Σx² − S².
  public let energy: BigInt

  /// Beyond every element.
  public static let limit = 1 << 40

  /// - Precondition: elements are below `limit` in magnitude and N·x fits 64 bits.
  public init(_ row: [Int], isCentered: Bool) {
    var (sum, squares) = (0, UInt128.zero)
    for x in row {
      sum += x
      squares += UInt128(x.magnitude) * UInt128(x.magnitude)
    }
    let count = row.count
    let total = isCentered ? sum : 0
    deviations = row.map { count * $0 - total }
    energy = BigInt(squares) * BigInt(count) - BigInt(total) * BigInt(total)
  }

  /// W = V + N²·ε, ε in the square of the integers' unit.
  public func energy(withEpsilon epsilon: Rational) -> Rational {
    let count = Rational(deviations.count)
    return Rational(energy) + count * count * epsilon
  }
}

/// Where M·ŷ + B lies among the integers, decided by signs and squares alone: equation (20).
///
/// ŷ = d/√W is a normalized value; W is positive.
public enum NormComparison {
  /// Whether M·d/√W + B is below, on or beyond `tie`: −1, 0 or 1.
  public static func side(
    of tie: Rational,
    multiplier: Rational,
    offset: Rational,
    deviation: Int,
    energy: Rational
  ) -> Int {
    let right = tie - offset
    let (leftSign, rightSign) = (multiplier.signum * deviation.signum(), right.signum)
    guard leftSign == rightSign, leftSign != 0 else {
      return leftSign == rightSign ? 0 : leftSign > rightSign ? 1 : -1
    }
    // Squares of integers: both sides times what stands below them, for lowest terms are dear.
    let left = multiplier.numerator * BigInt(deviation) * right.denominator
    let root = right.numerator * multiplier.denominator
    let (square, bound) = (left * left * energy.denominator, root * root * energy.numerator)
    guard square != bound else { return 0 }
    return (square > bound) == (leftSign > 0) ? 1 : -1
  }

  /// Which of `codes` round(M·d/√W + B), half to even, is, when it is known to be one of them.
  public static func rounded(
    multiplier: Rational,
    offset: Rational,
    deviation: Int,
    energy: Rational,
    among codes: ClosedRange<Int>
  ) -> Int {
    codes.dropFirst().last { code in
      let side = side(
        of: Rational(2 * code - 1, over: 2),
        multiplier: multiplier,
        offset: offset,
        deviation: deviation,
        energy: energy
      )
      return side > 0 || (side == 0 && code % 2 == 0)
    } ?? codes.lowerBound
  }

  /// round(M·d/√W + B), half to even, clamped to `range`.
  ///
  /// A double decides where its error leaves no doubt; squares decide the rest.
  public static func rounded(
    multiplier: Rational,
    offset: Rational,
    deviation: Int,
    energy: Rational,
    within range: ClosedRange<Int>
  ) -> Int {
    let (m, b) = (multiplier.doubleValue, offset.doubleValue)
    let product = m * Double(deviation) / energy.doubleValue.squareRoot()
    let value = product + b
    // Six roundings of relative 2⁻⁵³ each.
    let slack = (product.magnitude + b.magnitude) * 0x1p-49
    if value - slack > Double(range.upperBound) + 1 { return range.upperBound }
    if value + slack < Double(range.lowerBound) - 1 { return range.lowerBound }
    // The range is that of codes, so the value is small here unless something is not a number.
    guard value.magnitude < 0x1p50 else {
      return value > 0 ? range.upperBound : range.lowerBound
    }
    let nearest = value.rounded(.toNearestOrEven)
    if (value - nearest).magnitude < 0.5 - slack {
      return Swift.max(range.lowerBound, Swift.min(range.upperBound, Int(nearest)))
    }
    // The fraction is close to one half: the tie in doubt is between `tie` and the next integer.
    let tie = Int(value.rounded(.down))
    let code = rounded(
      multiplier: multiplier,
      offset: offset,
      deviation: deviation,
      energy: energy,
      among: tie...tie + 1
    )
    return Swift.max(range.lowerBound, Swift.min(range.upperBound, code))
  }
}

extension Rational {
  /// −1, 0 or 1.
  public var signum: Int { isZero ? 0 : isNegative ? -1 : 1 }
}
