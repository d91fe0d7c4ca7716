/// A group of a liberty file: `name (arguments) { attributes and groups }`.
struct LibertyGroup {
  let name: String
  let arguments: [String]
  let line: Int
  /// `name : value` and `name (values)`, in the order of the file.
  private(set) var attributes: [(name: String, attribute: Attribute)] = []
  private(set) var groups: [LibertyGroup] = []

  struct Attribute {
    let values: [String]
    let line: Int
  }

  init(name: String, arguments: [String], line: Int) {
    (self.name, self.arguments, self.line) = (name, arguments, line)
  }

  /// The first attribute of that name.
  subscript(name: String) -> Attribute? { attributes.first { $0.name == name }?.attribute }

  func groups(_ name: String) -> [LibertyGroup] { groups.filter { $0.name == name } }

  mutating func append(_ name: String, _ attribute: Attribute) {
    attributes.append((name, attribute))
  }

  mutating func append(_ group: LibertyGroup) { groups.append(group) }
}
