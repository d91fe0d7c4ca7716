extension String {
  /// The text with everything that a terminal obeys instead of showing written out: `\u{1B}` for the
  /// escape character, `\n` for a new line.
  ///
  /// Control characters (C0, delete, C1), the marks, embeddings and isolates that turn the direction of
  /// writing, and the separators of lines. Names that come from files go through here before they are
  /// printed.
  ///
  /// - Parameter keepingLines: whether new lines stay what they are.
  /// - Returns: the text itself where there is nothing of that kind in it.
  public func printable(keepingLines: Bool = false) -> String {
    func isPlain(_ scalar: Unicode.Scalar) -> Bool {
      scalar.isPrintable || (keepingLines && scalar == "\n")
    }
    if unicodeScalars.allSatisfy(isPlain) { return self }
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case _ where isPlain(scalar): result.unicodeScalars.append(scalar)
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default: result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      }
    }
    return result
  }
}

extension Unicode.Scalar {
  /// Whether a terminal shows it, or leaves it out, and does nothing else.
  var isPrintable: Bool {
    if isASCII { return value >= 0x20 && value != 0x7F }
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return false
    default: return !properties.isBidiControl
    }
  }
}
