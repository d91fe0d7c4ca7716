import Foundation

/// Reports as JSON text.
public enum JSON {
  /// `value` with sorted keys and two-space indentation, so that the same report is the same text.
  ///
  /// - Throws: `EncodingError` when a number is not finite.
  public static func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// `value` with sorted keys in one line.
  ///
  /// - Throws: `EncodingError` when a number is not finite.
  public static func line(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
