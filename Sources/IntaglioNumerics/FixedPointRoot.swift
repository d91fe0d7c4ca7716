import BigInt

/// The widths with which a row is normalized in fixed point: equation (21).
///
/// One integer root and one division for a row, one multiplication and one shift for an element.
public struct FixedPointRoot: Hashable, Sendable, Codable {
  /// F: the normalized value is y·2^−F.
  public let fractionBits: Int
  /// G: the width of the reciprocal root.
  public let rootBits: Int
  /// K: the places that N²·ε gets behind the point; even.
  public let scaleBits: Int
  /// N²·ε·2^K, rounded.
  public let epsilon: UInt128

  /// Widths for rows of `count` integers of at most `bound` in magnitude.
  ///
  /// As many fraction bits as 31-bit results allow; `nil` when the rows are too wide (W·2^K beyond
  /// 126 bits) or ε is not positive.
  public init?(count: Int, bound: Int, epsilon: Rational) {
    guard count > 0, count < 1 << 20, bound >= 0, bound < 1 << 40, epsilon.signum > 0 else {
      return nil
    }
    let scaled = epsilon * Rational(count) * Rational(count)
    var places = 0
    while places < 128, (scaled * Rational(BigInt(1) << places)) < Rational(1 << 32) { places += 2 }
    let rounded = (scaled * Rational(BigInt(1) << places)).roundedHalfEven
    let deviationBits = Self.deviationBits(count, bound)
    guard deviationBits <= 46, rounded < BigInt(1) << 126 else { return nil }
    // √N·2^F ≤ 2²⁹.
    let rootOfCount = (Int.bitWidth - (count - 1).leadingZeroBitCount + 1) / 2
    self.init(
      fractionBits: 29 - rootOfCount,
      rootBits: min(31, 62 - deviationBits),
      scaleBits: places,
      epsilon: UInt128(rounded)
    )
    guard fits(count: count, bound: bound) else { return nil }
  }

  /// The widths as a file states them; `nil` when they are out of range.
  public init?(stated fractionBits: Int, rootBits: Int, scaleBits: Int, epsilon: UInt128) {
    guard (1...30).contains(fractionBits), (8...31).contains(rootBits),
      (0...128).contains(scaleBits), scaleBits % 2 == 0, epsilon >> 126 == 0, epsilon > 0
    else { return nil }
    self.init(
      fractionBits: fractionBits,
      rootBits: rootBits,
      scaleBits: scaleBits,
      epsilon: epsilon
    )
  }

  private init(fractionBits: Int, rootBits: Int, scaleBits: Int, epsilon: UInt128) {
    self.fractionBits = fractionBits
    self.rootBits = rootBits
    self.scaleBits = scaleBits
    self.epsilon = epsilon
  }

  /// How far y can be from ŷ·2^F, in units of y, for rows of `count` elements.
  public func bound(count: Int) -> Int {
    let rootOfCount = (Int.bitWidth - (count - 1).leadingZeroBitCount + 1) / 2
    let largest = rootOfCount + fractionBits
    let truncation = rootBits < 31 ? 1 << max(0, largest + 1 - rootBits) : 0
    return 1 + (1 << max(0, largest - 29)) + truncation
  }

  /// Whether rows of `count` integers of at most `bound` in magnitude stay inside these widths.
  public func fits(count: Int, bound: Int) -> Bool {
    guard count > 0, count < 1 << 20, bound >= 0, bound < 1 << 40 else { return false }
    let energy = BigInt(count) * BigInt(count) * BigInt(bound) * BigInt(bound)
    return Self.deviationBits(count, bound) + rootBits <= 62
      && (energy << scaleBits) + BigInt(epsilon) < BigInt(1) << 126
  }

  /// The width of |N·x − S|, below 2·N·max|x|.
  private static func deviationBits(_ count: Int, _ bound: Int) -> Int {
    Int.bitWidth - (2 * count * bound).leadingZeroBitCount
  }

  /// y of every deviation of a row; without meaning where the row does not fit.
  public func callAsFunction(_ row: NormalizedRow) -> [Int] {
    let scaled = (UInt128(truncatingIfNeeded: row.energy) << UInt128(scaleBits)) &+ epsilon
    guard scaled > 0 else { return row.deviations.map { _ in 0 } }
    let width = UInt128.bitWidth - scaled.leadingZeroBitCount
    // The even shift that leaves 63 or 64 bits.
    let halfShift = (width - 63) >> 1
    let w =
      halfShift >= 0
      ? UInt64(scaled >> UInt128(2 * halfShift)) : UInt64(scaled << UInt128(-2 * halfShift))
    let root = UInt64(BigUInt(w).squareRoot())
    let reciprocal = Int(((1 as UInt64) << 62) / root) >> (31 - rootBits)
    let shift = 31 + rootBits - fractionBits - scaleBits / 2 + halfShift
    return row.deviations.map { deviation in
      let product = deviation &* reciprocal
      return shift < 0 ? product << -shift : product >> min(shift, 63)
    }
  }
}
