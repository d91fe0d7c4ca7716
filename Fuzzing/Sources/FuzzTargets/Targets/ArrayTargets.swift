import IntaglioData
import IntaglioTestSupport

extension FuzzTarget {
  static let npy = FuzzTarget(
    "npy",
    "NPY files",
    limit: 4096,
    dictionary: [
      "'descr'", "'fortran_order'", "'shape'", "True", "False", "'<f4'", "'<f8'", "'|u1'", "'<i8'",
      "'|b1'", "'<f2'", "'>f4'", "\\x93NUMPY", "(2,)", "()", "(2, 3)", "9223372036854775807",
    ],
    seeds: { try ArraySeeds.npy() }
  ) { bytes, folder in
    let file = try NPYFile(contentsOf: folder.file("in.npy", bytes))
    _ = try? file.integers()
    _ = try? file.floats()
    guard let doubles = try? file.doubles() else { return }
    try require(doubles.count == file.shape.reduce(1, *), "another number of elements")
    let path = folder.path("out.npy")
    let again = try requireSuccess("what was read is written and read") {
      try NPYFile.write(doubles: doubles, shape: file.shape, to: path)
      return try NPYFile(contentsOf: path)
    }
    let found = try requireSuccess("the elements come back") { try again.doubles() }
    try require(
      again.shape == file.shape && found.map(\.bitPattern) == doubles.map(\.bitPattern),
      "other elements come back"
    )
  }

  static let idx = FuzzTarget(
    "idx",
    "IDX files, gzipped or not",
    limit: 4096,
    seeds: { try ArraySeeds.idx() }
  ) { bytes, folder in
    let file = try IDXFile(contentsOf: folder.file("in.idx", bytes), limit: 1 << 22)
    if file.count > 0 { _ = (file.item(0), file.item(file.count - 1)) }
    let path = folder.path("out.idx")
    let again = try requireSuccess("what was read is written and read") {
      try IDXFile.write(bytes: file.bytes, shape: file.shape, to: path)
      return try IDXFile(contentsOf: path)
    }
    try require(again.shape == file.shape && again.bytes == file.bytes, "other bytes come back")
  }
}

private enum ArraySeeds {
  static func npy() throws -> [[UInt8]] {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.npy")
    var seeds: [[UInt8]] = []
    for shape in [[], [0], [3], [2, 3], [2, 1, 2]] {
      let numbers = (0..<shape.reduce(1, *)).map { Double($0) - 1 }
      try NPYFile.write(doubles: numbers, shape: shape, to: path)
      seeds.append(try folder.bytes("seed.npy"))
      try NPYFile.write(floats: numbers.map { Float($0) }, shape: shape, to: path)
      seeds.append(try folder.bytes("seed.npy"))
    }
    for (type, size) in [("|u1", 1), ("<i2", 2), ("<i8", 8), ("|b1", 1), ("<f2", 2), ("<u8", 8)] {
      let text = "{'descr': '\(type)', 'fortran_order': True, 'shape': (2, 3), }\n"
      let length = [UInt8(text.utf8.count), 0]
      seeds.append([0x93] + Array("NUMPY".utf8) + [1, 0] + length + Array(text.utf8))
      seeds[seeds.count - 1] += (0..<6 * size).map { UInt8($0 % 2) }
      seeds.append([0x93] + Array("NUMPY".utf8) + [3, 0] + length + [0, 0] + Array(text.utf8))
      seeds[seeds.count - 1] += (0..<6 * size).map { UInt8($0 % 2) }
    }
    return seeds
  }

  static func idx() throws -> [[UInt8]] {
    let folder = try TemporaryFolder()
    let path = folder.path("seed.idx")
    var seeds: [[UInt8]] = []
    for shape in [[0], [3], [2, 2, 2], [1, 2, 2, 3]] {
      let bytes = (0..<shape.reduce(1, *)).map { UInt8($0) }
      try IDXFile.write(bytes: bytes, shape: shape, to: path)
      seeds.append(try folder.bytes("seed.idx"))
    }
    return seeds + seeds.map(gzip)
  }

  /// A gzip file of one stored block, by hand: nothing of Intaglio writes one.
  private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    func little(_ number: UInt32, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
    }
    let count = UInt32(bytes.count)
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 1] + little(count, 2) + little(~count, 2) + bytes
      + little(CRC32(of: bytes).value, 4) + little(count, 4)
  }
}
