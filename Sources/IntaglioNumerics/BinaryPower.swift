import BigInt

/// Powers of two with a fraction, and log₂e, from integers alone: the same on every machine.
enum BinaryPower {
  /// The places of intermediate results behind the point.
  private static let places = 192

  /// log₂e to within 2⁻¹⁸⁰.
  static let log2e: Rational = {
    // ln 2 = Σ 1/(k·2^k), every term rounded down.
    var sum = BigInt(0)
    for k in 1...places { sum += (BigInt(1) << (places - k)) / BigInt(k) }
    return Rational((BigInt(1) << (2 * places)) / sum, over: BigInt(1) << places)
  }()

  /// 2^bits·2^(−i/2^f) for i in 0 ..< 2^f, each rounded to nearest.
  ///
  /// Roots of ½ by integer square roots to 2⁻¹⁹⁰; no entry but the first is near a tie.
  static func table(fractionBits: Int, bits: Int) -> [Int] {
    let one = BigUInt(1) << places
    // 2^(−1/2), 2^(−1/4), …
    var roots: [BigUInt] = []
    var root = one >> 1
    for _ in 0..<fractionBits {
      root = (root << places).squareRoot()
      roots.append(root)
    }
    return (0..<1 << fractionBits).map { index in
      var power = one
      for (position, root) in roots.enumerated()
      where index >> (fractionBits - 1 - position) & 1 == 1 {
        power = (power * root) >> places
      }
      return Int((power + (one >> (bits + 1))) >> (places - bits))
    }
  }
}
