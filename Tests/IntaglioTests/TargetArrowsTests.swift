import IntaglioTestSupport
import Testing

@Suite("Targets use what is declared and allowed")
struct TargetArrowsTests {
  @Test("what a target imports is among its dependencies")
  func declared() throws {
    let targets = try TargetImports.all()
    try #require(targets.contains { $0.target == "Intaglio" })
    for target in targets {
      let missing = target.imported.subtracting(target.declared).subtracting([target.target])
      #expect(missing == [], "\(target.target) imports what Package.swift does not declare for it")
    }
  }

  @Test("what a target imports is what Architecture.md lets it import")
  func allowed() throws {
    let targets = try TargetImports.all()
    let table = try Architecture().imports
    try #require(table.contains { $0.target == "Intaglio" })
    let known = Set(table.map(\.target))
    for (name, allowed) in table {
      guard let target = targets.first(where: { $0.target == name }) else { continue }
      let turned = target.imported.intersection(known).subtracting(allowed)
      #expect(turned == [], "\(name) imports what its row in Architecture.md does not allow")
    }
  }
}
