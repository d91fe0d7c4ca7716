import Foundation

/// Base 64 of RFC 4648, for pictures inside a page.
enum Base64 {
  static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
