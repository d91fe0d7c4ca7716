import Foundation
import IntaglioData
import IntaglioTestSupport
import Testing

@Suite("Preprocessing")
struct PreprocessingTests {
  @Test("equals resize, centre crop and normalization by PIL and NumPy, bit for bit")
  func equalsPIL() throws {
    let lines = try GoldenFile("preprocess.txt").lines.filter { $0[0] == "preprocess" }
    #expect(lines.count == 7)
    for line in lines {
      let size = line[1...4].compactMap { Int($0) }
      let preprocessing = try Preprocessing(
        resize: .shorterSide(size[2]),
        crop: Preprocessing.Size(width: size[3], height: size[3]),
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225]
      )
      let image = try patternImage(width: size[0], height: size[1], channels: 3)
      let numbers = try preprocessing.apply(to: image)
      #expect(numbers.count == 3 * size[3] * size[3])
      let bytes = numbers.flatMap { littleEndian(Int($0.bitPattern), width: 4) }
      #expect(CRC32(of: bytes).value == UInt32(line[5], radix: 16), "\(line)")
    }
  }

  @Test("makes channels first and converts them before anything else")
  func layout() throws {
    let pixels: [UInt8] = [0, 51, 102, 153, 204, 255]
    let image = try Image(width: 2, height: 1, channels: 3, pixels: pixels)
    let color = try Preprocessing(mean: [0, 0, 0], std: [1, 1, 0.5])
    #expect(try color.apply(to: image) == [0, 0.6, 0.2, 0.8, 0.8, 2])
    let grey = try Preprocessing(channels: 1, mean: [0], std: [1])
    #expect(
      try grey.apply(to: image) == image.converted(toChannels: 1).pixels.map { Float($0) / 255 }
    )
    #expect(try color.apply(to: image.converted(toChannels: 1)).count == 6)
  }

  @Test("says the size of its result beforehand")
  func outputSize() throws {
    let size = Preprocessing.Size(width: 333, height: 250)
    let shorter = try Preprocessing(resize: .shorterSide(248), mean: [0, 0, 0], std: [1, 1, 1])
    #expect(shorter.outputSize(for: size) == Preprocessing.Size(width: 330, height: 248))
    let exact = try Preprocessing(
      resize: .exact(Preprocessing.Size(width: 5, height: 6)),
      mean: [0, 0, 0],
      std: [1, 1, 1]
    )
    #expect(exact.outputSize(for: size) == Preprocessing.Size(width: 5, height: 6))
    let image = try patternImage(width: 3, height: 4, channels: 3)
    #expect(try exact.apply(to: image).count == 90)
  }

  static let configurations = [
    #"{"channels":1,"interpolation":"nearest","mean":[0.5],"std":[0.25]}"#,
    #"{"channels":3,"interpolation":"bicubic","mean":[0,0,0],"resize":{"shorterSide":9},"std":[1,1,1]}"#,
    """
    {"channels":1,"crop":{"height":2,"width":3},"interpolation":"bilinear","mean":[0],\
    "resize":{"height":5,"width":4},"std":[1]}
    """,
  ]

  @Test("as JSON reads back as it was written", arguments: configurations)
  func json(text: String) throws {
    let preprocessing = try JSONDecoder().decode(Preprocessing.self, from: Data(text.utf8))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(preprocessing), as: UTF8.self) == text)
  }

  @Test(
    "as JSON is refused when it does not fit",
    arguments: [
      #"{"channels":2,"mean":[0,0],"std":[1,1]}"#, #"{"channels":3,"mean":[0],"std":[1]}"#,
      #"{"channels":1,"mean":[0],"std":[0]}"#, #"{"channels":1,"mean":[0],"std":[-1]}"#,
      #"{"channels":1,"mean":[0],"std":[1],"crop":{"width":0,"height":1}}"#,
      #"{"channels":1,"mean":[0],"std":[1],"resize":{"shorterSide":-5}}"#,
      #"{"channels":1,"mean":[0],"std":[1],"resize":{"width":5}}"#,
      #"{"channels":1,"mean":[0],"std":[1],"interpolation":"magic"}"#, #"{"mean":[0],"std":[1]}"#,
    ]
  )
  func refusesJSON(text: String) {
    #expect(throws: (any Error).self) {
      try JSONDecoder().decode(Preprocessing.self, from: Data(text.utf8))
    }
  }

  @Test("is refused for numbers that are not finite")
  func refusesNumbers() {
    for (mean, std) in [(Float.nan, 1), (.infinity, 1), (0, .nan), (0, .infinity)]
      as [(Float, Float)]
    {
      #expect(throws: DataError.self) { try Preprocessing(channels: 1, mean: [mean], std: [std]) }
    }
  }

  @Test("of an image that would grow beyond the limit is refused")
  func refusesGrowth() throws {
    let image = try Image(
      width: 16_384,
      height: 1,
      channels: 1,
      pixels: [UInt8](repeating: 0, count: 16_384)
    )
    let preprocessing = try Preprocessing(
      channels: 1,
      resize: .shorterSide(100),
      mean: [0],
      std: [1]
    )
    #expect(throws: DataError.self) { try preprocessing.apply(to: image) }
  }
}
