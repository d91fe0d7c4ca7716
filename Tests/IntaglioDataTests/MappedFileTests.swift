import Foundation
import IntaglioData
import IntaglioTestSupport
import Testing

@Suite("A file in memory")
struct MappedFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let limit = MappedFile.copyLimit

  @Test(
    "has the bytes of the file, aligned for kernels, copied or mapped",
    arguments: [0, 1, 63, limit - 1, limit, limit + 1]
  )
  func bytes(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    let file = try MappedFile(path: folder.file("a", bytes))
    #expect(file.count == count)
    let whole = MappedBytes(file: file, range: 0..<count)
    #expect(whole.copy() == bytes)
    #expect(UInt(bitPattern: whole.unsafeBytes.bytes.baseAddress) % 64 == 0)
    #expect(try readFile(file.path, limit: count) == bytes)
  }

  @Test("a small one does not change when the file is shortened or changed in place")
  func isACopy() throws {
    let bytes = [UInt8](repeating: 7, count: 5000)
    let file = try MappedFile(path: folder.file("a", bytes))
    try #require(truncate(file.path, 0) == 0)
    #expect(MappedBytes(file: file, range: 0..<5000).copy() == bytes)
  }

  @Test("a large one does not change when the file is replaced")
  func isReplaced() throws {
    let bytes = [UInt8](repeating: 7, count: Self.limit)
    let file = try MappedFile(path: folder.file("a", bytes))
    try AtomicFile.write(bytes: [1], to: file.path)
    #expect(MappedBytes(file: file, range: 0..<bytes.count).copy() == bytes)
  }
}
