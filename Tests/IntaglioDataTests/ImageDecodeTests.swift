import IntaglioData
import IntaglioTestSupport
import Testing

@Suite("An image file")
struct ImageDecodeTests {
  static let names = [
    "png.grey1", "png.grey2", "png.grey4", "png.grey8", "png.grey8transparent", "png.greyalpha8",
    "png.rgb8", "png.rgba8", "png.rgb16", "png.palette1", "png.palette2", "png.palette4",
    "png.palette8", "png.palette4transparent", "png.interlaced", "jpeg.grey", "jpeg.color444",
    "jpeg.color422", "jpeg.color420", "jpeg.progressive", "jpeg.rgb", "jpeg.rotated", "jpeg.cmyk",
    "jpeg.ycck",
  ]

  /// The bytes of a recorded file and the line that describes it.
  private func golden(_ name: String) throws -> (line: [String], bytes: [UInt8]) {
    let line = try #require(try GoldenFile("decode.txt").lines.first { $0[0] == name })
    return (line, hexadecimal(line[5]))
  }

  @Test("decodes to what PIL makes of it, byte for byte", arguments: names)
  func equalsPIL(name: String) throws {
    let (line, bytes) = try golden(name)
    let image = try Image.decode(bytes, file: name)
    #expect([image.width, image.height, image.channels] == line[1...3].compactMap { Int($0) })
    #expect(CRC32(of: image.pixels).value == UInt32(line[4], radix: 16))
  }

