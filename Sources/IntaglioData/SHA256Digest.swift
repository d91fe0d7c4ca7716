import Crypto
import Foundation

/// The SHA-256 of some bytes, as `sha256sum` prints it: what a file is known by.
public struct SHA256Digest: Hashable, Sendable, Codable, CustomStringConvertible {
  /// 64 hexadecimal digits.
  public let description: String

  /// How much of a file is in memory at a time, in bytes.
  private static let chunk = 1 << 20

  /// Of a whole file.
  ///
  /// - Throws: `DataError` for a file that cannot be read.
  public init(contentsOf path: String) throws(DataError) {
    let file = try MappedFile(path: path)
    var hash = SHA256()
    file.withBytes { bytes in
      for start in stride(from: 0, to: bytes.byteCount, by: Self.chunk) {
        let part = bytes.extracting(start..<min(start + Self.chunk, bytes.byteCount))
        part.withUnsafeBytes { hash.update(bufferPointer: $0) }
      }
    }
    self.init(hash.finalize())
  }

  public init(of bytes: [UInt8]) { self.init(SHA256.hash(data: bytes)) }

  /// Of its UTF-8 bytes.
  public init(of text: String) { self.init(of: Array(text.utf8)) }

  private init(_ digest: SHA256.Digest) {
    description = digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  public init(from decoder: any Decoder) throws {
    description = try decoder.singleValueContainer().decode(String.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
