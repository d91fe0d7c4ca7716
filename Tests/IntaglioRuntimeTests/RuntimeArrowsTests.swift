import IntaglioTestSupport
import Testing

@Suite("Folders of IntaglioRuntime use only those before them")
struct RuntimeArrowsTests {
  @Test("in the order of Architecture.md")
  func arrows() throws {
    let order = try Architecture().folders(of: "IntaglioRuntime")
    let arrows = try FolderArrows(target: "IntaglioRuntime")
    #expect(arrows.folders == Set(order))
    #expect(arrows.turned(in: order) == [])
  }
}
