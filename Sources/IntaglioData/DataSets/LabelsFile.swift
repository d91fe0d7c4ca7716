/// A text file that gives each image file its label.
///
/// A line is the file's name, a separator and the label; blank lines and lines that begin with `#`
/// are skipped, and so is a first line whose label is the word `label` or `class`. Names may hold
/// the separator, because the last one counts; double quotes around either part are dropped.
struct LabelsFile {
  struct Entry {
    let name: String
    let label: Int
    /// Counted from 1.
    let line: Int
  }

  let entries: [Entry]

  /// Reads the file; a `nil` separator is any white space.
  ///
  /// - Throws: `DataError.malformed`, naming the line, for a line without label, a label that is
  ///   neither a number nor one of `classNames`, or one beyond them; for a file outside the folder,
  ///   and for one that has a line before.
  init(path: String, separator: Character?, classNames: [String]?) throws(DataError) {
    let known = classNames.map { names in
      Dictionary(grouping: names.indices) { names[$0] }
    }
    var entries: [Entry] = []
    var lineOfName: [String: Int] = [:]
    for (index, text) in try lines(ofFile: path).enumerated() {
      if text.isEmpty || text.hasPrefix("#") { continue }
      let split = text.lastIndex { separator == nil ? $0.isWhitespace : $0 == separator }
      guard let split, split > text.startIndex else {
        throw malformedLine(path, index, expected: "a file name and a label", found: text)
      }
      let name = unquoted(text[..<split])
      let word = unquoted(text[text.index(after: split)...])
      if entries.isEmpty, ["label", "class"].contains(word.lowercased()), known?[word] == nil {
        continue
      }
      let named = known?[word] ?? []
      // A number may also be the name of a class; it is refused where the two differ.
      let meanings = Set(named + (Int(word).map { [$0] } ?? []))
      guard meanings.count == 1, let label = meanings.first, label >= 0 else {
        let expected = known == nil ? "a label, 0 or more" : "a label or a name in classes.txt"
        let places = meanings.sorted().map { "\($0)" }.joined(separator: " and ")
        let found = meanings.count > 1 ? "'\(word)', which means classes \(places)" : "'\(word)'"
        throw malformedLine(path, index, expected: expected, found: found)
      }
      let isInside = !name.hasPrefix("/") && !name.split(separator: "/").contains("..")
      guard isInside else {
        throw malformedLine(path, index, expected: "a file in the folder", found: "'\(name)'")
      }
      if let other = lineOfName.updateValue(index + 1, forKey: name) {
        let found = "'\(name)' again, which line \(other) has"
        throw malformedLine(path, index, expected: "one line for each file", found: found)
      }
      try checkLabel(label, of: "'\(name)'", classNames: classNames, file: path)
      entries.append(Entry(name: name, label: label, line: index + 1))
    }
    guard !entries.isEmpty else {
      throw .missing(file: path, what: "line 'file label'", found: "no labels")
    }
    self.entries = entries
  }
}

private func malformedLine(
  _ path: String,
  _ index: Int,
  expected: String,
  found: String
) -> DataError {
  .malformed(file: path, what: "line \(index + 1)", expected: expected, found: found)
}

private func unquoted(_ text: Substring) -> String {
  let text = trimmed(text)
  guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
  return String(text.dropFirst().dropLast())
}
