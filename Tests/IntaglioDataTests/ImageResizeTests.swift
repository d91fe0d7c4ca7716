import IntaglioData
import IntaglioTestSupport
import Testing

@Suite("A resized image")
struct ImageResizeTests {
  @Test("equals what PIL makes of it, byte for byte")
  func equalsPIL() throws {
    let golden = try GoldenFile("resize.txt")
    #expect(golden.lines.count == 3 * 17 * 2)
    for line in golden.lines {
      let interpolation = try #require(Interpolation(rawValue: line[0]))
      let size = line[1...5].compactMap { Int($0) }
      let source = try patternImage(width: size[0], height: size[1], channels: size[4])
      let image = try source.resized(
        width: size[2],
        height: size[3],
        interpolation: interpolation
      )
      #expect(image.width == size[2] && image.height == size[3] && image.channels == size[4])
      #expect(CRC32(of: image.pixels).value == UInt32(line[6], radix: 16), "\(line.prefix(6))")
      if line[7] != "-" {
        #expect(image.pixels == hexadecimal(line[7]), "\(line.prefix(6))")
      }
    }
  }

  @Test("of one color keeps that color", arguments: Interpolation.allCases, [0, 1, 127, 254, 255])
  func keepsConstants(interpolation: Interpolation, level: UInt8) throws {
    let pixels = [UInt8](repeating: level, count: 23 * 19)
    let image = try Image(width: 23, height: 19, channels: 1, pixels: pixels)
    for (width, height) in [(1, 1), (7, 40), (46, 3), (200, 200)] {
      let resized = try image.resized(width: width, height: height, interpolation: interpolation)
      #expect(resized.pixels.allSatisfy { $0 == level })
    }
  }

  @Test("is refused at a size that no image may have")
  func refuses() throws {
    let image = try patternImage(width: 2, height: 2, channels: 1)
    for (width, height) in [(0, 1), (1, -1), (16_385, 1), (16_384, 16_384), (.max, .max)] {
      #expect(throws: DataError.self) {
        try image.resized(width: width, height: height, interpolation: .bicubic)
      }
      #expect(throws: DataError.self) {
        try image.centerCropped(width: width, height: height)
      }
    }
  }
}
