/// What `Docs/Architecture.md` says of targets and their folders.
public struct Architecture {
  private let lines: [Substring]

  public init() throws {
    lines = try PackageFolder.text("Docs/Architecture.md")
      .split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The folders of `target` in the order of its table, which stands below a line that begins with its name.
  ///
  /// Empty where there is none.
  public func folders(of target: String) -> [String] {
    guard let title = lines.firstIndex(where: { $0.hasPrefix("`\(target)` ") }),
      let table = lines[title...].firstIndex(where: { $0.hasPrefix("| folder |") })
    else { return [] }
    return lines[(table + 2)...].prefix { $0.hasPrefix("|") }.compactMap { row in
      Self.cells(row).first.map { $0.filter { $0 != "`" } }
    }
  }

  /// What the table of targets lets each target import, in its order: those that it names, and what they
  /// may import themselves.
  public var imports: [(target: String, allowed: Set<String>)] {
    guard let table = lines.firstIndex(where: { $0.hasPrefix("| target |") }) else { return [] }
    var found: [(target: String, allowed: Set<String>)] = []
    for row in lines[(table + 2)...].prefix(while: { $0.hasPrefix("|") }) {
      let cells = Self.cells(row)
      guard cells.count == 3 else { continue }
      var allowed: Set<String> = []
      for name in cells[2].split(separator: ",").map(Self.trimmed) {
        if name == "all above" {
          allowed.formUnion(found.map(\.target))
        } else {
          let full = found.first { $0.target == name || $0.target == "Intaglio\(name)" }
          allowed.formUnion(full.map { $0.allowed.union([$0.target]) } ?? [])
        }
      }
      for target in cells[0].split(separator: ",").map(Self.trimmed) {
        found.append((target, allowed))
      }
    }
    return found
  }

  private static func cells(_ row: Substring) -> [Substring] {
    row.split(separator: "|").map { Substring(trimmed($0)) }.filter { !$0.isEmpty }
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.filter { $0 != "`" }
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return text
  }
}
