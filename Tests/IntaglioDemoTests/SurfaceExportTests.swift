import Foundation
import IntaglioData
import IntaglioDemo
import Testing

@Suite("SurfaceExport")
struct SurfaceExportTests {
  @Test("the files hold the drawn images in order")
  func files() throws {
    let root = FileManager.default.temporaryDirectory
      .appending(path: "intaglio-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    let folder = root.appending(path: "nested").path
    try SurfaceExport.write(to: folder, count: 7, seed: 3)
    let files = try SurfaceExport.fileNames.map { try IDXFile(contentsOf: "\(folder)/\($0)") }
    #expect(files.map(\.shape) == [[7, 64, 64], [7], [7, 8, 8]])
    let (pixels, label) = SurfaceImage.draw(seed: 3, index: 6)
    #expect(files[0].item(6).elementsEqual(pixels))
    #expect(files[1].item(6).elementsEqual([label.rawValue]))
    let patches = SurfaceImage.defectPatches(seed: 3, index: 6)
    #expect(files[2].item(6).map { $0 == 1 } == patches)
  }

  @Test("a folder that cannot be made is reported")
  func impossible() {
    #expect(throws: DataError.self) {
      try SurfaceExport.write(to: "/dev/null/here", count: 1, seed: 1)
    }
  }

  @Test("a negative count is refused")
  func negative() {
    #expect(
      throws: DataError.invalid(
        what: "number of images",
        expected: "0 or more",
        found: "-1"
      )
    ) {
      try SurfaceExport.write(to: "/tmp", count: -1, seed: 1)
    }
  }
}
