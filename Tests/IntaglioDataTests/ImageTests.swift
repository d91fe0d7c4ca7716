import IntaglioData
import IntaglioTestSupport
import Testing

@Suite("An image")
struct ImageTests {
  @Test("is refused when size, channels and bytes do not fit")
  func refuses() {
    let cases: [(width: Int, height: Int, channels: Int, count: Int)] = [
      (0, 1, 1, 0), (1, 0, 1, 0), (-1, -1, 1, 1), (2, 2, 2, 8), (2, 2, 4, 16), (2, 2, 1, 3),
      (2, 2, 3, 13), (16_385, 1, 1, 16_385), (16_384, 16_384, 1, 0), (.max, .max, 1, 1),
    ]
    for (width, height, channels, count) in cases {
      let pixels = [UInt8](repeating: 0, count: count)
      #expect(throws: DataError.self) {
        try Image(width: width, height: height, channels: channels, pixels: pixels)
      }
    }
  }

  @Test("becomes grey as PIL makes it, and RGB by repeating")
  func converts() throws {
    let golden = try #require(try GoldenFile("preprocess.txt").lines.first { $0[0] == "luma" })
    let image = try patternImage(width: 64, height: 64, channels: 3)
    let grey = image.converted(toChannels: 1)
    #expect(CRC32(of: grey.pixels).value == UInt32(golden[3], radix: 16))
    #expect(grey.converted(toChannels: 3).converted(toChannels: 1) == grey)
    #expect(image.converted(toChannels: 3) == image)
    let white = try Image(width: 1, height: 1, channels: 3, pixels: [255, 255, 255])
    #expect(white.converted(toChannels: 1).pixels == [255])
  }

  @Test("is cropped in the middle, halves to even, and padded with black")
  func crops() throws {
    let row = try Image(width: 7, height: 1, channels: 1, pixels: Array(1...7))
    #expect(try row.centerCropped(width: 3, height: 1).pixels == [3, 4, 5])
    #expect(try row.centerCropped(width: 4, height: 1).pixels == [3, 4, 5, 6])
    #expect(try row.centerCropped(width: 6, height: 1).pixels == [1, 2, 3, 4, 5, 6])
    #expect(try row.centerCropped(width: 10, height: 1).pixels == [0, 1, 2, 3, 4, 5, 6, 7, 0, 0])
    let tall = try row.centerCropped(width: 2, height: 4)
    #expect(tall.pixels == [0, 0, 3, 4, 0, 0, 0, 0])
    #expect(try row.centerCropped(width: 7, height: 1) == row)
  }

  @Test("written as PNG reads back as it was", arguments: [1, 3])
  func writesPNG(channels: Int) throws {
    let folder = try TemporaryFolder()
    for (width, height) in [(1, 1), (37, 23), (3, 300)] {
      let image = try patternImage(width: width, height: height, channels: channels)
      try image.writePNG(to: folder.path("a.png"))
      #expect(try Image.decode(fileAt: folder.path("a.png")) == image)
    }
    #expect(try folder.names() == ["a.png"])
    let image = try patternImage(width: 2, height: 2, channels: channels)
    #expect(throws: DataError.self) { try image.writePNG(to: folder.path("absent/a.png")) }
  }
}
