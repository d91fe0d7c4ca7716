import BigInt

/// Long integers as signed limbs: Σ limbᵢ·2^(bits·i), all with the sign of the number.
enum Limbs {
  /// How many limbs of `bits` bits the longest of `values` takes; at least 1.
  static func count(_ values: [BigInt], bits: Int) -> Int {
    max(1, ((values.map(\.magnitude.bitWidth).max() ?? 0) + bits - 1) / bits)
  }

  /// - Precondition: `value` has room in `count` limbs.
  static func split(_ value: BigInt, bits: Int, count: Int) -> [Int] {
    let mask = BigUInt(1) << bits - 1
    let sign = value.sign == .minus ? -1 : 1
    let limbs = (0..<count).map { sign * Int((value.magnitude >> (bits * $0)) & mask) }
    precondition(value.magnitude >> (bits * count) == 0, "\(count) limbs hold the number")
    return limbs
  }
}

/// Why integers of 64 bits do not suffice for the exact form of a node.
package struct ExactFormError: Error {
  package let what: String
  package let advice: String
}
