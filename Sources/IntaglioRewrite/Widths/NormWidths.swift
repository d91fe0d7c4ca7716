import BigInt
import IntaglioGraph
import IntaglioNumerics

/// What the integers between a row and its codes can be: equations (19)–(21) and (29).
struct NormWidths {
  /// q·2^left of every channel.
  let shifted: [ClosedRange<Int>]
  /// Sums of some of a row's elements.
  let sums: ClosedRange<Int>
  /// d of every channel.
  let deviations: [ClosedRange<Int>]
  /// Sums of some of a row's squares.
  let squares: ClosedRange<Int128>
  /// V = N·Σx² − S², or N·Σx².
  let energy: ClosedRange<Int128>

  /// `elements` are those of the operand.
  ///
  /// - Precondition: rows of `count` elements, the shifted ones below 2⁴⁰.
  init(_ norm: IntegerNorm, of elements: Broadcast<ClosedRange<Int>>, count: Int) {
    let lefts = norm.left.expanded(over: [count])
    let channels = elements.along(fromRight: 1, extent: count, Ranges.hull)
    shifted = zip(channels, lefts).map { $0.lowerBound << $1...$0.upperBound << $1 }
    let (least, greatest) = shifted.reduce((0, 0)) { ($0.0 + $1.lowerBound, $0.1 + $1.upperBound) }
    sums = shifted.reduce(0...0) {
      $0.lowerBound + min(0, $1.lowerBound)...$0.upperBound + max(0, $1.upperBound)
    }
    // A centered d weighs its own x by N − 1 and all others by −1.
    deviations = shifted.map { x in
      let (low, high) = (count * x.lowerBound, count * x.upperBound)
      guard norm.isCentered else { return low...high }
      return low - (greatest - x.upperBound + x.lowerBound)...high
        - (least - x.lowerBound + x.upperBound)
    }
    squares = 0...shifted.reduce(0) { $0 + Self.largestSquare($1, around: 0) / 4 }
    energy =
      norm.isCentered
      ? 0...Self.largestEnergy(shifted)
      : 0...Int128(count) * squares.upperBound
  }

  /// 4·(x − c)² where x is farthest from c = `doubled` / 2.
  private static func largestSquare(_ range: ClosedRange<Int>, around doubled: Int) -> Int128 {
    let (low, high) = (2 * range.lowerBound - doubled, 2 * range.upperBound - doubled)
    let distance = Int128(max(low.magnitude, high.magnitude))
    return distance * distance
  }

  /// A bound of N·Σx² − S²: equation (29).
  private static func largestEnergy(_ row: [ClosedRange<Int>]) -> Int128 {
    let all = Ranges.hull(row)
    let (count, width) = (Int128(row.count), Int128(all.upperBound - all.lowerBound))
    // Half of the row at each end of what any element can be.
    let halves = (count / 2) * (count - count / 2) * width * width
    func around(_ doubled: Int) -> Int128 {
      count * row.reduce(0) { $0 + largestSquare($1, around: doubled) } / 4
    }
    // The least one over all centres: a convex function of the centre.
    var (low, high) = (2 * all.lowerBound, 2 * all.upperBound)
    while low < high {
      let middle = low + (high - low) / 2
      if around(middle) <= around(middle + 1) { high = middle } else { low = middle + 1 }
    }
    return min(halves, around(low))
  }
}
