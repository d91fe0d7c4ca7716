public import BigInt

extension Rational {
  /// The largest integer that is not above this number.
  public var floor: BigInt {
    let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
    return remainder.sign == .minus && !remainder.isZero ? quotient - 1 : quotient
  }

  /// The smallest integer that is not below this number.
  public var ceiling: BigInt { -(-self).floor }

  /// The nearest integer; of two equally near, the even one.
  ///
  /// This is the one rounding rule of Intaglio: ONNX `QuantizeLinear`, `torch.round` and IEEE 754
  /// roundToIntegralTiesToEven agree with it.
  public var roundedHalfEven: BigInt {
    let below = floor
    let twice = (self - Rational(below)) * 2
    if twice == 1 { return below % 2 == 0 ? below : below + 1 }
    return twice > 1 ? below + 1 : below
  }

  /// The nearest integer, half to even, clamped to `range`.
  public func roundedHalfEven(within range: ClosedRange<Int>) -> Int {
    let rounded = roundedHalfEven
    if rounded <= BigInt(range.lowerBound) { return range.lowerBound }
    return rounded >= BigInt(range.upperBound) ? range.upperBound : Int(rounded)
  }

  /// The nearest double; ties to even.
  ///
  /// Overflows to infinity, keeps subnormals.
  public var doubleValue: Double {
    if isZero { return 0 }
    let n = numerator.magnitude
    // Scale so that the quotient has at least 66 significant bits, the last one sticky.
    let shift = 66 - (n.bitWidth - denominator.magnitude.bitWidth)
    let (scaledN, scaledD) =
      shift >= 0
      ? (n << shift, denominator.magnitude) : (n, denominator.magnitude << -shift)
    var (quotient, remainder) = scaledN.quotientAndRemainder(dividingBy: scaledD)
    if !remainder.isZero { quotient |= 1 }
    // Keep 53 bits, fewer where the result is subnormal.
    let exponent = quotient.bitWidth - 1 - shift
    let kept = exponent >= -1022 ? 53 : 53 - (-1022 - exponent)
    guard kept >= 0 else { return isNegative ? -0.0 : 0 }
    let dropped = quotient.bitWidth - kept
    let half = BigUInt(1) << (dropped - 1)
    let tail = quotient & ((BigUInt(1) << dropped) - 1)
    var significand = quotient >> dropped
    if tail > half || (tail == half && significand & 1 == 1) { significand += 1 }
    let magnitude = Self.scaled(Double(UInt64(significand)), by: dropped - shift)
    return isNegative ? -magnitude : magnitude
  }

  /// The nearest float; ties to even.
  ///
  /// Rounding twice (to double, then to float) could go wrong only on a tie of floats that is not a
  /// tie of the ratio; the sticky step to odd rules that out.
  public var floatValue: Float {
    let double = doubleValue
    guard double.isFinite, let back = Rational(exactly: double), back != self else {
      return Float(double)
    }
    // Round to odd: move an inexact double that ended even towards the true value.
    let towardsZero = back.magnitude > magnitude
    let truncated = towardsZero ? (double > 0 ? double.nextDown : double.nextUp) : double
    return Float(Double(bitPattern: truncated.bitPattern | 1))
  }

  private static func scaled(_ value: Double, by exponent: Int) -> Double {
    // Two steps, each exact for a 53-bit significand, reach every exponent.
    let first = Swift.max(-1000, Swift.min(1000, exponent))
    return Double(sign: .plus, exponent: first, significand: value)
      * Double(sign: .plus, exponent: exponent - first, significand: 1)
  }
}

extension Rational: Codable {
  /// Written as `numerator/denominator` in base 16, `numerator` alone for integers.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    let text = String(numerator, radix: 16)
    try container.encode(isInteger ? text : text + "/" + String(denominator, radix: 16))
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard
      parts.count <= 2, text.utf8.count < 4096,
      let numerator = BigInt(parts[0], radix: 16),
      let denominator = parts.count == 2 ? BigInt(parts[1], radix: 16) : 1, denominator > 0
    else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "expected a ratio in base 16 such as 3/80, found \(text.prefix(40))"
      )
    }
    self.init(numerator, over: denominator)
  }
}

extension Rational {
  /// The nearest number with at most `bits` significant bits; itself where it has no more.
  ///
  /// - Precondition: `bits` is positive.
  public func rounded(toSignificantBits bits: Int) -> Rational {
    precondition(bits > 0, "a number needs a significant bit")
    guard !isZero else { return self }
    // |self|·2^shift has `bits` or `bits` + 1 bits before the point; one bit too many is dropped.
    var shift = bits - (numerator.magnitude.bitWidth - denominator.magnitude.bitWidth)
    func scaled() -> BigInt {
      let power = Rational(BigInt(1) << shift.magnitude)
      return (shift >= 0 ? self * power : self / power).roundedHalfEven
    }
    var whole = scaled()
    while whole.magnitude.bitWidth > bits {
      // Rounding up to the next power of two is already exact.
      if whole.magnitude.trailingZeroBitCount >= whole.magnitude.bitWidth - bits { break }
      shift -= 1
      whole = scaled()
    }
    let power = BigInt(1) << shift.magnitude
    let result = shift >= 0 ? Rational(whole, over: power) : Rational(whole * power)
    return isShorter(than: bits) ? self : result
  }

  /// Whether the number is dyadic with at most `bits` significant bits.
  private func isShorter(than bits: Int) -> Bool {
    let odd = numerator.magnitude.bitWidth - numerator.magnitude.trailingZeroBitCount
    return odd <= bits
      && denominator.magnitude.trailingZeroBitCount == denominator.magnitude.bitWidth - 1
  }
}
