import Foundation
import IntaglioData
import IntaglioTestSupport
import Testing

/// Where a write goes, and what it takes over from the file that stood there.
@Suite("The target of a write")
struct WriteTargetTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(name),
      withDestinationPath: target
    )
  }

  private func target(of name: String) throws -> String {
    try FileManager.default.destinationOfSymbolicLink(atPath: folder.path(name))
  }

  private func mode(_ name: String) throws -> Int? {
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path(name))
    return (attributes[.posixPermissions] as? NSNumber)?.intValue
  }

  private func refusal(_ path: String) -> String {
    let error = #expect(throws: DataError.self) { try AtomicFile.write(bytes: [1], to: path) }
    guard case .unwritable(let file, let reason) = error else { return "\(error as Any)" }
    #expect(file == path)
    return reason
  }

  @Test("symbolic links stay links, and what they point to is replaced")
  func followsLinks() throws {
    try folder.file("real/a", [1])
    try link("near", to: "real/a")
    try link("far", to: folder.path("near"))
    try link("folder", to: "real")
    for (index, name) in ["near", "far", "folder/a"].enumerated() {
      try AtomicFile.write(bytes: [UInt8(index)], to: folder.path(name))
      #expect(try folder.bytes("real/a") == [UInt8(index)])
    }
    #expect(try target(of: "near") == "real/a")
    #expect(try target(of: "far") == folder.path("near"))
    #expect(try folder.names() == ["far", "folder", "near", "real"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("real")) == ["a"])
  }

  @Test("a link to nothing makes its target")
  func danglingLink() throws {
    try folder.file("real/x", [])
    try link("link", to: "real/new")
    try AtomicFile.write(bytes: [5], to: folder.path("link"))
    #expect(try folder.bytes("real/new") == [5])
    #expect(try target(of: "link") == "real/new")
    try link("lost", to: "gone/new")
    #expect(refusal(folder.path("lost")).contains("does not exist"))
  }

  @Test("links in a circle, to folders and to devices are refused")
  func refusedLinks() throws {
    try link("a", to: "b")
    try link("b", to: "a")
    try link("self", to: "self")
    try link("null", to: "/dev/null")
    try link("parent", to: "..")
    try folder.file("sub/x", [])
    try link("sub-link", to: "sub")
    #expect(refusal(folder.path("a")).contains("circle"))
    #expect(refusal(folder.path("self")).contains("circle"))
    #expect(refusal(folder.path("null")).contains("device"))
    #expect(refusal(folder.path("sub-link")).contains("a folder"))
    #expect(refusal(folder.path("parent")).contains("a folder"))
    let names = ["a", "b", "null", "parent", "self", "sub", "sub-link"]
    #expect(try folder.names() == names)
  }

  @Test(
    "devices and open streams are refused",
    arguments: [
      ("/dev/null", "device"), ("/dev/full", "device"), ("/dev/stdout", "stream"),
      ("/dev/stderr", "stream"), ("/dev/fd/1", "stream"), ("/proc/self/fd/1", "stream"),
    ]
  )
  func streams(path: String, reason: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    #expect(refusal(path).contains(reason))
    #expect(FileManager.default.fileExists(atPath: path))
  }

  @Test("pipes and sockets are refused, without waiting for their other end")
  func pipes() throws {
    try #require(mkfifo(folder.path("pipe"), 0o600) == 0)
    #expect(refusal(folder.path("pipe")).contains("a pipe"))
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let path = Array(folder.path("s").utf8)
    try #require(path.count < MemoryLayout.size(ofValue: address.sun_path))
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    try #require(bound == 0)
    #expect(refusal(folder.path("s")).contains("a socket"))
    #expect(try folder.names() == ["pipe", "s"])
  }

  @Test("the permissions of the old file are kept", arguments: [0o600, 0o640, 0o755, 0o666])
  func keepsPermissions(permissions: Int) throws {
    let path = try folder.file("a", [1])
    let attributes: [FileAttributeKey: Any] = [.posixPermissions: permissions]
    try FileManager.default.setAttributes(attributes, ofItemAtPath: path)
    try AtomicFile.write(bytes: [2], to: path)
    #expect(try mode("a") == permissions)
    #expect(try folder.bytes("a") == [2])
  }

  @Test("a write-protected file is left alone", .enabled(if: geteuid() != 0, "root may write"))
  func writeProtected() throws {
    let path = try folder.file("a", [1])
    let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o444]
    try FileManager.default.setAttributes(attributes, ofItemAtPath: path)
    #expect(refusal(path).contains("denied"))
    #expect(try folder.bytes("a") == [1])
  }
}