  @Test("cut short at any byte is refused", arguments: names)
  func refusesTruncation(name: String) throws {
    let (_, bytes) = try golden(name)
    for length in 0..<bytes.count {
      #expect(throws: DataError.self, "\(length) of \(bytes.count) bytes") {
        try Image.decode(Array(bytes.prefix(length)), file: name)
      }
    }
  }

  @Test("with any one byte changed decodes or is refused, and does not trap", arguments: names)
  func survivesCorruption(name: String) throws {
    let (_, bytes) = try golden(name)
    for position in bytes.indices {
      for flip in [0x01, 0x80, 0xFF] as [UInt8] {
        var changed = bytes
        changed[position] ^= flip
        guard let image = try? Image.decode(changed, file: name) else { continue }
        #expect(image.pixels.count == image.width * image.height * image.channels)
      }
    }
  }

  @Test("that claims an absurd size is refused by its header")
  func refusesSize() throws {
    var png = try golden("png.rgb8").bytes
    for (width, height) in [(0x7FFF_FFFF, 0x7FFF_FFFF), (16_385, 1), (16_384, 16_384)] {
      png.replaceSubrange(16..<24, with: bigEndian(width) + bigEndian(height))
      png.replaceSubrange(29..<33, with: bigEndian(Int(CRC32(of: Array(png[12..<29])).value)))
      #expect(
        throws: DataError.unsupported(
          file: "a",
          what: "image size",
          expected: width == height && width < 20_000
            ? "at most 89478485 pixels" : "sides of 1…16384 pixels",
          found: "\(width)×\(height)"
        )
      ) { try Image.decode(png, file: "a") }
    }
    var jpeg = try golden("jpeg.grey").bytes
    let frame = try #require(jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFD, 0xE8, 0xFD, 0xE8])
    let error = #expect(throws: DataError.self) { try Image.decode(jpeg, file: "a") }
    #expect(error?.description.contains("fewer bytes") == true, "\(String(describing: error))")
    // With as many bytes as such an image could do with, its sides are still too long.
    jpeg += [UInt8](repeating: 0, count: 1 << 23)
    let other = #expect(throws: DataError.self) { try Image.decode(jpeg, file: "a") }
    guard case .unsupported(_, what: "image size", _, _) = other else {
      Issue.record("\(String(describing: other))")
      return
    }
  }

  /// The recorded JPEG `name` with its frame's size changed.
  private func resized(_ name: String, height: Int, width: Int) throws -> [UInt8] {
    var jpeg = try golden(name).bytes
    let markers: [UInt8] = [0xC0, 0xC2]
    let frame = try #require(
      jpeg.indices.dropLast().first { jpeg[$0] == 0xFF && markers.contains(jpeg[$0 + 1]) }
    )
    let size = [height >> 8, height & 255, width >> 8, width & 255].map { UInt8($0) }
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: size)
    return jpeg
  }

  @Test(
    "whose pixels are not all there is refused, and not filled with grey",
    arguments: ["jpeg.grey", "jpeg.color444", "jpeg.color420", "jpeg.progressive"]
  )
  func refusesMissingPixels(name: String) throws {
    let line = try golden(name).line
    let (width, height) = (Int(line[1]) ?? 0, Int(line[2]) ?? 0)
    #expect(throws: DataError.self) {
      try Image.decode(resized(name, height: 4 * height, width: width), file: name)
    }
    #expect(throws: DataError.self) {
      try Image.decode(resized(name, height: 10_900, width: 16_384), file: name)
    }
  }

  @Test("in progressive form without some of its scans is refused")
  func refusesMissingScans() throws {
    let jpeg = try golden("jpeg.progressive").bytes
    let scans = jpeg.indices.dropLast().filter { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xDA }
    #expect(scans.count > 2)
    for scan in scans {
      let error = #expect(throws: DataError.self) {
        try Image.decode(Array(jpeg[..<scan]) + [0xFF, 0xD9], file: "a")
      }
      #expect(error != nil, "up to byte \(scan)")
    }
  }

  @Test("in progressive form with scans without end is refused soon")
  func refusesScanBomb() throws {
    let jpeg = try golden("jpeg.progressive").bytes
    let scans = jpeg.indices.dropLast().filter { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xDA }
    let last = Array(jpeg[try #require(scans.last)..<jpeg.count - 2])
    let bomb = Array(jpeg.dropLast(2)) + (0..<2000).flatMap { _ in last } + [0xFF, 0xD9]
    #expect(throws: DataError.self) { try Image.decode(bomb, file: "a") }
  }

  @Test("with a wrong checksum in its pixels is refused")
  func refusesChecksum() throws {
    var png = try golden("png.rgb8").bytes
    let data = try #require(
      png.indices.dropLast(3).first { Array(png[$0..<$0 + 4]) == Array("IDAT".utf8) }
    )
    let length = png[data - 4..<data].reduce(0) { $0 << 8 | Int($1) }
    png[data + 4 + length] ^= 1
    #expect(throws: DataError.self) { try Image.decode(png, file: "a") }
  }

  @Test("that a camera made is not taken for a damaged one", .enabled(if: SharedData.isWanted))
  func acceptsPhotographs() throws {
    for name in ["data/imagenet-sample", "data/magnetic-tile"] {
      guard let path = SharedData.path(name) else { continue }
      let set = try DataSet.open(directory: path)
      let few = SharedData.limit(few: 50, of: set.count)
      for index in 0..<few { _ = try set.image(at: index * set.count / few) }
    }
  }

  @Test("is known by its content, not by its name")
  func ignoresExtension() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("a.jpg", try golden("png.rgb8").bytes)
    #expect(try Image.decode(fileAt: path).channels == 3)
  }

  @Test("of another format, or empty, is refused with what was found")
  func refusesOtherFormats() throws {
    let gif = Array("GIF89a".utf8)
    let expected = DataError.unsupported(
      file: "a",
      what: "image format",
      expected: "the first bytes of a PNG or JPEG",
      found: "47 49 46 38 39 61"
    )
    #expect(throws: expected) { try Image.decode(gif, file: "a") }
    #expect(throws: DataError.self) { try Image.decode([], file: "a") }
    #expect(throws: DataError.self) { try Image.decode([0xFF, 0xD8, 0xFF], file: "a") }
    #expect(throws: DataError.self) { try Image.decode(fileAt: "/dev/null") }
  }
}
