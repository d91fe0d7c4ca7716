import BigInt

/// T[i] = 2^t·2^(−i/2^f) rounded to nearest for i in 0..<2^f: equation (23), from integers alone.
public struct PowerOfTwoTable: Hashable, Sendable {
  public let entries: [Int]

  /// The places of intermediate results behind the point.
  private static let places = 192
  /// No product of at most 12 roots, each rounded down, is this much too small.
  private static let error = BigUInt(1) << 8

  /// - Precondition: `bits` (t) is within 0...48, `fractionBits` (f) within 0...12.
  public init(bits: Int, fractionBits: Int) {
    precondition((0...48).contains(bits), "a table of at most 48 bits")
    precondition((0...12).contains(fractionBits), "a table of at most 4096 entries")
    // The powers for all fractions of 0, 1, 2, … places.
    var powers = [BigUInt(1) << Self.places]
    var root = BigUInt(1) << (Self.places - 1)
    for _ in 0..<fractionBits {
      root = (root << Self.places).squareRoot()
      powers = powers.flatMap { [$0, ($0 * root) >> Self.places] }
    }
    entries = powers.enumerated().map { index, power in
      let (least, most) = (Self.rounded(power, bits), Self.rounded(power + Self.error, bits))
      precondition(index == 0 || least == most, "192 bits decide every entry")
      return Int(least)
    }
  }

  /// `power`, with `places` behind the point, times 2^`bits`, to the nearest integer.
  private static func rounded(_ power: BigUInt, _ bits: Int) -> BigUInt {
    (power + (BigUInt(1) << (places - bits - 1))) >> (places - bits)
  }
}
