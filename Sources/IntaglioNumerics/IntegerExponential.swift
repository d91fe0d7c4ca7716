import BigInt

/// An exponential on integers: what softmax sums and divides by.
///
/// A conforming type is one way to do it in a few shifts and additions; all are compared by the
/// same error table.
public protocol IntegerExponential: Hashable, Sendable {
  /// e ≈ c·2^(−s·log₂e·D), an integer below 2³², for a difference D ≥ 0 to the row's maximum; one c
  /// for all D.
  func callAsFunction(_ difference: Int) -> Int
}

/// 2^k by a shift, 2^fraction from a table: equation (23).
public struct Base2Exponential: IntegerExponential {
  /// m and n: u = (D·m) ⊘ n.
  public let multiplier: Int
  public let shift: Int
  /// A difference beyond which e is zero; larger ones count as this one.
  public let cap: Int
  /// f: the places of u behind the point.
  public let fractionBits: Int
  /// t: the width of e.
  public let tableBits: Int
  /// 2^t·2^(−i/2^f), rounded.
  public let table: [Int]

  /// - Precondition: `scale` is positive, 0 ≤ f ≤ 12 and 1 ≤ t ≤ 24.
  public init(scale: Rational, fractionBits: Int, tableBits: Int) {
    precondition(scale.signum > 0, "an exponential needs a positive scale")
    precondition((0...12).contains(fractionBits) && (1...24).contains(tableBits))
    self.fractionBits = fractionBits
    self.tableBits = tableBits
    table = PowerOfTwoTable(bits: tableBits, fractionBits: fractionBits).entries
    // Its first 150 bits; any end of the enclosure gives the same 31.
    let log2e = Interval.binaryLogarithmOfE(precision: 160).lower.rational
    let slope = scale * log2e * Rational(1 << fractionBits)
    // The largest shift that keeps m below 2³¹, and D·m, whatever D up to the cap, below 2⁶².
    let farthest = (tableBits + 3) << fractionBits
    let room = 61 - (Int.bitWidth - farthest.leadingZeroBitCount)
    var shift = 0
    while shift < room, (slope * Rational(1 << (shift + 1))).roundedHalfEven < 1 << 31 {
      shift += 1
    }
    let exact = (slope * Rational(1 << shift)).roundedHalfEven
    // A slope of 2³¹ and more: any difference at all leaves nothing of e.
    multiplier = exact < 1 << 31 ? max(1, Int(exact)) : 1 << 31 - 1
    self.shift = shift
    let reached = Rational(((tableBits + 2) << fractionBits) << shift) / Rational(multiplier)
    cap = Int(clamping: min(reached.ceiling, BigInt(UInt32.max)))
  }

  public func callAsFunction(_ difference: Int) -> Int {
    let u = (Swift.min(difference, cap) * multiplier).shiftedRounding(by: shift)
    return table[u & (1 << fractionBits - 1)] >> (u >> fractionBits)
  }
}

/// 2^k by a rounded shift, 2^fraction as the product of a coarse and a fine power: equation (32).
///
/// Everything behind the difference has 16 bits. Two tables of 64 and 32 words do what one of 2048
/// would; a rounded shift keeps the sum of many small powers unbiased, so that 15 bits of e are
/// worth more than 16 of (23).
public struct Base2ProductExponential: IntegerExponential {
  /// a and c: x = min((D + 2^(a−1)) ≫ a, c), the fraction of a difference that counts.
  public let dropped: Int
  public let cap: Int
  /// m and n: u = (x·m + 2^(n−1)) ≫ n.
  public let multiplier: Int
  public let shift: Int

  /// f: the places of u behind the point, the upper 6 of them coarse.
  public static let fractionBits = 11
  /// How many of the places are the fine table's.
  public static let fineBits = 5
  /// The width of e.
  public static let bits = 15
  /// A[h] = 2¹⁶·2^(−h/64), rounded, at most 2¹⁶ − 1.
  public static let coarse = PowerOfTwoTable(bits: 16, fractionBits: 6).entries.map {
    min($0, 1 << 16 - 1)
  }
  /// B[l] = 2¹⁶ − 2¹⁶·2^(−l/2048), rounded.
  public static let fine = PowerOfTwoTable(bits: 16, fractionBits: fractionBits).entries
    .prefix(1 << fineBits).map { 1 << 16 - $0 }

  /// - Precondition: `scale` is positive.
  public init(scale: Rational) {
    precondition(scale.signum > 0, "an exponential needs a positive scale")
    // Its first 70 bits; any end of the enclosure gives the same 16.
    let log2e = Interval.binaryLogarithmOfE(precision: 80).lower.rational
    let slope = scale * log2e * Rational(1 << Self.fractionBits)
    // m within 2¹⁵..<2¹⁶ where the slope allows: finer slopes drop bits of D, coarser ones shift less.
    func rounded(_ bits: Int) -> BigInt { (slope * Rational(1 << bits)).roundedHalfEven }
    var bits = 32
    while bits > 1, rounded(bits) >= 1 << 16 { bits -= 1 }
    (dropped, shift) = (max(0, bits - 16), min(bits, 16))
    // A slope of 2¹⁵ and more: any difference at all leaves nothing of e.
    let multiplier = max(1, Int(clamping: min(rounded(bits), 1 << 16 - 1)))
    self.multiplier = multiplier
    // The least x that leaves nothing, u ≥ 2¹⁵.
    let least = (1 << (shift + 15) - 1 << (shift - 1) + multiplier - 1) / multiplier
    cap = min(least, 1 << 16 - 1)
  }

  /// x.
  public func reduced(_ difference: Int) -> Int {
    let half = dropped == 0 ? 0 : 1 << (dropped - 1)
    return Swift.min((difference + half) >> dropped, cap)
  }

  public func callAsFunction(_ difference: Int) -> Int {
    let u = (reduced(difference) * multiplier + 1 << (shift - 1)) >> shift
    let coarse = Self.coarse[(u >> Self.fineBits) & (Self.coarse.count - 1)]
    let power = coarse - (coarse * Self.fine[u & (Self.fine.count - 1)]) >> 16
    return (power >> (u >> Self.fractionBits) + 1) >> 1
  }
}

/// I-ViT's shiftmax: a line between powers of two, by shifts and one division: equation (24).
///
/// Li & Gu: "I-ViT: Integer-only Quantization for Efficient Vision Transformer Inference",
/// arXiv 2207.01405.
public struct ShiftExponential: IntegerExponential {
  /// ⌊−1/s⌋, above −2¹⁶: a finer scale would need more than 31 bits.
  public let unit: Int
  /// n: how many halvings are told apart.
  public let range: Int

  /// - Precondition: `scale` is positive.
  public init(scale: Rational) {
    precondition(scale.signum > 0, "an exponential needs a positive scale")
    let unit = Int(clamping: max((-(Rational.one / scale)).floor, -(1 << 16 - 1)))
    self.unit = unit
    range = 15
  }

  public func callAsFunction(_ difference: Int) -> Int {
    let x = -difference
    let p = Swift.max(x + (x >> 1) - (x >> 4), range * unit)
    let q = p / unit
    let r = p - q * unit
    return ((r - 2 * unit) << (range - q)) >> 1
  }
}
