import BigInt

/// T[i] = 2^t·2^(−i/2^f) rounded to nearest for i in 0..<2^f: equation (23), from integers alone.
public struct PowerOfTwoTable: Hashable, Sendable {
  public let entries: [Int]

  /// - Precondition: `bits` (t) is within 0...48, `fractionBits` (f) within 0...8.
  public init(bits: Int, fractionBits: Int) {
    precondition((0...48).contains(bits), "a table of at most 48 bits")
    precondition((0...8).contains(fractionBits), "a table of at most 256 entries")
    let count = 1 << fractionBits
    entries = (0..<count).map { index in
      // Twice the entry to the power of 2^f; then f square roots, which may each be rounded down.
      var twice = BigUInt(1) << ((bits + 1) * count - index)
      for _ in 0..<fractionBits { twice = twice.squareRoot() }
      return Int((twice + 1) >> 1)
    }
  }
}
