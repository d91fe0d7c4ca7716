import BigInt
package import IntaglioNumerics

/// round(M·a/b + B), half to even.
package enum QuotientRounding {
  /// M·a/b + B is at most this far from its value in doubles, relative to |M·a/b| + |B|.
  ///
  /// M, B, 1/b, two products and the sum are rounded once each, by 2⁻⁵³ of themselves: together below
  /// 5·2⁻⁵³ of both summands. This is more than three times that.
  private static let slack = 0x1p-49

  /// Whether float64 does not decide the code of `part` = M·a/b, computed as ((a·(1/b))·M).
  package static func isInDoubt(_ part: Double, offset: Double) -> Bool {
    let value = part + offset
    // Where 1.5·2⁵² leaves no room for a fraction; larger values are in doubt, and so is what is no
    // number.
    let nearest = (value + 0x1.8p52) - 0x1.8p52
    let doubt = 0.5 - (part.magnitude + offset.magnitude) * slack
    return !((value - nearest).magnitude < doubt)
  }

  /// The rounded value, clamped to `range`; a/0 counts as 0.
  package static func rounded(
    _ a: Int,
    over b: Int,
    multiplier: Rational,
    offset: Rational,
    within range: ClosedRange<Int>
  ) -> Int {
    guard b != 0 else { return offset.roundedHalfEven(within: range) }
    return (multiplier * Rational(BigInt(a), over: BigInt(b)) + offset)
      .roundedHalfEven(within: range)
  }
}
