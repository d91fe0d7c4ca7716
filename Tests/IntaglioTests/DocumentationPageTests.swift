import Foundation
import IntaglioTestSupport
import Testing

/// `make documentation` finds a link that leads nowhere; these find a page or a link that is missing.
@Suite("Every library has a page that names its public types")
struct DocumentationPageTests {
  /// Executables, the command line, and what only C sees.
  private static let without = [
    "IntaglioC", "IntaglioCommand", "IntaglioMain", "IntaglioServeCommand",
  ]

  static let libraries: [String] = {
    let folder = "\(PackageFolder.path)/Sources"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasPrefix("Intaglio") && !without.contains($0) }.sorted()
  }()

  @Test("a public type that stands in no other one is among the topics", arguments: libraries)
  func topics(library: String) throws {
    let root = "\(PackageFolder.path)/Sources/\(library)"
    let path = "\(root)/\(library).docc/\(library).md"
    let page = try String(contentsOfFile: path, encoding: .utf8)
    #expect(page.hasPrefix("# ``\(library)``\n"))
    let topics = try #require(page.range(of: "\n## Topics\n"), "\(library) has no topics")
    let named = page[topics.upperBound...].matches(of: /``(\w+)``/).map { String($0.1) }
    #expect(Set(named).count == named.count, "a type stands in one topic")
    let files = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    let kinds: Set<Substring> = ["struct", "enum", "class", "actor", "protocol"]
    let modifiers: Set<Substring> = ["public", "final", "indirect"]
    var types: Set<String> = []
    for file in files where file.hasSuffix(".swift") {
      let text = try String(contentsOfFile: "\(root)/\(file)", encoding: .utf8)
      for line in text.split(separator: "\n") where line.hasPrefix("public ") {
        let words = line.split { !$0.isLetter && !$0.isNumber }
        guard let kind = words.firstIndex(where: kinds.contains), kind + 1 < words.count,
          words[..<kind].allSatisfy({ modifiers.contains($0) })
        else { continue }
        types.insert(String(words[kind + 1]))
      }
    }
    try #require(!types.isEmpty)
    #expect(types.subtracting(named) == [], "these stand in no topic of \(library)")
  }
}
