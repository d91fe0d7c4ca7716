import BigInt
import IntaglioNumerics

/// Integers m and γ with round(M·a/b + B) = the steps of b·2ᵏ in m·a + γ·b, for every a and every b up to a
/// bound: equation (38).
///
/// Code c begins at the ratio a/b = (c − z − ½ − B)/M, rounded numbers have it begin near by. Ratios of small
/// integers are far apart: where none of a denominator within the bound lies between both places, all codes
/// are the same.
package struct QuotientNumbers: Hashable {
  /// m.
  package let multiplier: Int
  /// γ.
  package let divisorMultiplier: Int

  /// As many places as numbers of 62 bits can have.
  private static let mostPlaces = 60

  /// The least k for which all `lines` have numbers.
  ///
  /// - Parameters:
  ///   - lines: M, B and the zero point of every channel.
  ///   - codes: of the result.
  ///   - divisors: the greatest b.
  /// - Returns: k; `nil` where there is none.
  package static func shift(
    for lines: [RequantizerLine],
    codes: ClosedRange<Int>,
    divisors: Int
  ) -> Int? {
    var lines = lines
    // Fewer places than ratios have cannot do.
    var shift = max(1, Int.bitWidth - divisors.leadingZeroBitCount)
    while shift <= mostPlaces {
      let failing = lines.firstIndex {
        Self($0, codes: codes, divisors: divisors, shift: shift) == nil
      }
      guard let failing else { return shift }
      // What failed once is tried first.
      lines.swapAt(0, failing)
      shift += 1
    }
    return nil
  }

  /// - Returns: `nil` where some code would differ, or 62 bits do not hold the numbers.
  package init?(_ line: RequantizerLine, codes: ClosedRange<Int>, divisors: Int, shift: Int) {
    let unit = Rational(BigInt(1) << shift)
    let (scale, offset) = (line.multiplier, line.offset)
    let multiplier = (scale * unit).roundedHalfEven
    // Where a does not count the code of 0 is the code.
    let addend = scale.isZero ? offset.roundedHalfEven << shift : (offset * unit).roundedHalfEven
    let least = codes.lowerBound - line.zeroPoint
    let half = BigInt(2 * least - 1) << (shift - 1)
    guard multiplier.magnitude.bitWidth <= 62, (addend - half).magnitude.bitWidth <= 62 else {
      return nil
    }
    (self.multiplier, divisorMultiplier) = (Int(multiplier), Int(addend - half))
    guard !scale.isZero else { return }
    guard multiplier.signum() == scale.numerator.signum() else { return nil }
    let bound = BigInt(divisors)
    for code in least + 1...codes.upperBound - line.zeroPoint {
      let tie = Rational(2 * code - 1, over: 2)
      let exact = (tie - offset) / scale
      let found = (tie * unit - Rational(addend)) / Rational(multiplier)
      guard exact != found else { continue }
      // The border itself belongs to the even code: to what is above it where codes rise.
      let isAbove = (code % 2 == 0) != scale.isNegative
      let (low, high) = (min(exact, found), max(exact, found))
      if Self.hasRatio(low, high, within: bound, isAbove: isAbove) { return nil }
    }
  }

  /// Whether a ratio with a denominator up to `bound` is at least `low` and less than `high`; or more than
  /// `low` and at most `high`, where borders belong to what is below.
  private static func hasRatio(
    _ low: Rational,
    _ high: Rational,
    within bound: BigInt,
    isAbove: Bool
  ) -> Bool {
    var (low, high) = (low, high)
    // Other ratios are at least 1/(bound · denominator) from one at the open end.
    if isAbove, high.denominator <= bound {
      high = high - Rational(1, over: 2 * bound * high.denominator)
    } else if !isAbove, low.denominator <= bound {
      low = low + Rational(1, over: 2 * bound * low.denominator)
    }
    return low <= high && simplest(low, high).denominator <= bound
  }

  /// The ratio from `low` to `high` that has the least denominator.
  private static func simplest(_ low: Rational, _ high: Rational) -> Rational {
    let whole = low.floor
    if low.isInteger { return low }
    if whole < high.floor { return Rational(whole + 1) }
    let rest = Rational(whole)
    return rest + 1 / simplest(1 / (high - rest), 1 / (low - rest))
  }
}
