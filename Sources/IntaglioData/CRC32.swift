import CZlib

/// The CRC-32 of gzip and PNG (polynomial 0xEDB88320, reflected), fed piece by piece.
public struct CRC32: Sendable, Equatable {
  /// The checksum of everything so far; 0 for nothing.
  public private(set) var value: UInt32 = 0

  public init() {}

  /// The checksum of `bytes`.
  public init(of bytes: [UInt8]) {
    update(bytes.span.bytes)
  }

  /// Eight digits in base 16.
  public var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  public mutating func update(_ bytes: RawSpan) {
    let before = value
    value = bytes.withUnsafeBytes { buffer in
      // zlib answers a nil pointer with the initial value, not with the running one.
      guard let base = buffer.baseAddress else { return before }
      let pointer = base.assumingMemoryBound(to: UInt8.self)
      return UInt32(truncatingIfNeeded: crc32_z(UInt(before), pointer, buffer.count))
    }
  }
}
