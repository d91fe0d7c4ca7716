import BigInt

/// A ratio as bytes: for numerator and denominator a sign, how many 64-bit words, and these, the
/// lowest first, all little-endian.
extension Rational {
  package func append(to bytes: inout [UInt8]) {
    for number in [numerator, denominator] {
      let words = Array(number.magnitude.words)
      bytes.append(number.sign == .minus ? 1 : 0)
      withUnsafeBytes(of: UInt16(words.count).littleEndian) { bytes += $0 }
      for word in words { withUnsafeBytes(of: UInt64(word).littleEndian) { bytes += $0 } }
    }
  }

  /// The ratio whose bytes start at `offset`, which moves behind them; `nil` when there is none.
  package init?(bytes: UnsafeRawBufferPointer, at offset: inout Int) {
    guard let numerator = Self.integer(bytes, at: &offset),
      let denominator = Self.integer(bytes, at: &offset), !denominator.isZero
    else { return nil }
    self.init(numerator, over: denominator)
  }

  /// More words than any number of a program has; reducing longer ones takes long.
  private static let mostWords = 64

  private static func integer(_ bytes: UnsafeRawBufferPointer, at offset: inout Int) -> BigInt? {
    guard bytes.count - offset >= 3 else { return nil }
    let isNegative = bytes[offset] == 1
    let count = Int(
      UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 1, as: UInt16.self))
    )
    offset += 3
    guard count <= mostWords, bytes.count - offset >= 8 * count else { return nil }
    let words = (0..<count).map { index in
      UInt(
        UInt64(
          littleEndian: bytes.loadUnaligned(
            fromByteOffset: offset + 8 * index,
            as: UInt64.self
          )
        )
      )
    }
    offset += 8 * count
    return BigInt(sign: isNegative ? .minus : .plus, magnitude: BigUInt(words: words))
  }
}
