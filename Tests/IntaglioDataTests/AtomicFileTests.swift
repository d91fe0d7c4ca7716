import Foundation
import IntaglioData
import IntaglioTestSupport
import Testing

@Suite("An atomically written file")
struct AtomicFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    "holds the bytes, replaces the old ones and leaves nothing beside",
    arguments: [0, 1, 99_999]
  )
  func writes(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    try folder.file("a", [1, 2, 3])
    try AtomicFile.write(bytes: bytes, to: folder.path("a"))
    #expect(try folder.bytes("a") == bytes)
    #expect(try folder.names() == ["a"])
  }

  @Test("is refused where its folder is missing or no folder")
  func refusesFolder() throws {
    try folder.file("file", [])
    let path = folder.path("absent/a")
    let reason = "the folder \(folder.path("absent")) does not exist"
    #expect(throws: DataError.unwritable(file: path, reason: reason)) {
      try AtomicFile.write(bytes: [], to: path)
    }
    #expect(throws: DataError.self) {
      try AtomicFile.write(bytes: [], to: folder.path("file/a"))
    }
  }

  @Test(
    "never replaces a folder or a device",
    arguments: ["", "sub", "sub/", ".", "..", "/dev/null"]
  )
  func refusesTarget(name: String) throws {
    try folder.file("sub/a", [7])
    let path = name.hasPrefix("/") ? name : folder.path(name)
    #expect(throws: DataError.self) { try AtomicFile.write(bytes: [], to: path) }
    #expect(try folder.bytes("sub/a") == [7])
    #expect(try folder.names() == ["sub"])
  }
}
