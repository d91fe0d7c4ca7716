/// A binary floating-point format of hardware that has neither subnormals nor infinities.
///
/// sign · 2^(exponent − bias) · 1.fraction; the exponent 0 is zero, whatever the fraction says. Every
/// other exponent, the greatest too, is an ordinary number. What is too small becomes zero, what is too
/// large the greatest number; rounding is to the nearest, ties to even. That is less than IEEE 754 asks
/// for, and so a smaller circuit.
public struct FloatFormat: Hashable, Sendable, CustomStringConvertible {
  public let exponentBits: Int
  public let fractionBits: Int

  public init(exponentBits: Int, fractionBits: Int) {
    precondition((2...8).contains(exponentBits) && (1...23).contains(fractionBits), "up to 32 bits")
    (self.exponentBits, self.fractionBits) = (exponentBits, fractionBits)
  }

  public static let bf16 = FloatFormat(exponentBits: 8, fractionBits: 7)
  public static let fp16 = FloatFormat(exponentBits: 5, fractionBits: 10)
  public static let fp32 = FloatFormat(exponentBits: 8, fractionBits: 23)

  public var bits: Int { 1 + exponentBits + fractionBits }
  public var bias: Int { (1 << (exponentBits - 1)) - 1 }
  public var greatestExponent: Int { (1 << exponentBits) - 1 }

  public var description: String { "f\(bits)e\(exponentBits)" }
}

extension FloatFormat {
  /// The pattern nearest to sign · `significand` · 2^`exponent`.
  ///
  /// - Precondition: `significand` has less than 64 bits.
  public func pattern(isNegative: Bool, significand: UInt64, exponent: Int) -> UInt32 {
    guard significand > 0 else { return 0 }
    let top = UInt64.bitWidth - 1 - significand.leadingZeroBitCount
    let surplus = top - fractionBits
    var (rounded, power) = (significand, exponent + top + bias)
    if surplus > 0 {
      let half = (UInt64(1) << (surplus - 1)) - 1
      rounded = (significand + half + (significand >> surplus & 1)) >> surplus
      if rounded >> (fractionBits + 1) > 0 { (rounded, power) = (rounded >> 1, power + 1) }
    } else {
      rounded <<= -surplus
    }
    let sign = isNegative ? UInt32(1) << (bits - 1) : 0
    if power < 1 { return 0 }
    if power > greatestExponent { return sign | ((UInt32(1) << (bits - 1)) - 1) }
    let fraction = UInt32(rounded & (UInt64(1) << fractionBits - 1))
    return sign | UInt32(power) << fractionBits | fraction
  }

  /// The pattern nearest to `value`.
  public func pattern(_ value: Double) -> UInt32 {
    guard value != 0, value.isFinite else { return 0 }
    let significand = UInt64(value.significandBitPattern) | 1 << 52
    return pattern(
      isNegative: value < 0,
      significand: significand,
      exponent: Int(value.exponent) - 52
    )
  }

  /// The number that `pattern` is.
  public func value(_ pattern: UInt32) -> Double {
    let parts = parts(pattern)
    let magnitude = Double(
      sign: .plus,
      exponent: parts.exponent,
      significand: Double(parts.significand)
    )
    return parts.isNegative ? -magnitude : magnitude
  }

  /// significand · 2^exponent; zero has the significand 0.
  func parts(_ pattern: UInt32) -> (isNegative: Bool, significand: UInt64, exponent: Int) {
    let power = Int(pattern >> fractionBits) & greatestExponent
    let isNegative = pattern >> (bits - 1) & 1 == 1
    guard power > 0 else { return (false, 0, 0) }
    let fraction = UInt64(pattern) & (UInt64(1) << fractionBits - 1)
    return (isNegative, fraction | UInt64(1) << fractionBits, power - bias - fractionBits)
  }
}
