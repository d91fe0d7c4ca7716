import BigInt
import IntaglioNumerics

/// The numbers multiplier·a + offset of the integers a of a range, in ascending order.
///
/// Positions count upwards with the numbers: they are a, or −a where the multiplier is negative.
struct AccumulatorLine: Sendable {
  /// Positive.
  private let multiplier: Rational
  private let offset: Rational
  /// Of positions.
  let range: ClosedRange<Int>
  let isReversed: Bool
  private let near: (multiplier: Double, offset: Double)?

  /// - Precondition: `multiplier` is not zero.
  init(_ multiplier: Rational, _ offset: Rational, _ range: ClosedRange<Int>) {
    precondition(!multiplier.isZero, "a line needs a nonzero multiplier")
    isReversed = multiplier.isNegative
    self.multiplier = multiplier.magnitude
    self.offset = offset
    self.range = isReversed ? -range.upperBound...(-range.lowerBound) : range
    let (factor, addend) = (self.multiplier.doubleValue, offset.doubleValue)
    let normal = 0x1p-400...0x1p400
    near =
      normal.contains(factor) && (offset.isZero || normal.contains(addend.magnitude))
      ? (factor, addend) : nil
  }

  func number(at position: Int) -> Rational { multiplier * Rational(position) + offset }

  /// The first position beyond a change where doubles leave no doubt about it, at most one past the
  /// end.
  ///
  /// With ε = 2⁻⁵³ and a change at r, given to within `radius`, the quotient (r − b) / m is off by at most
  /// (radius + 2ε·(|r| + |b|)) / m for the operands and the difference, and by 2ε of itself for m and the
  /// division: together below (radius + 8ε·(|r| + |b|)) / m. `slack` is twice that.
  func quickFirst(beyond change: CodeChange) -> Int? {
    guard let near, let place = change.near else { return nil }
    let position = (place.center - near.offset) / near.multiplier
    let size = place.center.magnitude + near.offset.magnitude
    let slack = (2 * place.radius + size * 0x1p-49) / near.multiplier
    if position - slack > Double(range.upperBound) { return range.upperBound + 1 }
    if position + slack < Double(range.lowerBound) { return range.lowerBound }
    let next = position.rounded(.up)
    guard next - position > slack, position - (next - 1) > slack else { return nil }
    return max(range.lowerBound, min(range.upperBound + 1, Int(next)))
  }

  /// The least and the greatest position that may be the first one above a cut.
  func candidates(_ cut: Cut) -> (least: Int, greatest: Int) {
    let (lower, upper) = ((cut.lower - offset) / multiplier, (cut.upper - offset) / multiplier)
    let greatest = cut.isExact && !cut.isAbove ? upper.floor + 1 : upper.ceiling
    return (clamped(cut.isExact ? greatest : lower.floor + 1), clamped(greatest))
  }

  private func clamped(_ position: BigInt) -> Int {
    max(range.lowerBound, min(range.upperBound + 1, Int(clamping: position)))
  }
}
