import IntaglioTestSupport
import Testing

@Suite("Folders of the hardware use only those before them")
struct HardwareArrowsTests {
  @Test(
    "in the order of Architecture.md",
    arguments: ["IntaglioHardware", "IntaglioHardwareStudies"]
  )
  func arrows(target: String) throws {
    let order = try Architecture().folders(of: target)
    let arrows = try FolderArrows(target: target)
    #expect(arrows.folders == Set(order))
    #expect(arrows.turned(in: order) == [])
  }

  @Test("a name of a later folder is found, whatever stands in comments, texts and other types")
  func turned() {
    let arrows = FolderArrows(files: [
      (
        "Low/Word.swift",
        #"""
        // Machine in a comment
        struct Word { let text = "Machine, \(Tree.self)"; struct Part {} }
        func half(_ number: Int) -> Int { number.shifted }
        """#
      ),
      ("Low/Use.swift", "let cost = Word().cost + Word().local"),
      ("Middle/Tree.swift", "struct Tree { let word: Word; let part: Part }"),
      (
        "High/Machine.swift",
        """
        struct Machine { struct Part {}; let local = Tree.self }
        extension Word { var cost: Int { 1 }; var local: Int { 2 } }
        """
      ),
    ])
    #expect(arrows.folders == ["Low", "Middle", "High"])
    #expect(
      arrows.turned(in: ["Low", "Middle", "High"]).map(\.description) == [
        "Low/Word.swift uses Tree of Middle", "Low/Use.swift uses cost of High",
      ]
    )
    #expect(
      arrows.turned(in: ["Middle", "High"]).contains {
        $0.description == "Low/Use.swift uses a folder of no order"
      }
    )
  }
}
