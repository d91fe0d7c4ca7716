import IntaglioData
import IntaglioTestSupport
import Testing

@Suite("An NPY file")
struct NPYFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ dictionary: String, data: [UInt8] = [], version: UInt8 = 1) throws -> String {
    let length = littleEndian(dictionary.utf8.count, width: version == 1 ? 2 : 4)
    let header = [0x93] + Array("NUMPY".utf8) + [version, 0] + length
    return try folder.file("a.npy", header + Array(dictionary.utf8) + data)
  }

  private func dictionary(
    _ type: String,
    _ shape: String,
    order: String = "False"
  ) -> String {
    "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }  \n"
  }

  @Test("of any version reads alike", arguments: [1, 2, 3] as [UInt8])
  func versions(version: UInt8) throws {
    let path = try file(dictionary("<i2", "(2, 1)"), data: [1, 0, 0xFF, 0xFF], version: version)
    let array = try NPYFile(contentsOf: path)
    #expect(array.shape == [2, 1])
    #expect(array.type == .i16)
    #expect(try array.integers() == [1, -1])
    #expect(try array.floats() == [1, -1])
    #expect(try array.doubles() == [1, -1])
  }

  @Test(
    "of any type reads exactly",
    arguments: [
      ("<f2", [0x00, 0xC0], -2.0), ("<f4", [0, 0, 0x80, 0x3E], 0.25),
      ("<f8", [0, 0, 0, 0, 0, 0, 0xF0, 0x3F], 1), ("|i1", [0x80], -128), ("|u1", [0xFF], 255),
      ("<u2", [0, 1], 256), ("<u4", [0, 0, 0, 0x80], 2_147_483_648),
      ("<i4", [0, 0, 0, 0x80], -2_147_483_648), ("|b1", [1], 1),
    ] as [(String, [UInt8], Double)]
  )
  func types(type: String, bytes: [UInt8], value: Double) throws {
    let path = try file(dictionary(type, "()"), data: bytes)
    #expect(try NPYFile(contentsOf: path).doubles() == [value])
  }

  @Test("in Fortran order is handed out in C order")
  func fortranOrder() throws {
    // Column-major 2×3×2: element [i, j, k] is 100i + 10j + k.
    let data: [UInt8] = [0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121]
    let path = try file(dictionary("|u1", "(2, 3, 2)", order: "True"), data: data)
    let expected = [0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121]
    #expect(try NPYFile(contentsOf: path).integers() == expected)
  }

  @Test("reads back as it was written", arguments: [[], [3], [2, 3], [1, 0, 4]] as [[Int]])
  func roundTrip(shape: [Int]) throws {
    let count = shape.reduce(1, *)
    let doubles = (0..<count).map { 1 / Double($0 + 3) }
    let floats = doubles.map(Float.init)
    try NPYFile.write(doubles: doubles, shape: shape, to: folder.path("d.npy"))
    try NPYFile.write(floats: floats, shape: shape, to: folder.path("f.npy"))
    let d = try NPYFile(contentsOf: folder.path("d.npy"))
    let f = try NPYFile(contentsOf: folder.path("f.npy"))
    #expect(d.type == .f64 && f.type == .f32)
    #expect(d.shape == shape && f.shape == shape)
    #expect(try d.doubles() == doubles)
    #expect(try f.floats() == floats)
    #expect(try folder.bytes("f.npy").count % 64 == 4 * count % 64)
  }

  static let malformed: [(why: String, dictionary: String, data: Int)] = [
    ("empty", "", 0),
    ("not a dictionary", "[]", 0),
    ("unclosed", "{'descr': '<f4'", 0),
    ("missing key", "{'descr': '|u1', 'fortran_order': False}", 1),
    ("unknown key", "{'descr': '|u1', 'fortran_order': False, 'shape': (), 'x': 1}", 1),
    ("key twice", "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': ()}", 1),
    ("big-endian", "{'descr': '>f4', 'fortran_order': False, 'shape': ()}", 4),
    ("complex", "{'descr': '<c8', 'fortran_order': False, 'shape': ()}", 8),
    ("record", "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}", 4),
    ("object", "{'descr': '|O', 'fortran_order': False, 'shape': ()}", 8),
    ("order is a number", "{'descr': '|u1', 'fortran_order': 0, 'shape': ()}", 1),
    ("negative extent", "{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}", 1),
    (
      "extent beyond 64 bits",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (9223372036854775808,)}", 1
    ),
    ("overflow", "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", 0),
    ("too little data", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 7),
    ("too much data", "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 9),
    ("text after", "{'descr': '|u1', 'fortran_order': False, 'shape': ()} x", 1),
    ("unclosed string", "{'descr", 0),
  ]

  @Test("is refused with a typed error", arguments: malformed.indices)
  func refuses(index: Int) throws {
    let (why, dictionary, count) = Self.malformed[index]
    let path = try file(dictionary, data: [UInt8](repeating: 0, count: count))
    #expect(throws: DataError.self, "\(why)") { try NPYFile(contentsOf: path) }
  }

  @Test("is refused for a wrong magic, version or header length")
  func refusesPreamble() throws {
    #expect(throws: DataError.self) { try NPYFile(contentsOf: try folder.file("a", [1, 2, 3])) }
    let text = dictionary("|u1", "()")
    let unknown = try file(text, data: [0], version: 4)
    #expect(throws: DataError.self) { try NPYFile(contentsOf: unknown) }
    let huge: [UInt8] = [0x93] + Array("NUMPY".utf8) + [2, 0, 0xFF, 0xFF, 0xFF, 0xFF]
    let path = try folder.file("a", huge + Array(text.utf8))
    #expect(throws: DataError.self) { try NPYFile(contentsOf: path) }
  }

  @Test("cut short at any byte is refused")
  func refusesTruncation() throws {
    try NPYFile.write(floats: [1, 2, 3], shape: [3], to: folder.path("whole"))
    let accepted = try acceptedTruncations(of: try folder.bytes("whole"), in: folder) {
      _ = try NPYFile(contentsOf: $0)
    }
    #expect(accepted == [])
  }

  @Test("is not written when shape and count disagree")
  func refusesCount() throws {
    #expect(throws: DataError.self) {
      try NPYFile.write(floats: [1, 2], shape: [3], to: folder.path("a"))
    }
    #expect(throws: DataError.self) {
      try NPYFile.write(doubles: [1, 2], shape: [-1, -2], to: folder.path("a"))
    }
    #expect(try folder.names() == [])
  }

  @Test("of recorded logits opens", .enabled(if: SharedData.isWanted))
  func opensRealLogits() throws {
    guard let path = SharedData.path("fixtures/qvit-fmnist-w3a3/logits_float64_t10k.npy") else {
      return
    }
    let array = try NPYFile(contentsOf: path)
    #expect(array.shape == [10_000, 10])
    #expect(try array.doubles().allSatisfy(\.isFinite))
  }
}
