/// What a Swift file declares and what it names.
struct SourceFile {
  /// Within its target, such as `Blocks/Pipeline.swift`.
  let path: String
  /// The first part of the path; `.` for files that lie beside the folders.
  let folder: String
  /// Types and functions that stand in no other type.
  private(set) var declared: Set<String> = []
  /// Types inside others, and names that stand for types.
  private(set) var nested: Set<String> = []
  /// What is added to a type that stands elsewhere, by that type.
  private(set) var added: [String: Set<String>] = [:]
  /// Members, parameters and local names.
  private(set) var others: Set<String> = []
  /// Names behind no dot, and names behind one.
  private(set) var names: Set<String> = []
  private(set) var members: Set<String> = []

  private static let types: Set = ["struct", "class", "enum", "protocol", "actor", "typealias"]
  private static let values: Set = ["func", "var", "let", "case"]

  init(path: String, text: String) {
    self.path = path
    folder = path.contains("/") ? String(path.prefix { $0 != "/" }) : "."
    let words = SwiftText(text).words
    var extended: String?
    for (index, word) in words.enumerated() {
      if word.isMember { members.insert(word.text) } else { names.insert(word.text) }
      if word.depth == 0, !word.isMember {
        if word.text == "extension", index + 1 < words.count {
          extended = words[index + 1].text
        } else if Self.types.contains(word.text), word.text != "typealias" {
          extended = nil
        }
      }
      guard index + 1 < words.count, !word.isMember else { continue }
      let name = words[index + 1].text
      let isType = Self.types.contains(word.text) && name.first?.isUppercase == true
      if word.depth == 0 {
        if isType || word.text == "func" { declared.insert(name) }
      } else if let extended, word.depth == 1, isType || Self.values.contains(word.text) {
        added[extended, default: []].insert(name)
      } else if isType {
        nested.insert(name)
      } else if Self.values.contains(word.text) {
        others.insert(name)
      }
    }
  }
}
