extension ByteScanner {
  /// Takes a JSON string (RFC 8259, section 7) with its escapes undone.
  mutating func jsonString(_ what: String) throws(DataError) -> String {
    guard take("\"") else { throw failure(expected: "\(what), a string") }
    var text: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        advance()
        guard let string = String(validating: text, as: UTF8.self) else {
          throw failure(expected: "\(what) in UTF-8 before here")
        }
        return string
      case UInt8(ascii: "\\"):
        advance()
        text.append(contentsOf: String(try escape()).utf8)
      case 0..<0x20:
        throw failure(expected: "no bare control character in a string")
      default:
        text.append(byte)
        advance()
      }
    }
    throw failure(expected: "'\"'")
  }

  /// Takes what follows a backslash.
  private mutating func escape() throws(DataError) -> Unicode.Scalar {
    guard let byte = next else { throw failure(expected: "an escape") }
    advance()
    switch byte {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "u"): return try unicodeEscape()
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    default: throw failure(expected: "one of \"\\/bfnrtu after a backslash, before here")
    }
  }

  /// Takes the digits of `\uXXXX`, and a second escape where the first is half a surrogate pair.
  private mutating func unicodeEscape() throws(DataError) -> Unicode.Scalar {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, take(word: "\\u") else { throw failure(expected: "a surrogate pair") }
    let second = try hexadecimal()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw failure(expected: "a low surrogate before here") }
    return scalar
  }

  /// Takes four hexadecimal digits.
  private mutating func hexadecimal() throws(DataError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure(expected: "a hexadecimal digit")
      }
      value = value << 4 | UInt32(digit)
      advance()
    }
    return value
  }
}
