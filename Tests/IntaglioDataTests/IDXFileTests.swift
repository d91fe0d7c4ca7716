import IntaglioData
import IntaglioTestSupport
import Testing

@Suite("An IDX file")
struct IDXFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let images: [UInt8] =
    [0, 0, 8, 3] + bigEndian(2) + bigEndian(2) + bigEndian(3) + Array(0..<12)

  @Test("of images reads item by item")
  func reads() throws {
    let file = try IDXFile(contentsOf: try folder.file("a", images))
    #expect(file.shape == [2, 2, 3])
    #expect(file.count == 2)
    #expect(file.item(1).elementsEqual(6..<12))
  }

  @Test("of labels reads item by item")
  func readsLabels() throws {
    let file = try IDXFile(
      contentsOf: try folder.file("a", [0, 0, 8, 1] + bigEndian(3) + [7, 8, 9])
    )
    #expect(file.shape == [3])
    #expect(file.item(2).elementsEqual([9]))
  }

  @Test("gzipped reads the same, in one member or several")
  func gzip() throws {
    let whole = storedGzip(images)
    let parts = storedGzip(Array(images.prefix(5))) + storedGzip(Array(images.dropFirst(5)))
    for bytes in [whole, parts] {
      #expect(try IDXFile(contentsOf: try folder.file("a.gz", bytes)).bytes == Array(0..<12))
    }
  }

  @Test("reads back as it was written", arguments: [[5], [0], [2, 3, 4]])
  func roundTrip(shape: [Int]) throws {
    let bytes = (0..<shape.reduce(1, *)).map { UInt8($0) }
    try IDXFile.write(bytes: bytes, shape: shape, to: folder.path("a"))
    let file = try IDXFile(contentsOf: folder.path("a"))
    #expect(file.shape == shape && file.bytes == bytes)
  }

  @Test(
    "is not written when shape and count disagree",
    arguments: [[], [4], [-1, -5], [1 << 32, 0]]
  )
  func refusesCount(shape: [Int]) throws {
    #expect(throws: DataError.self) {
      try IDXFile.write(bytes: [1, 2, 3, 4, 5], shape: shape, to: folder.path("a"))
    }
    #expect(try folder.names() == [])
  }

  @Test("cut short at any byte is refused, gzipped or not")
  func refusesTruncation() throws {
    for bytes in [images, storedGzip(images)] {
      let accepted = try acceptedTruncations(of: bytes, in: folder) {
        _ = try IDXFile(contentsOf: $0)
      }
      #expect(accepted == [])
    }
  }

  @Test("with any one byte of its gzip stream changed does not trap")
  func survivesCorruption() throws {
    let bytes = storedGzip(images)
    for position in bytes.indices {
      var changed = bytes
      changed[position] ^= 0xFF
      _ = try? IDXFile(contentsOf: try folder.file("a.gz", changed))
    }
    var wrongChecksum = bytes
    wrongChecksum[bytes.count - 8] ^= 1
    let path = try folder.file("a.gz", wrongChecksum)
    #expect(throws: DataError.self) { try IDXFile(contentsOf: path) }
  }

  @Test("that inflates beyond the limit is refused while it inflates")
  func refusesBomb() throws {
    let path = try folder.file("a.gz", zeros)
    #expect(try IDXFile(contentsOf: path, limit: 100_008).count == 100_000)
    for limit in [100_007, 99, zeros.count] {
      let error = #expect(throws: DataError.self) { try IDXFile(contentsOf: path, limit: limit) }
      guard case .tooLarge(_, _, limit, let found) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(found <= limit + 65_536)
    }
  }

  static let malformed: [(why: String, bytes: [UInt8])] = [
    ("magic", [1, 0, 8, 1, 0, 0, 0, 0]),
    ("rank 0", [0, 0, 8, 0]),
    ("float32 elements", [0, 0, 13, 1, 0, 0, 0, 0]),
    ("too little data", [0, 0, 8, 1, 0, 0, 0, 2, 5]),
    ("too much data", [0, 0, 8, 1, 0, 0, 0, 2, 5, 5, 5]),
    ("huge dimensions", [0, 0, 8, 3] + [UInt8](repeating: 0xFF, count: 12)),
    ("product overflows", [0, 0, 8, 255] + [UInt8](repeating: 0xFF, count: 4 * 255)),
  ]

  @Test("is refused with a typed error", arguments: malformed.indices)
  func refuses(index: Int) throws {
    let (why, bytes) = Self.malformed[index]
    let path = try folder.file("a", bytes)
    #expect(throws: DataError.self, "\(why)") { try IDXFile(contentsOf: path) }
  }
}

/// `bytes` as one gzip member of one stored block (RFC 1951, section 3.2.4).
private func storedGzip(_ bytes: [UInt8]) -> [UInt8] {
  let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
  let length = littleEndian(bytes.count, width: 2)
  let block: [UInt8] = [1] + length + length.map { ~$0 } + bytes
  let checksum = littleEndian(Int(CRC32(of: bytes).value), width: 4)
  return header + block + checksum + littleEndian(bytes.count, width: 4)
}

/// An IDX file of 100,000 zero labels in gzip; recorded with Python's
/// `gzip.compress(bytes([0, 0, 8, 1, 0, 1, 0x86, 0xA0]) + bytes(100_000), 9, mtime=0)`.
private let zeros: [UInt8] =
  [
    0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xED, 0xC1, 0x31, 0x01,
    0x00, 0x00, 0x08, 0x03, 0xA0, 0xF9, 0x99, 0xDC, 0x1C, 0x46, 0xB5, 0x86, 0x07, 0x90,
    0x74, 0xA5, 0x66, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0xBC, 0x75, 0xE9, 0x86, 0x5B, 0x53, 0xA8, 0x86, 0x01, 0x00,
  ]

extension IDXFileTests {
  @Test("reads back as it was written")
  func writes() throws {
    let path = try folder.file("a", [])
    for shape in [[2, 2, 3], [12], [0, 5]] {
      let bytes = [UInt8](0..<UInt8(shape.reduce(1, *)))
      try IDXFile.write(bytes: bytes, shape: shape, to: path)
      let file = try IDXFile(contentsOf: path)
      #expect(file.shape == shape)
      #expect(file.bytes == bytes)
    }
  }

  @Test("is not written when count and shape disagree")
  func refusesWrongCount() throws {
    let path = try folder.file("a", [1])
    #expect(throws: DataError.self) { try IDXFile.write(bytes: [1, 2], shape: [3], to: path) }
    #expect(throws: DataError.self) { try IDXFile.write(bytes: [1], shape: [], to: path) }
  }
}
