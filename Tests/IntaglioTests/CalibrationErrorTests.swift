import IntaglioData
import IntaglioTestSupport
import Testing

/// Images that are to choose the scales of streams, and show nothing.
@Suite("Calibration images")
struct CalibrationErrorTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func integerize() throws -> Executable.Run {
    let model = try Checkpoint.qvit.write(to: folder)
    let options = ["--nonlinear", "integer", "--calibration", folder.path("data")]
    return try Executable().run(["integerize", model, "-o", "out"] + options, in: folder)
  }

  private func image(_ name: String, _ pixels: [UInt8]) throws {
    let image = try Image(width: 8, height: 8, channels: 1, pixels: pixels)
    try folder.file("data/\(name)", try image.png())
  }

  private let slope = (0..<64).map { UInt8(4 * $0) }

  @Test("of one colour each are refused")
  func constant() throws {
    for level in [0, 128, 255] as [UInt8] {
      try image("\(level).png", .init(repeating: level, count: 64))
    }
    let run = try integerize()
    #expect(run.exitCode == 1)
    #expect(run.errors.contains("3 of which each is one colour, such as 0.png"), "\(run.errors)")
    try image("1_slope.png", slope)
    #expect(try integerize().exitCode == 0)
  }

  @Test("that are all the same are refused, but for a single one")
  func equal() throws {
    try image("0_a.png", slope)
    #expect(try integerize().exitCode == 0)
    try image("1_b.png", slope)
    let run = try integerize()
    #expect(run.exitCode == 1)
    #expect(run.errors.contains("2 that are all equal to 0_a.png"), "\(run.errors)")
  }

  @Test("that lie otherwise than the model's are refused with both shapes")
  func shape() throws {
    let image = try Image(width: 16, height: 4, channels: 1, pixels: slope)
    try folder.file("data/0_a.png", try image.png())
    let run = try integerize()
    #expect(run.exitCode == 1)
    #expect(run.errors.contains("[3, 8, 8]") && run.errors.contains("[3, 4, 16]"), "\(run.errors)")
  }

  @Test("are none where the folder is empty")
  func none() throws {
    try folder.file("data/notes.txt", [])
    let run = try integerize()
    #expect(run.exitCode == 1 && run.errors.contains("data set"), "\(run.errors)")
  }

  @Test("in a training file that is damaged are refused; the test file does not step in")
  func damagedTraining() throws {
    for prefix in ["train", "t10k"] {
      try folder.file("data/\(prefix)-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 1, 0])
      try folder.file(
        "data/\(prefix)-images-idx3-ubyte",
        [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 8] + (prefix == "train" ? [] : slope)
      )
    }
    let run = try integerize()
    #expect(run.exitCode == 1 && run.errors.contains("train-images-idx3-ubyte"), "\(run.errors)")
  }
}
