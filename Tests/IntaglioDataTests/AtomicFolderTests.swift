import Foundation
import IntaglioTestSupport
import Testing

import IntaglioData

@Suite("A folder that is replaced as a whole")
struct AtomicFolderTests {
  private static let head = "// Modules; made by Intaglio.\na.v\n"
  let folder: TemporaryFolder
  private var path: String { folder.path("design") }

  init() throws { folder = try TemporaryFolder() }

  private func write(_ files: [String: [UInt8]], to path: String? = nil) throws(DataError) {
    try AtomicFolder.replace(path ?? self.path, with: files, head: Self.head)
  }

  private func names(_ path: String = "design") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path(path)).sorted()
  }

  /// What the refusal says; the folder must be as before, and nothing may lie beside it.
  private func refusal() throws -> String {
    let before = try contents()
    let error = #expect(throws: DataError.self) { try write(["new.v": [1]]) }
    #expect(try contents() == before)
    #expect(try folder.names() == ["design"])
    return "\(error.map { "\($0)" } ?? "")"
  }

  private func contents() throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    for name in try names() { found[name] = try? folder.bytes("design/\(name)") }
    return found
  }

  @Test("holds the files and their list, and nothing of what stood there")
  func replaces() throws {
    try write(["a.v": [1], "m.hex": [2]])
    #expect(try names() == ["a.v", "files.f", "m.hex"])
    let list = String(decoding: try folder.bytes("design/files.f"), as: UTF8.self)
    #expect(list.hasPrefix(Self.head))
    for name in ["a.v", "m.hex", "files.f"] { #expect(list.contains(" \(name)\n")) }
    try write(["b.v": [3]])
    #expect(try names() == ["b.v", "files.f"])
    #expect(try folder.bytes("design/b.v") == [3])
    try write(["b.v": [3]])
    #expect(try folder.names() == ["design"])
  }

  @Test("is made where nothing or an empty folder stands, with the folders around it")
  func new() throws {
    try write(["a.v": [1]], to: folder.path("x/y/z/"))
    #expect(try names("x/y/z") == ["a.v", "files.f"])
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    try write(["a.v": [1]])
    #expect(try names() == ["a.v", "files.f"])
  }

  @Test(
    "a folder with anything else is left alone, and the file is named",
    arguments: ["notes.txt", ".git/config", "obj_dir/x.o", ".hidden", "0.v", "a.v.orig", "ä b"]
  )
  func foreign(name: String) throws {
    try write(["a.v": [1], "m.hex": [2]])
    try folder.file("design/\(name)", [9])
    let message = try refusal()
    let first = name.split(separator: "/").first.map(String.init) ?? name
    #expect(message.contains("'\(first)'"), "\(message)")
    #expect(try folder.bytes("design/\(name)") == [9])
  }

  @Test("a folder with a list of somebody else is left alone")
  func foreignList() throws {
    try folder.file("design/files.f", Array("thesis.v\n".utf8))
    try folder.file("design/thesis.v", [9])
    #expect(try refusal().contains("'files.f'"))
    for text in ["", "\n", "// made by Intaglio\n", "// Somebody\n// made by Intaglio.\n"] {
      try folder.file("design/files.f", Array(text.utf8))
      #expect(try refusal().contains("files.f"))
    }
  }

  @Test("a folder whose files were changed is left alone", arguments: ["a.v", "m.hex", "files.f"])
  func edited(name: String) throws {
    try write(["a.v": [1], "m.hex": [2]])
    let bytes = try folder.bytes("design/\(name)")
    for changed in [bytes + [10], [47] + bytes, bytes.map { $0 ^ 1 }] {
      try folder.file("design/\(name)", changed)
      let message = try refusal()
      #expect(message.contains(name), "\(message)")
    }
    try folder.file("design/\(name)", bytes)
    try write(["b.v": [1]])
  }

  @Test("a line that a user adds to the list is a change")
  func longerList() throws {
    try write(["a.v": [1]])
    var list = String(decoding: try folder.bytes("design/files.f"), as: UTF8.self)
    let place = try #require(list.firstRange(of: "a.v\n")).upperBound
    list.insert(contentsOf: "../thesis.v\n", at: place)
    try folder.file("design/files.f", Array(list.utf8))
    #expect(try refusal().contains("'files.f', which was changed"))
  }

  @Test("a link in the place of a file is not followed")
  func linkedFile() throws {
    try write(["a.v": [1]])
    try folder.file("elsewhere/a.v", [1])
    try FileManager.default.removeItem(atPath: "\(path)/a.v")
    try FileManager.default.createSymbolicLink(
      atPath: "\(path)/a.v",
      withDestinationPath: folder.path("elsewhere/a.v")
    )
    #expect(throws: DataError.self) { try write(["b.v": [1]]) }
    #expect(try folder.bytes("elsewhere/a.v") == [1])
  }

  @Test("a link to the folder stays a link")
  func linkedFolder() throws {
    try write(["a.v": [1]])
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link"),
      withDestinationPath: "design"
    )
    try write(["b.v": [1]], to: folder.path("link"))
    #expect(try names() == ["b.v", "files.f"])
    #expect(try folder.names() == ["design", "link"])
  }

  @Test("a file, a device and the root are refused")
  func noFolder() throws {
    try folder.file("design", [1])
    #expect(throws: DataError.self) { try write(["a.v": [1]]) }
    #expect(try folder.bytes("design") == [1])
    for place in ["/", "/dev/null", folder.path("design/sub")] {
      #expect(throws: DataError.self, "\(place)") { try write(["a.v": [1]], to: place) }
    }
  }

  @Test("folders of killed writers go with the next write, whatever they had got to")
  func leftovers() throws {
    let files: [String: [UInt8]] = ["a.v": [1], "b.v": [2], "m.hex": [3]]
    let list = Array(ListedFolder.text(Self.head, files).utf8)
    let whole = files.merging(["files.f": list]) { first, _ in first }
    let states: [[String: [UInt8]]] = [
      [:], ["files.f": Array(list.prefix(20))], ["files.f": list],
      ["files.f": list, "a.v": []], ["files.f": list, "b.v": [2]], whole,
    ]
    for state in states {
      let name = Leftovers.newName()
      try FileManager.default.createDirectory(
        atPath: folder.path(name),
        withIntermediateDirectories: false
      )
      for (file, bytes) in state { try folder.file("\(name)/\(file)", bytes) }
    }
    try write(["z.v": [1]])
    #expect(try folder.names() == ["design"])
  }

  @Test("the permissions of the old folder are kept")
  func permissions() throws {
    try write(["a.v": [1]])
    let private700: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
    try FileManager.default.setAttributes(private700, ofItemAtPath: path)
    try write(["b.v": [1]])
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o700)
  }
}
