import Foundation
import IntaglioTestSupport
import Testing

import IntaglioData

/// Temporary files whose writer was killed, and disks that refuse.
@Suite("What a write leaves behind")
struct LeftoversTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("a file that nobody holds is removed by the next write, one of a living writer stays")
  func locks() throws {
    let (dead, alive) = (Leftovers.newName(), Leftovers.newName())
    try folder.file(dead, [1, 2, 3])
    let descriptor = open(try folder.file(alive, [4]), O_RDWR)
    defer { close(descriptor) }
    try #require(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    try AtomicFile.write(bytes: [7], to: folder.path("a"))
    #expect(try folder.names() == [alive, "a"].sorted())
  }

  #if os(Linux)
  @Test("a name beside it that is no text keeps no leftover from being removed")
  func otherBytes() throws {
    let bytes = Array("\(folder.path)/caf".utf8) + [0xE9, 0]
    let descriptor = bytes.map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { path in
      path.baseAddress.map { open($0, O_CREAT | O_WRONLY, 0o600) } ?? -1
    }
    try #require(descriptor >= 0 && close(descriptor) == 0)
    let dead = try folder.file(Leftovers.newName(), [1])
    try AtomicFile.write(bytes: [7], to: folder.path("a"))
    #expect(fileKind(dead) == .absent && fileKind(folder.path("a")) == .file)
    let scratch = folder.path(Leftovers.newName(.scratch))
    try #require(mkdir(scratch, 0o700) == 0)
    let next = try ScratchFolder(in: folder.path)
    #expect(fileKind(scratch) == .absent && next.path.hasPrefix(folder.path))
  }
  #endif

  @Test(
    "files with other names stay",
    arguments: [
      ".intaglio-0123456789abcdef.tmp~", ".intaglio-0123456789abcde.tmp",
      ".intaglio-0123456789abcdeg.tmp", ".intaglio-0123456789ABCDEF.tmp",
      "intaglio-0123456789abcdef.tmp", ".a.intaglio-0123456789abcdef.tmp", ".intaglio-.tmp",
    ]
  )
  func others(name: String) throws {
    #expect(!Leftovers.isOurs(name))
    try folder.file(name, [1])
    try AtomicFile.write(bytes: [7], to: folder.path("a"))
    #expect(try folder.names() == [name, "a"].sorted())
  }

  @Test("links, pipes and foreign folders that have such a name stay, and what is in them")
  func otherKinds() throws {
    let names = (0..<3).map { _ in Leftovers.newName() }
    try folder.file("mine", [9])
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(names[0]),
      withDestinationPath: folder.path("mine")
    )
    try #require(mkfifo(folder.path(names[1]), 0o600) == 0)
    try folder.file("\(names[2])/thesis.txt", [8])
    try AtomicFile.write(bytes: [7], to: folder.path("a"))
    #expect(try folder.names() == (names + ["a", "mine"]).sorted())
    #expect(try folder.bytes("mine") == [9])
    #expect(try folder.bytes("\(names[2])/thesis.txt") == [8])
  }

  @Test("two writers at once take nothing from each other")
  func concurrentWriters() async throws {
    await withTaskGroup(of: Bool.self) { group in
      for writer in 0..<8 {
        group.addTask { [folder] in
          (0..<25).allSatisfy { turn in
            let bytes = [UInt8](repeating: UInt8(writer), count: 1000 + turn)
            return (try? AtomicFile.write(bytes: bytes, to: folder.path("\(writer % 2)"))) != nil
          }
        }
      }
      for await succeeds in group { #expect(succeeds) }
    }
    #expect(try folder.names() == ["0", "1"])
    for name in ["0", "1"] { #expect(Set(try folder.bytes(name)).count == 1) }
  }

  @Test("a write that fails half-way keeps the old file and leaves nothing")
  func failure() throws {
    struct Stop: Error {}
    try folder.file("a", [1])
    #expect(throws: DataError.invalid(what: "x", expected: "y", found: "z")) {
      try AtomicFile.write(to: folder.path("a")) { file throws(DataError) in
        try file.append([2, 2])
        throw .invalid(what: "x", expected: "y", found: "z")
      }
    }
    #expect(try folder.bytes("a") == [1])
    #expect(try folder.names() == ["a"])
  }

  @Test(
    "a full disk keeps the old file and leaves nothing",
    .enabled(if: SmallDisk.isAvailable, "this user may not mount a disk"),
    arguments: [70_000, 10_000_000]
  )
  func fullDisk(count: Int) throws {
    let disk = try #require(SmallDisk())
    let old = [UInt8](repeating: 3, count: 20_000)
    try disk.folder.file("a", old)
    let path = disk.folder.path("a")
    let reason = "No space left on device"
    #expect(throws: DataError.unwritable(file: path, reason: reason)) {
      try AtomicFile.write(bytes: [UInt8](repeating: 4, count: count), to: path)
    }
    #expect(throws: DataError.self) {
      let files = ["x": [UInt8](repeating: 4, count: count)]
      try AtomicFolder.replace(disk.folder.path("d"), with: files, head: "made by Intaglio.\n")
    }
    #expect(try disk.folder.bytes("a") == old)
    #expect(try disk.folder.names() == ["a"])
    try AtomicFile.write(bytes: [5], to: path)
    #expect(try disk.folder.bytes("a") == [5])
  }

  @Test(
    "a read-only disk is refused by name",
    .enabled(if: SmallDisk.isAvailable, "this user may not mount a disk")
  )
  func readOnlyDisk() throws {
    let disk = try #require(SmallDisk())
    try disk.folder.file("a", [1])
    try #require(disk.makeReadOnly())
    for name in ["a", "b"] {
      let path = disk.folder.path(name)
      let error = #expect(throws: DataError.self) { try AtomicFile.write(bytes: [2], to: path) }
      #expect("\(error as Any)".contains("Read-only file system"))
    }
    #expect(try disk.folder.bytes("a") == [1])
    #expect(try disk.folder.names() == ["a"])
  }

  @Test("scratch folders go with their user, and those of the dead with the next")
  func scratch() throws {
    var first: ScratchFolder? = try ScratchFolder()
    let path = try #require(first?.path)
    try Data([1]).write(to: URL(fileURLWithPath: "\(path)/x"))
    let second = try ScratchFolder()
    #expect(FileManager.default.fileExists(atPath: "\(path)/x"), "its user lives")
    #expect(second.path != path)
    first = nil
    #expect(!FileManager.default.fileExists(atPath: path))
    let dead = FileManager.default.temporaryDirectory
      .appendingPathComponent(Leftovers.newName(.scratch)).path
    try FileManager.default.createDirectory(
      atPath: "\(dead)/verilated",
      withIntermediateDirectories: true
    )
    _ = try ScratchFolder()
    #expect(!FileManager.default.fileExists(atPath: dead))
    #expect(FileManager.default.fileExists(atPath: second.path))
  }
}
