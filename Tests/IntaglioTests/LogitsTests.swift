import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import Testing

import Intaglio

/// Which output holds the answers, and how many samples it has.
@Suite("The output of a model that holds its answers")
struct LogitsTests {
  private static func type(_ shape: [Int]) -> ValueType { ValueType(.real, shape) }

  @Test(
    "has a row for every sample of the input",
    arguments: [
      ([1, 3, 8, 8], [1, 10], 10, 1), ([1, 3, 8, 8], [10], 10, 1), ([1, 3, 8, 8], [10, 1], 10, 1),
      ([1, 3, 8, 8], [1, 10, 1, 1], 10, 1), ([4, 3, 8, 8], [4, 10], 10, 4),
      ([4, 3, 8, 8], [4, 1, 10], 10, 4), ([3, 8, 8], [10], 10, 1), ([3, 8, 8], [1, 10], 10, 1),
      ([1, 2], [1, 1], 1, 1), ([4, 2], [4, 4], 4, 4),
    ]
  )
  func rows(input: [Int], output: [Int], classes: Int, batch: Int) throws {
    let found = try LogitsOutput(outputs: [("y", Self.type(output))], input: Self.type(input))
    #expect(found.classes == classes && found.batch == batch && found.index == 0)
    #expect(found.sampleShape.reduce(1, *) * batch == input.reduce(1, *))
  }

  @Test(
    "is refused otherwise, never cut into pieces",
    arguments: [
      ([1, 3, 8, 8], [1, 17, 10]), ([4, 3, 8, 8], [10, 4]), ([4, 3, 8, 8], [40]),
      ([4, 3, 8, 8], [1, 40]), ([4, 3, 8, 8], [4, 17, 10]), ([2, 3, 8, 8], [2]),
      ([1, 3, 8, 8], [1, 0]), ([0, 3, 8, 8], [0, 10]), ([8, 3, 8, 8], [4, 20]),
    ]
  )
  func refused(input: [Int], output: [Int]) throws {
    let error = #expect(throws: LogitsError.self) {
      try LogitsOutput(outputs: [("y", Self.type(output))], input: Self.type(input))
    }
    let message = try #require(error).description
    #expect(message.contains("y") && message.contains("\(Self.type(output))"), "\(message)")
  }

  @Test("is refused as empty where it has no elements")
  func empty() throws {
    let error = #expect(throws: LogitsError.empty(output: "y", found: Self.type([1, 0]))) {
      try LogitsOutput(outputs: [("y", Self.type([1, 0]))], input: Self.type([1, 3, 8, 8]))
    }
    #expect(error?.description.contains("no elements") == true)
  }

  @Test("of several is the one that is named, the one called logits, or the only row")
  func several() throws {
    let input = Self.type([1, 3, 8, 8])
    let hidden = ("hidden", Self.type([1, 17, 32]))
    let (pooled, logits) = (("pooled", Self.type([1, 32])), ("logits", Self.type([1, 10])))
    func index(_ outputs: [(String, ValueType)], _ choice: String? = nil) throws -> Int {
      try LogitsOutput(
        outputs: outputs.map { (name: $0.0, type: $0.1) },
        input: input,
        choice: choice
      ).index
    }
    #expect(try index([hidden, pooled, logits]) == 2)
    #expect(try index([hidden, pooled]) == 1)
    #expect(try index([hidden, pooled, logits], "pooled") == 1)
    #expect(throws: LogitsError.unknown(output: "x", found: ["hidden: real[1, 17, 32]"])) {
      try index([hidden], "x")
    }
    let error = #expect(throws: LogitsError.self) { try index([pooled, ("other", pooled.1)]) }
    let message = try #require(error).description
    #expect(message.contains("pooled: real[1, 32]") && message.contains("--logits"), "\(message)")
    #expect(throws: LogitsError.none) { try index([]) }
  }

  /// Tokens first, then `second`: a row of two.
  private func model(_ second: String, in folder: TemporaryFolder) throws -> String {
    try ONNXTestModel.write(to: folder) { model in
      model.integers("shape", [1, 2, 1])
      model.node("Relu", ["y"], [second], name: "/last")
      model.node("Reshape", ["d", "shape"], ["tokens"], name: "/tokens")
      model.proto.graph.outputs.removeAll()
      model.output("tokens")
      model.output(second)
    }
  }

  @Test("gives a comparison the number of classes, whatever the batch")
  func comparison() throws {
    let folder = try TemporaryFolder()
    let path = try ONNXTestModel.write(to: folder) { model in
      // Three samples and one class.
      model.proto.graph.inputs = []
      model.input("image", [3, 1, 2, 1])
      model.integers("shape", [3, 2])
      model.node("Reshape", ["image", "shape"], ["x"])
      model.floats("one", [1, 1], [2, 1])
      model.node("MatMul", ["y", "one"], ["sum"], name: "/one")
      model.proto.graph.outputs = []
      model.output("sum")
    }
    _ = try folder.file("model.json", Array(#"{"mean": [0.5], "std": [0.5]}"#.utf8))
    _ = try folder.file("data/labels.csv", Array("a.png,2\n".utf8))
    _ = try folder.file("data/a.png", [])
    let data = try DataSet.open(directory: folder.path("data"))
    let model = try Model(contentsOf: path)
    let comparison = try LayerwiseComparison(
      ComparisonSide(model, arithmetic: .float32),
      ComparisonSide(model, arithmetic: .oracle),
      threads: 1
    )
    let error = #expect(throws: DataError.self) { try comparison.labels(of: data) }
    #expect(error?.description.contains("one in 0..<1") == true, "\(String(describing: error))")
  }

  @Test("is found by every command that classifies, and kept by packed models")
  func commands() throws {
    let folder = try TemporaryFolder()
    let model = try model("logits", in: folder)
    try TestArray.write([0.25, -0.5], [1, 2], to: folder.path("x.npy"))
    let intaglio = try Executable()
    let answers = try ["integer", "reference", "oracle"].map { engine in
      let run = try intaglio.run(["run", model, "x.npy", "--engine", engine], in: folder)
      #expect(run.exitCode == 0, "\(run.errors)")
      return run.output
    }
    #expect(Set(answers).count == 1)
    let wrong = try intaglio.run(["run", model, "x.npy", "--logits", "gone"], in: folder)
    #expect(
      wrong.exitCode == 1 && wrong.errors.contains("tokens: real[1, 2, 1]"),
      "\(wrong.errors)"
    )
    for plan in [[], ["--plan"]] {
      let packed = try intaglio.run(
        ["integerize", model, "-o", "out", "--logits", "tokens"] + plan,
        in: folder
      )
      #expect(packed.exitCode == 0, "\(packed.errors)")
      let tokens = try intaglio.run(["run", "out", "x.npy"], in: folder)
      let logits = try intaglio.run(["run", "out", "x.npy", "--logits", "logits"], in: folder)
      #expect(tokens.exitCode == 0 && logits.exitCode == 0, "\(tokens.errors) \(logits.errors)")
      #expect(tokens.output != logits.output)
    }
  }
}
