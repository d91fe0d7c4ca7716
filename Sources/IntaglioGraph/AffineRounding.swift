package import IntaglioNumerics

/// round(multiplier · q + offset), half to even and exact, mostly at the price of doubles.
///
/// Doubles decide wherever their error bound leaves no doubt; ratios decide the rest (ties and
/// their close neighbours).
package struct AffineRounding: Sendable {
  private let exact: (multiplier: Rational, offset: Rational)
  private let near: (multiplier: Double, offset: Double)

  package init(multiplier: Rational, offset: Rational) {
    self.exact = (multiplier, offset)
    self.near = (multiplier.doubleValue, offset.doubleValue)
  }

  /// The rounded value, clamped to `range`.
  ///
  /// With ε = 2⁻⁵³ the double result is off by at most 4ε·(|m·q| + |o|): ε each for m and o, ε for
  /// the product and ε for the sum. `slack` is twice that.
  /// - Precondition: `q` and the bounds of `range` are below 2⁵³ in magnitude.
  package func callAsFunction(_ q: Int, within range: ClosedRange<Int>) -> Int {
    let product = near.multiplier * Double(q)
    let value = product + near.offset
    let slack = (product.magnitude + near.offset.magnitude) * 0x1p-50
    let nearest = value.rounded(.toNearestOrEven)
    if (value - nearest).magnitude < 0.5 - slack {
      return max(range.lowerBound, min(range.upperBound, Int(nearest)))
    }
    if value - slack > Double(range.upperBound) + 1 { return range.upperBound }
    if value + slack < Double(range.lowerBound) - 1 { return range.lowerBound }
    return (exact.multiplier * Rational(q) + exact.offset).roundedHalfEven(within: range)
  }
}
