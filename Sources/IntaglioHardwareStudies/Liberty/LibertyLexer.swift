/// Cuts a liberty file into words, strings and marks.
struct LibertyLexer {
  struct Token {
    enum Kind {
      case word
      case string
      case mark
    }
    let kind: Kind
    let text: String
    let line: Int
  }

  private let bytes: [UInt8]
  private let file: String
  private var position = 0
  private(set) var line = 1

  init(_ bytes: [UInt8], file: String) { (self.bytes, self.file) = (bytes, file) }

  /// The next token; `nil` at the end.
  ///
  /// - Throws: `LibertyError` where a comment or a string has no end.
  mutating func next() throws(LibertyError) -> Token? {
    try skipSpace()
    guard position < bytes.count else { return nil }
    let byte = bytes[position]
    if byte == UInt8(ascii: "\"") { return try string() }
    if Self.isMark(byte) {
      position += 1
      return Token(kind: .mark, text: String(UnicodeScalar(byte)), line: line)
    }
    let start = position
    while position < bytes.count, !Self.endsWord(bytes[position]) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    return Token(kind: .word, text: text, line: line)
  }

  private static func isMark(_ byte: UInt8) -> Bool { "(){}:;,".utf8.contains(byte) }
  private static func isSpace(_ byte: UInt8) -> Bool { byte <= UInt8(ascii: " ") }
  private static func endsWord(_ byte: UInt8) -> Bool {
    isMark(byte) || isSpace(byte) || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  /// White space, comments, and backslashes that continue a line.
  private mutating func skipSpace() throws(LibertyError) {
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\n") {
        line += 1
        position += 1
      } else if Self.isSpace(byte) || byte == UInt8(ascii: "\\") {
        position += 1
      } else if byte == UInt8(ascii: "/"), position + 1 < bytes.count,
        bytes[position + 1] == UInt8(ascii: "*")
      {
        try skipComment()
      } else if byte == UInt8(ascii: "/"), position + 1 < bytes.count,
        bytes[position + 1] == UInt8(ascii: "/")
      {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      } else {
        return
      }
    }
  }

  private mutating func skipComment() throws(LibertyError) {
    let start = line
    position += 2
    while position + 1 < bytes.count {
      if bytes[position] == UInt8(ascii: "*"), bytes[position + 1] == UInt8(ascii: "/") {
        position += 2
        return
      }
      if bytes[position] == UInt8(ascii: "\n") { line += 1 }
      position += 1
    }
    throw LibertyError(file: file, line: start, fault: .unterminated("a comment"))
  }

  private mutating func string() throws(LibertyError) -> Token {
    let start = line
    position += 1
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\"") {
        return Token(kind: .string, text: String(decoding: text, as: UTF8.self), line: start)
      }
      if byte == UInt8(ascii: "\n") { line += 1 }
      if byte != UInt8(ascii: "\\") { text.append(byte) }
    }
    throw LibertyError(file: file, line: start, fault: .unterminated("a string"))
  }
}
