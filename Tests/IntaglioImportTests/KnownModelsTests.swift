import Foundation
import IntaglioImport
import Testing

@Suite("Known models")
struct KnownModelsTests {
  @Test("the page of formats names every one, and no other class of Hugging Face")
  func page() throws {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(
      contentsOf: root.appendingPathComponent("Docs/Formats.md"),
      encoding: .utf8
    )
    let lines = text.split(separator: "\n")
    let timm = try #require(lines.first { $0.hasPrefix("| timm, by `architecture`") })
    for name in KnownModels.timmFamilies + KnownModels.timmVariants + ["swin", "flexivit"] {
      #expect(timm.contains("`\(name)`"), "\(name)")
    }
    let others = try #require(lines.first { $0.hasPrefix("| Hugging Face, by `architectures`") })
    let cell = others.split(separator: "|").last { !$0.allSatisfy(\.isWhitespace) } ?? ""
    let listed = cell.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
    #expect(listed == KnownModels.huggingFaceClasses)
  }
}
