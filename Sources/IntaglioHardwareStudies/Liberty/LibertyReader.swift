/// Reads the groups of a liberty file.
struct LibertyReader {
  private var lexer: LibertyLexer
  private var token: LibertyLexer.Token?
  private let file: String

  /// The only group of a file.
  ///
  /// - Throws: `LibertyError` with the line.
  static func read(_ bytes: [UInt8], file: String) throws(LibertyError) -> LibertyGroup {
    var reader = LibertyReader(lexer: LibertyLexer(bytes, file: file), file: file)
    try reader.advance()
    let (name, line) = try reader.word("a group")
    let arguments = try reader.arguments()
    let group = try reader.body(LibertyGroup(name: name, arguments: arguments, line: line))
    guard reader.token == nil else { throw reader.fault("the end of the file") }
    return group
  }

  private init(lexer: LibertyLexer, file: String) { (self.lexer, self.file) = (lexer, file) }

  private mutating func advance() throws(LibertyError) { token = try lexer.next() }

  private func fault(_ expected: String) -> LibertyError {
    LibertyError(
      file: file,
      line: token?.line ?? lexer.line,
      fault: .expected(expected, found: token?.text ?? "the end of the file")
    )
  }

  private func isNext(_ mark: String) -> Bool { token?.kind == .mark && token?.text == mark }

  private mutating func take(_ mark: String) throws(LibertyError) {
    guard isNext(mark) else { throw fault("'\(mark)'") }
    try advance()
  }

  private mutating func word(_ what: String) throws(LibertyError) -> (text: String, line: Int) {
    guard let token, token.kind == .word else { throw fault(what) }
    try advance()
    return (token.text, token.line)
  }

  /// `(a, b c, "d, e")`: every word and every string is one.
  private mutating func arguments() throws(LibertyError) -> [String] {
    try take("(")
    var arguments: [String] = []
    while let token, !isNext(")") {
      switch token.kind {
      case .word, .string: arguments.append(token.text)
      case .mark: guard token.text == "," || token.text == ":" else { throw fault("')'") }
      }
      try advance()
    }
    try take(")")
    return arguments
  }

  private mutating func body(_ start: LibertyGroup) throws(LibertyError) -> LibertyGroup {
    var group = start
    try take("{")
    while token != nil, !isNext("}") {
      if isNext(";") {
        try advance()
        continue
      }
      let (name, line) = try word("an attribute or a group")
      if isNext(":") {
        try advance()
        group.append(name, LibertyGroup.Attribute(values: try values(), line: line))
      } else {
        let arguments = try arguments()
        if isNext("{") {
          group.append(try body(LibertyGroup(name: name, arguments: arguments, line: line)))
        } else {
          group.append(name, LibertyGroup.Attribute(values: arguments, line: line))
        }
      }
    }
    guard token != nil else {
      throw LibertyError(
        file: file,
        line: start.line,
        fault: .unterminated("group '\(start.name)'")
      )
    }
    try advance()
    return group
  }

  /// What stands behind a colon: up to a semicolon, or where that is missing to the end of the line.
  private mutating func values() throws(LibertyError) -> [String] {
    guard let first = token, first.kind != .mark else { throw fault("a value") }
    var values: [String] = []
    while let token, token.line == first.line, token.kind != .mark {
      values.append(token.text)
      try advance()
    }
    return values
  }
}
