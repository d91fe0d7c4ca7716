/// The identifiers of a Swift file, without comments and the text of literals.
struct SwiftText {
  struct Word: Hashable {
    let text: String
    /// How many braces are open around it.
    let depth: Int
    /// Whether it is a member: a dot stands before it.
    let isMember: Bool
  }

  let words: [Word]

  init(_ text: String) {
    var scanner = Scanner(bytes: Array(text.utf8))
    scanner.scan(until: nil)
    words = scanner.words
  }

  private struct Scanner {
    let bytes: [UInt8]
    var position = 0
    var depth = 0
    var words: [Word] = []

    private func starts(_ text: StaticString) -> Bool {
      let count = text.utf8CodeUnitCount
      guard position + count <= bytes.count else { return false }
      return (0..<count).allSatisfy { bytes[position + $0] == text.utf8Start[$0] }
    }

    /// Reads code up to the end, or behind the parenthesis that ends an interpolation.
    mutating func scan(until end: UInt8?) {
      var parentheses = 0
      var isMember = false
      while position < bytes.count {
        let byte = bytes[position]
        if starts("//") {
          while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
        } else if starts("/*") {
          position += 2
          while position < bytes.count, !starts("*/") { position += 1 }
          position += 2
        } else if byte == UInt8(ascii: "\"") {
          skipString()
        } else if Self.isLetter(byte) {
          let begin = position
          while position < bytes.count,
            Self.isLetter(bytes[position]) || Self.isDigit(bytes[position])
          { position += 1 }
          let text = String(decoding: bytes[begin..<position], as: UTF8.self)
          words.append(Word(text: text, depth: depth, isMember: isMember))
          isMember = false
        } else {
          position += 1
          switch byte {
          case UInt8(ascii: "{"): depth += 1
          case UInt8(ascii: "}"): depth -= 1
          case UInt8(ascii: "("): parentheses += 1
          case UInt8(ascii: ")"):
            parentheses -= 1
            if parentheses < 0, byte == end { return }
          default: break
          }
          isMember = byte == UInt8(ascii: ".")
        }
      }
    }

    /// Reads a literal, with or without several lines; what is interpolated is code.
    private mutating func skipString() {
      let isLong = starts("\"\"\"")
      position += isLong ? 3 : 1
      while position < bytes.count, !(isLong ? starts("\"\"\"") : starts("\"")) {
        if starts("\\(") {
          position += 2
          scan(until: UInt8(ascii: ")"))
        } else {
          position += starts("\\") ? 2 : 1
        }
      }
      position += isLong ? 3 : 1
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
  }
}
