import Foundation
import Intaglio
import IntaglioData
import IntaglioTestSupport
import Testing

/// Calibration by arrays that are a model's input already.
@Suite("Calibration samples")
struct CalibrationSamplesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Three images in `data/`, and what `model` makes of them in `samples.npy`.
  private func samples(of model: String) throws -> String {
    for index in 0..<3 {
      let pixels = (0..<192).map { UInt8(truncatingIfNeeded: $0 * (2 * index + 3) + 50 * index) }
      let image = try Image(width: 8, height: 8, channels: 3, pixels: pixels)
      try folder.file("data/\(index)_a.png", try image.png())
    }
    let opened = try ModelSource(model).open().model()
    let data = try DataSet.calibrating(folder.path("data"))
    let numbers = try (0..<data.count).flatMap { try opened.sample(data, at: $0) }
    let path = folder.path("samples.npy")
    try NPYFile.write(floats: numbers, shape: [3, 3, 8, 8], to: path)
    return path
  }

  private func run(
    _ command: String,
    _ model: String,
    _ data: String,
    _ output: String
  ) throws -> Executable.Run {
    let arithmetic = command == "integerize" ? ["--arithmetic", "integer-only"] : []
    let words = [command, model, "--calibration", data, "-o", folder.path(output)]
    return try Executable().run(words + arithmetic, in: folder)
  }

  @Test("give the very program that their images give", arguments: ["integerize", "quantize"])
  func same(command: String) throws {
    let checkpoint = command == "integerize" ? Checkpoint.qvit : .timm
    let model = try checkpoint.write(to: folder)
    let array = try samples(of: model)
    let byImages = try run(command, model, folder.path("data"), "images.intaglio")
    let bySamples = try run(command, model, array, "samples.intaglio")
    #expect(byImages.exitCode == 0 && bySamples.exitCode == 0, "\(bySamples.errors)")
    let files = try ["images", "samples"].map {
      try Data(contentsOf: URL(fileURLWithPath: folder.path("\($0).intaglio")))
    }
    #expect(files[0] == files[1])
  }

  /// Shape and number of an array, whether it holds integers, and what the message says.
  static let wrong: [(shape: [Int], isInteger: Bool, message: String)] = [
    ([192], false, "expected [samples, …]"),
    ([0, 3, 8, 8], false, "expected [samples, …]"),
    ([2, 3, 4, 8], false, "[3, 8, 8]"),
    ([3, 8, 8], false, "[3, 8, 8]"),
    ([2, 3, 8, 8], true, "samples.npy#0"),
    ([2, 3, 8, 8], false, "one colour"),
  ]

  @Test("that are no inputs of the model are refused", arguments: wrong.indices)
  func refused(index: Int) throws {
    let (shape, isInteger, message) = Self.wrong[index]
    let (model, array) = (try Checkpoint.qvit.write(to: folder), folder.path("samples.npy"))
    let count = shape.reduce(1, *)
    if isInteger {
      var header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 8, 8), }"
      header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
      let start: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0]
      try folder.file("samples.npy", start + Array(header.utf8) + Array(repeating: 7, count: count))
    } else {
      try NPYFile.write(floats: Array(repeating: 0.5, count: count), shape: shape, to: array)
    }
    let run = try run("integerize", model, array, "out.intaglio")
    #expect(run.exitCode == 1 && run.errors.contains(message), "\(run.errors)")
  }

  @Test("in Fortran order are read sample by sample")
  func fortran() throws {
    // Element [i, j, k] is 100·i + 10·j + k; in the file the first index runs fastest.
    var header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3, 4), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8)
    for k in 0..<4 {
      for j in 0..<3 {
        for i in 0..<2 {
          let bits = Float(100 * i + 10 * j + k).bitPattern
          bytes += (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
        }
      }
    }
    let path = try folder.file("f.npy", bytes)
    let data = try DataSet.samples(inFile: path)
    #expect(data.count == 2 && data.name(at: 1) == "#1")
    let sample = try #require(try data.sample(at: 1))
    #expect(sample.shape == [3, 4] && sample.type == .f32)
    let expected = (0..<3).flatMap { j in (0..<4).map { Float(100 + 10 * j + $0) } }
    #expect(sample.numbers == expected)
    #expect(throws: DataError.self) { try data.image(at: 0) }
    #expect(try DataSet.samples(inFile: path, limit: 1).count == 1)
  }
}
