public import IntaglioNumerics

/// clamp((Σᵢ multiplierᵢ·aᵢ + offset) ⊘ shift): equation (17), one rounding for all operands.
public struct ScaledSum: Hashable, Sendable {
  public let type: IntegerType
  /// One for each of one or two operands; the first below 2³¹ in magnitude.
  public let multipliers: [Broadcast<Int>]
  public let offset: Broadcast<Int>
  /// 0…62.
  public let shift: Broadcast<Int>

  public init(
    _ type: IntegerType,
    multipliers: [Broadcast<Int>],
    offset: Broadcast<Int>,
    shift: Broadcast<Int>
  ) {
    self.type = type
    self.multipliers = multipliers
    self.offset = offset
    self.shift = shift
  }

  /// The same sum with its two operands exchanged; `nil` where the second multiplier is too long to
  /// stand first, or there is none.
  public var swapped: ScaledSum? {
    guard multipliers.count == 2, multipliers[1].values.allSatisfy({ $0.magnitude < 1 << 31 })
    else { return nil }
    return ScaledSum(
      type,
      multipliers: multipliers.reversed(),
      offset: offset,
      shift: shift
    )
  }

  func fault(_ shape: [Int]) -> String? {
    guard (1...2).contains(multipliers.count) else { return "one or two operands" }
    guard (multipliers + [offset, shift]).allSatisfy({ $0.fits(shape) }) else {
      return "a multiplier, offset or shift does not stretch over it"
    }
    guard shift.values.allSatisfy((0...62).contains) else { return "shifts are 0…62" }
    guard multipliers[0].values.allSatisfy({ $0.magnitude < 1 << 31 }),
      multipliers.allSatisfy({ $0.values.allSatisfy { $0.magnitude <= 1 << 62 } }),
      offset.values.allSatisfy({ $0.magnitude <= 1 << 62 })
    else { return "a multiplier or offset is too large" }
    return nil
  }

  /// The largest magnitude, over all elements, that the sum before the shift can have with operands
  /// of `ranges`; `nil` beyond 2⁶².
  public func largestSum(_ ranges: [ClosedRange<Int>]) -> Int? {
    let magnitudes = ranges.map { max($0.lowerBound.magnitude, $0.upperBound.magnitude) }
    var total = offset.map { Int($0.magnitude) }
    for (multiplier, magnitude) in zip(multipliers, magnitudes) {
      let sum = total.combined(multiplier) { total, factor in
        let (product, overflow) = factor.magnitude.multipliedReportingOverflow(by: magnitude)
        guard !overflow, product < 1 << 62 else { return 1 << 62 }
        return min(1 << 62, total + Int(product))
      }
      guard let sum else { return nil }
      total = sum
    }
    let largest = total.values.max() ?? 0
    return largest < 1 << 62 ? largest : nil
  }

  func apply(to operands: [[Int]], shape: [Int]) -> [Int] {
    let places = multipliers.map { $0.indices(over: shape) }
    let (offsets, shifts) = (offset.indices(over: shape), shift.indices(over: shape))
    let range = type.range
    return offsets.indices.map { index in
      var sum = Int128(offset.values[Int(offsets[index])])
      for (operand, elements) in operands.enumerated() {
        let multiplier = multipliers[operand].values[Int(places[operand][index])]
        sum += Int128(multiplier) * Int128(elements[index])
      }
      let rounded = sum.shiftedRounding(by: shift.values[Int(shifts[index])])
      return Int(min(Int128(range.upperBound), max(Int128(range.lowerBound), rounded)))
    }
  }
}
