import IntaglioTestSupport
import Testing

@Suite("Folders of IntaglioRewrite use only those before them")
struct RewriteArrowsTests {
  @Test("in the order of Architecture.md")
  func arrows() throws {
    let order = try Architecture().folders(of: "IntaglioRewrite")
    let arrows = try FolderArrows(target: "IntaglioRewrite")
    #expect(arrows.folders == Set(order))
    #expect(arrows.turned(in: order) == [])
  }
}
