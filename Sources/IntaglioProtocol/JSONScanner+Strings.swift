extension JSONScanner {
  /// Reads a string.
  ///
  /// - Throws: `ServingError` for control characters, unknown escapes, halves of surrogate pairs, and bytes
  ///   that are not UTF-8.
  package mutating func string() throws(ServingError) -> String {
    let start = position + 1
    let isPlain = try skipString()
    let content = UnsafeRawBufferPointer(rebasing: bytes[start..<position - 1])
    guard let text = String(validating: content, as: UTF8.self) else {
      throw error("the string before is not UTF-8")
    }
    return isPlain ? text : try unescaped(text)
  }

  /// Passes over a string.
  ///
  /// - Returns: whether it has no escapes.
  @discardableResult
  mutating func skipString() throws(ServingError) -> Bool {
    guard next == UInt8(ascii: "\"") else { throw error("expected a string") }
    position += 1
    var isPlain = true
    while true {
      switch next {
      case UInt8(ascii: "\""):
        position += 1
        return isPlain
      case UInt8(ascii: "\\"):
        isPlain = false
        position += 1
        guard next != 0 else { throw error("expected the end of a string") }
        position += 1
      case 0..<0x20: throw error("a control character or the end within a string")
      default: position += 1
      }
    }
  }

  private func unescaped(_ text: String) throws(ServingError) -> String {
    var (units, rest) = ([UInt16](), text.utf16[...])
    while let unit = rest.popFirst() {
      guard unit == 0x5C else {
        units.append(unit)
        continue
      }
      let escape = rest.popFirst().flatMap { UInt8(exactly: $0) } ?? 0
      if escape == UInt8(ascii: "u") {
        let digits = String(decoding: rest.prefix(4), as: UTF16.self)
        rest = rest.dropFirst(4)
        guard digits.utf8.count == 4, digits.utf8.allSatisfy(\.isHexadecimal),
          let code = UInt16(digits, radix: 16)
        else { throw error("expected four digits after \\u in the string before") }
        units.append(code)
      } else if let meaning = Self.escapes[escape] {
        units.append(UInt16(meaning))
      } else {
        throw error("an unknown escape in the string before")
      }
    }
    guard let string = String(validating: units, as: UTF16.self) else {
      throw error("half a surrogate pair in the string before")
    }
    return string
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    UInt8(ascii: "/"): UInt8(ascii: "/"), UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12,
    UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
  ]
}

extension UInt8 {
  fileprivate var isHexadecimal: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
