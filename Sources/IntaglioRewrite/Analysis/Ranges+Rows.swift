import BigInt
import IntaglioGraph
import IntaglioNumerics

extension RowThresholds {
  /// How far an element of a row of `count` can be from the row's extreme one.
  func distances(
    of elements: Broadcast<ClosedRange<Int>>,
    count: Int
  ) -> Broadcast<ClosedRange<Int>> {
    elements.folded(fromRight: 1, Ranges.hull).map { row in
      0...(count > 1 ? min(row.upperBound - row.lowerBound, Self.farthest) : 0)
    }
  }

  /// The codes of rows of `count` elements.
  func image(
    of elements: Broadcast<ClosedRange<Int>>,
    count: Int
  ) -> Broadcast<ClosedRange<Int>>? {
    distances(of: elements, count: count).combined(tables) { $1.image(of: $0) }
  }
}

extension Quotient {
  /// The codes of `dividends` over `divisors`: M·a/b is monotone in a, and in b where b keeps its
  /// sign.
  func image(
    of dividends: Broadcast<ClosedRange<Int>>,
    over divisors: Broadcast<ClosedRange<Int>>
  ) -> Broadcast<ClosedRange<Int>>? {
    let corners = dividends.combined(divisors, Self.quotients)
    return corners?
      .combined(requantizer.multiplier) { range, m in range.map { $0 * m } }?
      .combined(requantizer.offset) { values, b in values.map { $0 + b } }?
      .combined(requantizer.zeroPoint) { values, zero in
        let range = requantizer.type.range
        let codes = values.map {
          $0.roundedHalfEven(within: range.lowerBound - zero...range.upperBound - zero) + zero
        }
        return (codes.min() ?? range.lowerBound)...(codes.max() ?? range.upperBound)
      }
  }

  /// The least and greatest a/b, and 0 where b may be 0.
  private static func quotients(_ a: ClosedRange<Int>, _ b: ClosedRange<Int>) -> [Rational] {
    var divisors = [b.lowerBound, b.upperBound]
    // The divisors that are nearest to zero, on both sides.
    divisors += [-1, 1].filter(b.contains)
    let values = divisors.filter { $0 != 0 }.flatMap { divisor in
      [a.lowerBound, a.upperBound].map { Rational(BigInt($0), over: BigInt(divisor)) }
    }
    let all = b.contains(0) ? values + [.zero] : values
    guard let least = all.min(), let greatest = all.max() else { return [.zero] }
    return [least, greatest]
  }
}
