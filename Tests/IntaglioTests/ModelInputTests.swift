import IntaglioData
import IntaglioTestSupport
import Testing

import Intaglio

/// Images and arrays beside the dimensions of a model's input.
@Suite("The input of a model")
struct ModelInputTests {
  private func array(_ shape: [Int], in folder: TemporaryFolder) throws -> NPYFile {
    let path = folder.path("x.npy")
    let floats = (0..<shape.reduce(1, *)).map(Float.init)
    try NPYFile.write(floats: floats, shape: shape, to: path)
    return try NPYFile(contentsOf: path)
  }

  @Test(
    "is an array of its shape; leading ones do not matter",
    arguments: [
      ([3, 4, 2], [3, 4, 2]), ([3, 4, 2], [1, 3, 4, 2]), ([1, 4, 2], [4, 2]), ([5], [1, 5]),
    ]
  )
  func fits(shape: [Int], found: [Int]) throws {
    let folder = try TemporaryFolder()
    let count = shape.reduce(1, *)
    #expect(try ModelInput(shape: shape).sample(array(found, in: folder)).count == count)
  }

  @Test(
    "is no array of as many numbers in another shape",
    arguments: [
      ([3, 4, 2], [4, 2, 3], "channels stand last"),
      ([3, 4, 2], [1, 4, 2, 3], "channels stand last"),
      ([3, 4, 2], [3, 2, 4], "height and width are exchanged"),
      ([3, 4, 2], [24], "found [24]"), ([3, 4, 2], [12, 2], "expected [3, 4, 2]"),
      ([3, 4, 2], [2, 3, 4, 2], "one sample for each array"), ([5], [5, 1], "found [5, 1]"),
    ]
  )
  func refused(shape: [Int], found: [Int], says: String) throws {
    let folder = try TemporaryFolder()
    let array = try array(found, in: folder)
    let error = #expect(throws: EvaluationError.self) {
      try ModelInput(shape: shape).sample(array)
    }
    let message = try #require(error).description
    #expect(message.contains(says) && message.hasPrefix(array.path), "\(message)")
  }

  @Test("is no image that lies where the model stands, unless it is resized")
  func lying() throws {
    let image = try Image(width: 4, height: 2, channels: 1, pixels: .init(repeating: 9, count: 8))
    let input = ModelInput(shape: [3, 4, 2])
    let plain = try Preprocessing(mean: [0, 0, 0], std: [1, 1, 1])
    let error = #expect(throws: EvaluationError.self) {
      try input.sample(image, plain, name: "a.png")
    }
    let message = try #require(error).description
    #expect(message.contains("[3, 4, 2]") && message.contains("[3, 2, 4]"), "\(message)")
    #expect(message.contains("exchanged") && message.contains("crop_pct"), "\(message)")
    let size = Preprocessing.Size(width: 2, height: 4)
    let resized = try Preprocessing(resize: .exact(size), mean: [0, 0, 0], std: [1, 1, 1])
    #expect(try input.sample(image, resized, name: "a.png").count == 24)
  }
}
