package import IntaglioNumerics

/// round(multiplier · q + offset), half to even and exact, mostly at the price of doubles.
///
/// Doubles decide wherever their error bound leaves no doubt; ratios decide the rest (ties and
/// their close neighbours).
package struct AffineRounding: Sendable {
  private let multipliers: (near: [Double], exact: [Rational])
  private let offsets: (near: [Double], exact: [Rational])

  /// One rounding for each pair.
  /// - Precondition: there are as many `offsets` as `multipliers`.
  package init(multipliers: [Rational], offsets: [Rational]) {
    precondition(multipliers.count == offsets.count, "one offset for each multiplier")
    self.multipliers = (multipliers.map(\.doubleValue), multipliers)
    self.offsets = (offsets.map(\.doubleValue), offsets)
  }

  /// What each entry multiplies with.
  package var exactMultipliers: [Rational] { multipliers.exact }
  /// What each entry adds.
  package var exactOffsets: [Rational] { offsets.exact }

  /// The rounded value of entry `index`, clamped to `range`.
  ///
  /// With ε = 2⁻⁵³ the double result is off by at most 4ε·(|m·q| + |o|): ε each for m and o, ε for
  /// the product and ε for the sum. `slack` is twice that.
  /// - Precondition: `q` and the bounds of `range` are below 2⁵³ in magnitude.
  package func callAsFunction(_ q: Int, _ index: Int, within range: ClosedRange<Int>) -> Int {
    let (product, offset) = (multipliers.near[index] * Double(q), offsets.near[index])
    let value = product + offset
    let slack = (product.magnitude + offset.magnitude) * 0x1p-50
    // Where 1.5·2⁵² leaves no room for a fraction; farther values fail the test below.
    let nearest = (value + 0x1.8p52) - 0x1.8p52
    if (value - nearest).magnitude < 0.5 - slack, nearest.magnitude < 0x1p50 {
      return max(range.lowerBound, min(range.upperBound, Int(nearest)))
    }
    if value - slack > Double(range.upperBound) + 1 { return range.upperBound }
    if value + slack < Double(range.lowerBound) - 1 { return range.lowerBound }
    return (multipliers.exact[index] * Rational(q) + offsets.exact[index])
      .roundedHalfEven(within: range)
  }
}
