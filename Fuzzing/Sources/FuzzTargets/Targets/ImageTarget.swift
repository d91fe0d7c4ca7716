import IntaglioData

extension FuzzTarget {
  /// Images; the checksums of a PNG's chunks are made right.
  static let image = FuzzTarget(
    "image",
    "PNG and JPEG images",
    limit: 4096,
    dictionary: [
      "IHDR", "PLTE", "tRNS", "IDAT", "IEND", "gAMA", "\\xFF\\xD8", "\\xFF\\xC0", "\\xFF\\xC2",
    ],
    seeds: { try ImageSeeds.all() }
  ) { bytes, _ in
    let image = try Image.decode(PNGChunks.corrected(bytes), file: "image")
    guard image.pixels.count <= 1 << 18 else { return }
    let again = try requireSuccess("an image is written and read") {
      try Image.decode(image.png(), file: "again")
    }
    try require(again == image, "another image comes back")
    _ = image.converted(toChannels: 4 - image.channels)
  }
}

/// The pieces that a PNG consists of: a length, a name, content, a checksum.
private enum PNGChunks {
  static func corrected(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.first == 0x89 else { return bytes }
    var bytes = bytes
    var start = 8
    while start + 12 <= bytes.count {
      let length = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - start - 12 else { break }
      let sum = CRC32(of: Array(bytes[start + 4..<start + 8 + length])).value
      for index in 0..<4 {
        bytes[start + 8 + length + index] = UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * index))
      }
      start += 12 + length
    }
    return bytes
  }
}

private enum ImageSeeds {
  static func all() throws -> [[UInt8]] {
    var seeds: [[UInt8]] = []
    for (width, height, channels) in [(1, 1, 1), (5, 3, 1), (4, 4, 3), (16, 9, 3)] {
      let count = width * height * channels
      let image = try Image(
        width: width,
        height: height,
        channels: channels,
        pixels: (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37) }
      )
      seeds.append(try image.png())
    }
    return seeds + [jpeg]
  }

  /// 8×8 grey, one block whose only coefficient is the mean.
  private static var jpeg: [UInt8] {
    let quantization: [UInt8] = [0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
    let frame: [UInt8] = [0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0]
    // One code of one bit in each table: no difference, and the end of the block.
    let counts: [UInt8] = [1] + [UInt8](repeating: 0, count: 15)
    func table(_ kind: UInt8) -> [UInt8] { [0xFF, 0xC4, 0, 20, kind] + counts + [0] }
    let scan: [UInt8] = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x3F]
    let start: [UInt8] = [0xFF, 0xD8]
    let end: [UInt8] = [0xFF, 0xD9]
    return [start, quantization, frame, table(0x00), table(0x10), scan, end].flatMap { $0 }
  }
}
