/// clamp((a · multiplier + bias) >> shift): the cheap form of a threshold table, where there is one.
///
/// Found from the table, not from the real multiplier: the slope is fixed to 31 bits, and the bias
/// is taken from the interval that puts every breakpoint where the table has it. So a result is
/// exact for every accumulator in the range it was made for; where the interval is empty there is
/// no result.
public struct DyadicMultiplier: Hashable, Sendable {
  /// Within `Int32`.
  public let multiplier: Int
  /// |a · multiplier + bias| stays below 2⁶³ for every 32-bit a.
  public let bias: Int
  /// 0 … 50.
  public let shift: Int

  /// The multiplier of this slope that equals `table` for every accumulator of `range`, once it is
  /// clamped to the table's codes.
  ///
  /// The slope is the real multiplier that the table was made from; its leading 31 bits count.
  /// `nil` when no bias fits, when the table both rises and falls, when a code is beyond ±2¹¹ or the
  /// slope too large.
  public init?(_ table: ThresholdTable, slope: Double, within range: ClosedRange<Int>) {
    self.init(table, slope: slope, within: range, allowsExceptions: false)
  }

  init?(
    _ table: ThresholdTable,
    slope: Double,
    within range: ClosedRange<Int>,
    allowsExceptions: Bool
  ) {
    // The largest |slope|·2^shift below 2³¹, with room for code·2^shift below 2⁶².
    guard slope.isFinite, slope != 0, let direction = table.direction else { return nil }
    let shift = min(50, 30 - Int(slope.exponent))
    let last = table.base + direction * table.thresholds.count
    guard shift >= 0, max(table.base.magnitude, last.magnitude) <= 1 << 11,
      Int(Int32.min) <= range.lowerBound, range.upperBound <= Int(Int32.max)
    else { return nil }
    let scaled = Double(sign: .plus, exponent: shift, significand: slope).rounded()
    guard let multiplier = Int32(exactly: scaled), multiplier != 0 else { return nil }
    let biases = Self.biases(table, direction, Int(multiplier), shift, range)
    guard biases.least <= biases.most || allowsExceptions else { return nil }
    self.multiplier = Int(multiplier)
    self.shift = shift
    // The middle of those that agree; where none does, of those that miss.
    self.bias = biases.least + (biases.most - biases.least) / 2
  }

  /// The code of `accumulator` before clamping.
  public func callAsFunction(_ accumulator: Int) -> Int {
    (accumulator &* multiplier &+ bias) >> shift
  }

  /// The least and the largest bias that agree with every threshold; none does when the least is
  /// above the largest.
  ///
  /// "code ≥ c at a" asks bias ≥ c·2^shift − a·m; "code < c at a" asks bias < the same.
  private static func biases(
    _ table: ThresholdTable,
    _ direction: Int,
    _ multiplier: Int,
    _ shift: Int,
    _ range: ClosedRange<Int>
  ) -> (least: Int, most: Int) {
    let rises = direction > 0
    var (least, most) = (-(1 << 62), 1 << 62)
    for (index, threshold) in table.thresholds.enumerated() {
      // The higher of the two codes that meet here, and on which side of the threshold it is.
      let code = max(table.codes[index], table.codes[index + 1])
      let before = min(threshold - 1, range.upperBound)
      let after = max(threshold, range.lowerBound)
      if before >= range.lowerBound {
        let bound = code << shift - before * multiplier
        if rises { most = min(most, bound - 1) } else { least = max(least, bound) }
      }
      if after <= range.upperBound {
        let bound = code << shift - after * multiplier
        if rises { least = max(least, bound) } else { most = min(most, bound - 1) }
      }
    }
    return (least, most)
  }
}
