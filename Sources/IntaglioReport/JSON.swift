import Foundation

/// Reports as JSON text.
///
/// A number that is not finite becomes `null`, for JSON has none. Characters that a terminal obeys
/// instead of showing are written as `\u001b` and the like.
public enum JSON {
  /// `value` with sorted keys and two-space indentation, so that the same report is the same text.
  ///
  /// - Throws: `EncodingError` when `value` refuses to be encoded.
  public static func text(_ value: some Encodable) throws -> String {
    try encode(value, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
  }

  /// `value` with sorted keys in one line.
  ///
  /// - Throws: `EncodingError` when `value` refuses to be encoded.
  public static func line(_ value: some Encodable) throws -> String {
    try encode(value, [.sortedKeys, .withoutEscapingSlashes])
  }

  private static func encode(
    _ value: some Encodable,
    _ formatting: JSONEncoder.OutputFormatting
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    // The encoder offers texts in the place of numbers that JSON lacks, but not null.
    let mark = "not finite \(UUID().uuidString)"
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: mark,
      negativeInfinity: mark,
      nan: mark
    )
    let text = String(decoding: try encoder.encode(value), as: UTF8.self)
    return escaped(text.replacing("\"\(mark)\"", with: "null"))
  }

  /// `text` with what the encoder leaves as it is and a terminal does not; such characters stand within
  /// strings only.
  private static func escaped(_ text: String) -> String {
    func isPlain(_ scalar: Unicode.Scalar) -> Bool { scalar.isPrintable || scalar == "\n" }
    if text.unicodeScalars.allSatisfy(isPlain) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isPlain(scalar) {
        result.unicodeScalars.append(scalar)
        continue
      }
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return result
  }
}
