import IntaglioTestSupport
import Testing

@Suite("Folders of Intaglio use only those before them")
struct IntaglioArrowsTests {
  @Test("in the order of Architecture.md")
  func arrows() throws {
    let order = try Architecture().folders(of: "Intaglio")
    let arrows = try FolderArrows(target: "Intaglio")
    #expect(arrows.folders == Set(order))
    #expect(arrows.turned(in: order) == [])
  }
}
