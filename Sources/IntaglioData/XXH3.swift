import CXXHash

/// The 128-bit XXH3 checksum of bytes, through the library xxHash.
///
/// As fast as memory, so that a file of weights is verified while it is opened. It is against damage:
/// whoever wants two files of one checksum can make them.
public struct XXH3: Hashable, Sendable {
  private let high: UInt64
  private let low: UInt64

  public init(of bytes: RawSpan) {
    let hash = bytes.withUnsafeBytes { XXH3_128bits($0.baseAddress, $0.count) }
    (high, low) = (hash.high64, hash.low64)
  }

  /// The checksum of the UTF-8 of `text`.
  public init(of text: String) {
    self.init(of: Array(text.utf8).span.bytes)
  }

  /// 32 digits in base 16, as `xxhsum -H2` prints them.
  public var text: String {
    [high, low].map { half in
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
