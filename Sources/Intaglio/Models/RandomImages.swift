import IntaglioNumerics

/// Images of noise: numbers of mean 0 and variance 1 that follow from a seed.
public enum RandomImages {
  /// `count` inputs of `size` numbers each.
  ///
  /// A number is the sum of four even draws, near enough to a normal one.
  public static func draw(_ count: Int, size: Int, seed: UInt64) -> [Float] {
    var random = SplitMix64(seed: seed)
    let deviation = (65536.0 * 65536 / 3).squareRoot()
    return (0..<count * size).map { _ in
      let bits = random.next()
      let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + bits >> 48
      return Float((Double(sum) - 2 * 65535) / deviation)
    }
  }
}
