/// Integer codes of b bits side by side in a little-endian bit stream.
///
/// Code i occupies bits i·b ..< (i+1)·b of the stream; bit n of the stream is bit n mod 8 of byte
/// n / 8. Signed codes are in two's complement. The last byte is filled with zero bits.
public struct PackedBits: Sendable, Equatable {
  /// The widths that can be packed, in bits.
  public static let widths = 1...16

  public let bits: Int
  public let isSigned: Bool

  /// - Throws: `DataError.invalid` when `bits` is not in `widths`.
  public init(bits: Int, isSigned: Bool) throws(DataError) {
    guard Self.widths.contains(bits) else {
      let expected = "\(Self.widths.lowerBound)…\(Self.widths.upperBound) bits"
      throw .invalid(what: "width of a packed code", expected: expected, found: "\(bits)")
    }
    self.bits = bits
    self.isSigned = isSigned
  }

  /// The values that a code can take.
  public var range: ClosedRange<Int> {
    isSigned ? -(1 << (bits - 1))...(1 << (bits - 1)) - 1 : 0...(1 << bits) - 1
  }

  /// The bytes that `count` codes occupy.
  ///
  /// - Precondition: `count` is not negative and `count` · 16 fits an `Int`.
  public func byteCount(of count: Int) -> Int { (count * bits + 7) / 8 }

  /// - Throws: `DataError.invalid`, naming the first code that is out of range.
  public func pack(_ codes: [Int]) throws(DataError) -> [UInt8] {
    let range = range
    let mask = UInt32(1) << bits - 1
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount(of: codes.count))
    var pending: UInt32 = 0
    var pendingBits = 0
    for (index, code) in codes.enumerated() {
      guard range.contains(code) else {
        throw .invalid(what: "code \(index)", expected: "one in \(range)", found: "\(code)")
      }
      pending |= (UInt32(truncatingIfNeeded: code) & mask) << pendingBits
      pendingBits += bits
      while pendingBits >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: pending))
        pending >>= 8
        pendingBits -= 8
      }
    }
    if pendingBits > 0 { bytes.append(UInt8(truncatingIfNeeded: pending)) }
    return bytes
  }

  /// The `count` codes in `bytes`, which hold exactly them.
  ///
  /// - Throws: `DataError.invalid` when the number of bytes is not `byteCount(of: count)` or the
  ///   bits after the last code are not zero.
  public func unpack(_ bytes: RawSpan, count: Int) throws(DataError) -> [Int] {
    let limit = bytes.byteCount * 8 / bits
    guard count >= 0, count <= limit, byteCount(of: count) == bytes.byteCount else {
      throw .invalid(
        what: "\(count) packed codes of \(bits) bits",
        expected: "a count that fills the bytes",
        found: "\(bytes.byteCount) bytes"
      )
    }
    let mask = UInt32(1) << bits - 1
    let signBit = isSigned ? UInt32(1) << (bits - 1) : 0
    var codes: [Int] = []
    codes.reserveCapacity(count)
    var pending: UInt32 = 0
    var pendingBits = 0
    for position in 0..<bytes.byteCount {
      // The load itself checks the bounds; any bit pattern is a valid byte.
      let byte = bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
      pending |= UInt32(byte) << pendingBits
      pendingBits += 8
      while pendingBits >= bits, codes.count < count {
        let code = pending & mask
        codes.append(Int(code ^ signBit) - Int(signBit))
        pending >>= bits
        pendingBits -= bits
      }
    }
    guard pending == 0 else {
      throw .invalid(what: "bits after the last packed code", expected: "zeros", found: "ones")
    }
    return codes
  }

  /// The `count` codes in `bytes`, which hold exactly them.
  ///
  /// - Throws: as for a span.
  public func unpack(_ bytes: [UInt8], count: Int) throws(DataError) -> [Int] {
    try unpack(bytes.span.bytes, count: count)
  }
}
