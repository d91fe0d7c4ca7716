import BigInt
package import IntaglioGraph
import IntaglioNumerics

/// round(M·a/b + B) + z, half to even and clamped, with integers of 64 bits and without a table.
///
/// A guess ⌊(m·a + β·b) / (b·2ˢ)⌋ is the code or one below it, because it is off by less than a half.
/// The tie between the two decides: with M = P/E, (2B + 1 + 2z)·D = Q and so on, the code is at least j
/// exactly when P·a + (Q − E·j)·b ≥ 0, on equality only for an even j − z. P, Q and E are long, so they
/// stand as limbs of 20 bits.
package struct ExactLine {
  static let limbBits = 20
  /// Sums of terms stay below 2 to this.
  static let roomBits = 60

  /// What varies over the elements.
  struct Entry: Hashable, Sendable {
    /// m, β and s of the guess; z is in β.
    let multiplier: Int
    let offset: Int
    let shift: Int
    /// P, Q and E.
    let slope: [Int]
    let constant: [Int]
    let step: [Int]
    let zeroPoint: Int
  }

  let entries: Broadcast<Entry>
  let codes: ClosedRange<Int>
  let limbCount: Int

  /// - Parameters:
  ///   - requantizer: M, B and z.
  ///   - dividend: what a can be.
  ///   - divisor: what b can be, at least 1; 1 for no division.
  /// - Throws: `ExactFormError` where 64 bits do not hold it.
  package init(
    _ requantizer: Requantizer,
    dividend: ClosedRange<Int>,
    divisor: ClosedRange<Int> = 1...1
  ) throws(ExactFormError) {
    let pairs = requantizer.multiplier.combined(requantizer.offset) { Pair($0, $1) }
    guard let lines = pairs?.combined(requantizer.zeroPoint, { Line($0, zeroPoint: $1) }) else {
      throw ExactFormError(what: "parameters that do not fit each other", advice: "report this")
    }
    let codes = requantizer.type.range
    let parts = lines.values.flatMap { [$0.slope, $0.constant, $0.step] }
    let count = Limbs.count(parts, bits: Self.limbBits)
    let limits = Limits(
      dividend: Int(max(dividend.lowerBound.magnitude, dividend.upperBound.magnitude)),
      divisor: divisor.upperBound,
      code: Int(max(codes.lowerBound.magnitude, codes.upperBound.magnitude)) + 1
    )
    var values: [Entry] = []
    for line in lines.values {
      guard let entry = line.entry(limits, count) else {
        throw ExactFormError(
          what: "a multiplier of \(line.pair.multiplier.doubleValue) with an offset of "
            + "\(line.pair.offset.doubleValue) for integers up to \(limits.dividend)",
          advice: "quantize with a scale that lets the codes differ"
        )
      }
      values.append(entry)
    }
    entries = Broadcast(values, shape: lines.shape)
    self.codes = codes
    limbCount = count
  }

  /// How large integers can be.
  fileprivate struct Limits {
    let dividend: Int
    let divisor: Int
    let code: Int
  }

  fileprivate struct Pair: Hashable {
    let multiplier: Rational
    let offset: Rational

    init(_ multiplier: Rational, _ offset: Rational) {
      (self.multiplier, self.offset) = (multiplier, offset)
    }
  }

  /// One line in whole numbers.
  fileprivate struct Line: Hashable {
    let pair: Pair
    let zeroPoint: Int
    /// P, Q and E, without common factors.
    let slope: BigInt
    let constant: BigInt
    let step: BigInt

    init(_ pair: Pair, zeroPoint: Int) {
      (self.pair, self.zeroPoint) = (pair, zeroPoint)
      let (m, b) = (pair.multiplier, pair.offset)
      // 2·M·a/b + 2·B + 1 + 2·z ≥ 2·j, times the common denominator.
      let rest = b * 2 + Rational(1 + 2 * zeroPoint)
      let (first, second) = (m.denominator, rest.denominator)
      let common = first / first.greatestCommonDivisor(with: second) * second
      let parts = [
        2 * m.numerator * (common / first), rest.numerator * (common / second), 2 * common,
      ]
      let divisor = parts.reduce(BigInt(0)) { $0.greatestCommonDivisor(with: $1) }
      (slope, constant, step) = (parts[0] / divisor, parts[1] / divisor, parts[2] / divisor)
    }

    /// `nil` where 64 bits do not hold it.
    func entry(_ limits: Limits, _ count: Int) -> Entry? {
      let (m, b) = (pair.multiplier, pair.offset + Rational(zeroPoint))
      let (slant, height) = (m.doubleValue.magnitude, b.doubleValue.magnitude)
      let largest = slant * Double(limits.dividend) + height * Double(limits.divisor) + 1
      guard largest.isFinite, limits.divisor >= 1 else { return nil }
      let divisorBits = Int.bitWidth - limits.divisor.leadingZeroBitCount
      let shift = min(45, ExactLine.roomBits - 1 - (Int(largest.exponent) + 1), 59 - divisorBits)
      guard shift >= 0 else { return nil }
      let unit = Rational(BigInt(1) << shift)
      let (multiplier, offset) = ((m * unit).roundedHalfEven, (b * unit).roundedHalfEven)
      // How far the guess can be off near the codes: by what m and β are rounded.
      let half = Double(sign: .plus, exponent: -shift - 1, significand: 1)
      let relative =
        multiplier.isZero
        ? .infinity : (Double(limits.code) + 2 + height) / (2 * Double(multiplier.magnitude))
      let absolute = Double(limits.dividend) * half
      guard min(relative, absolute) + half <= 0.25 else { return nil }
      let bits = ExactLine.limbBits
      let room = BigUInt(1) << ExactLine.roomBits
      let unitLimb = BigUInt(1) << bits
      let term =
        unitLimb * BigUInt(limits.dividend)
        + unitLimb * BigUInt(limits.code + 1) * BigUInt(limits.divisor)
      guard term < room,
        multiplier.magnitude * BigUInt(limits.dividend)
          + offset.magnitude * BigUInt(limits.divisor) < room
      else { return nil }
      return Entry(
        multiplier: Int(multiplier),
        offset: Int(offset),
        shift: shift,
        slope: Limbs.split(slope, bits: bits, count: count),
        constant: Limbs.split(constant, bits: bits, count: count),
        step: Limbs.split(step, bits: bits, count: count),
        zeroPoint: zeroPoint
      )
    }
  }
}

extension ExactLine {
  /// The code of `a` over `b`, as the written programs compute it.
  package func code(_ a: Int, over b: Int = 1, entry index: Int = 0) -> Int {
    let entry = entries.values[index]
    let (numerator, denominator) = (entry.multiplier * a + entry.offset * b, b << entry.shift)
    let floor = numerator / denominator - (numerator % denominator < 0 ? 1 : 0)
    let guess = min(max(floor, codes.lowerBound), codes.upperBound - 1)
    let j = guess + 1
    var carry = -((j - entry.zeroPoint) & 1)
    for limb in 0..<limbCount {
      if limb > 0 { carry >>= Self.limbBits }
      carry += entry.slope[limb] * a + (entry.constant[limb] - entry.step[limb] * j) * b
    }
    return guess + (carry >= 0 ? 1 : 0)
  }
}
