import Foundation

extension JSONScanner {
  /// What the digits of a number say: ±`mantissa` · 10^`exponent`.
  private struct Decimal {
    var isNegative = false
    /// Of the first 19 digits at most, where `isWhole`.
    var mantissa: UInt64 = 0
    var exponent = 0
    /// Whether all digits are in `mantissa`.
    var isWhole = true
  }

  /// Passes over a number.
  mutating func skipNumber() throws(ServingError) { _ = try decimal() }

  /// Reads a number, rounded once to float32, ties to even.
  ///
  /// - Throws: `ServingError` for what is no JSON number (such as NaN), or is beyond float32.
  @inline(__always)
  package mutating func float() throws(ServingError) -> Float {
    skipSpace()
    let start = position
    let decimal = try decimal()
    if let quick = Self.rounded(decimal) { return quick }
    return try slowFloat(start)
  }

  @inline(__always)
  private mutating func decimal() throws(ServingError) -> Decimal {
    var decimal = Decimal()
    if next == UInt8(ascii: "-") {
      decimal.isNegative = true
      position += 1
    }
    let isZero = next == UInt8(ascii: "0")
    var mantissa: UInt64 = 0
    var digits = try digits(into: &mantissa)
    guard digits == 1 || !isZero else { throw error("a number begins with a needless 0") }
    if next == UInt8(ascii: ".") {
      position += 1
      let fraction = try self.digits(into: &mantissa)
      digits += fraction
      decimal.exponent = -fraction
    }
    (decimal.mantissa, decimal.isWhole) = (mantissa, digits <= 19)
    if next | 0x20 == UInt8(ascii: "e") { decimal.exponent += try exponent() }
    return decimal
  }

  /// Reads digits, at least one, to the end of `mantissa`, which wraps around behind the 19th.
  @inline(__always)
  private mutating func digits(into mantissa: inout UInt64) throws(ServingError) -> Int {
    let start = position
    while true {
      let digit = next &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      mantissa = mantissa &* 10 &+ UInt64(digit)
      position += 1
    }
    guard position > start else { throw error("expected a number") }
    return position - start
  }

  private mutating func exponent() throws(ServingError) -> Int {
    position += 1
    let isNegative = next == UInt8(ascii: "-")
    if isNegative || next == UInt8(ascii: "+") { position += 1 }
    var digits: UInt64 = 0
    // With more digits it is beyond everything, or the number is 0: the C library knows.
    let isShort = try self.digits(into: &digits) <= 6
    let exponent = isShort ? Int(digits) : 1_000_000
    return isNegative ? -exponent : exponent
  }

  /// 10⁰…10²², each exact.
  private static let powers: [Double] = (0...22).map { power in
    (0..<power).reduce(1.0) { product, _ in product * 10 }
  }

  /// The number by two roundings, first to float64 or 64 bits, which equals one rounding unless the first
  /// ended in the middle between two float32 numbers; `nil` there, and where it is not exact.
  @inline(__always)
  private static func rounded(_ decimal: Decimal) -> Float? {
    guard decimal.isWhole, decimal.exponent <= 22, decimal.exponent >= -22 else { return nil }
    let power = powers[abs(decimal.exponent)]
    let size: Float
    if decimal.mantissa <= 1 << 53 {
      let mantissa = Double(decimal.mantissa)
      let wide = decimal.exponent < 0 ? mantissa / power : mantissa * power
      let isMiddle = wide.bitPattern & ((1 << 29) - 1) == 1 << 28
      guard !isMiddle, wide == 0 || (wide >= 0x1p-126 && wide < 0x1p127) else { return nil }
      size = Float(wide)
    } else {
      #if arch(x86_64)
      let (mantissa, power) = (Float80(decimal.mantissa), Float80(power))
      let wide = decimal.exponent < 0 ? mantissa / power : mantissa * power
      let isMiddle = wide.significandBitPattern & ((1 << 40) - 1) == 1 << 39
      guard !isMiddle, wide >= 0x1p-126, wide < 0x1p127 else { return nil }
      size = Float(wide)
      #else
      return nil
      #endif
    }
    return decimal.isNegative ? -size : size
  }

  /// The number that ends here and began at `start`, by the C library.
  @inline(never)
  private func slowFloat(_ start: Int) throws(ServingError) -> Float {
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    let number = strtof(text, nil)
    guard number.isFinite else { throw error("the number before is beyond FP32") }
    return number
  }
}
