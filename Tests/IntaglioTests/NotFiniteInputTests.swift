import Foundation
import IntaglioData
import IntaglioImport
import IntaglioTestSupport
import Testing

import Intaglio

/// Numbers that are none, on their way in and on their way out.
@Suite("Numbers that are not finite")
struct NotFiniteInputTests {
  private let intaglio: Executable
  private let folder: TemporaryFolder

  init() throws {
    intaglio = try Executable()
    folder = try TemporaryFolder()
  }

  @Test(
    "in an array are refused with file, position and value",
    arguments: ["integer", "reference", "oracle"],
    [Float.nan, .infinity, -.infinity]
  )
  func array(engine: String, found: Float) throws {
    let model = try ONNXTestModel.write(to: folder) { _ in }
    try TestArray.write([0.25, found], [1, 2], to: folder.path("x.npy"))
    let run = try intaglio.run(["run", model, "x.npy", "--engine", engine, "--json"], in: folder)
    #expect(run.exitCode == 1 && run.output.isEmpty)
    #expect(
      run.errors.hasPrefix("Error: x.npy: expected finite numbers, found \(found) at [1]"),
      "\(run.errors)"
    )
  }

  @Test("are refused by every engine of the library, too")
  func library() throws {
    let model = try Model(contentsOf: ONNXTestModel.write(to: folder) { _ in })
    for kind in [Arithmetic.float32, .oracle, .integer] {
      let graph = kind == .integer ? try model.integerized().model.graph : model.graph
      let engine = try Engine(.graph(graph), arithmetic: kind, threads: 1)
      #expect(try engine.logits([0, 0], count: 1).count == 2)
      let error = #expect(throws: EngineError.self) {
        try engine.logits([0, 0, .nan, 0], count: 2)
      }
      guard case .notFinite(sample: 1, position: [0], let found) = try #require(error) else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(found.isNaN)
      #expect(throws: EngineError.samples(expected: 2, of: 2, found: 3)) {
        try engine.logits([0, 0, 0], count: 2)
      }
    }
  }

  /// A float model whose second logit is NaN for numbers below zero.
  private func root() throws -> String {
    try ONNXTestModel.write(to: folder) { model in
      model.node("Sqrt", ["x"], ["r"], name: "/root")
      model.proto.graph.outputs.removeAll()
      model.output("r")
    }
  }

  @Test("in logits are no answer, null in JSON and said in text")
  func logits() throws {
    let model = try root()
    try TestArray.write([0.25, -1], [1, 2], to: folder.path("x.npy"))
    let arguments = ["run", model, "x.npy", "--engine", "reference"]
    let text = try intaglio.run(arguments, in: folder)
    #expect(text.exitCode == 0)
    #expect(text.output == "x.npy\n  no answer: 1 logits are not finite\n", "\(text.errors)")
    let json = try intaglio.run(arguments + ["--json"], in: folder)
    #expect(json.exitCode == 0, "\(json.errors)")
    let data = Data(json.output.utf8)
    let answers = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    #expect(answers.first?["notFinite"] as? Int == 1)
    let classes = try #require(answers.first?["classes"] as? [[String: Any]])
    #expect(classes.allSatisfy { $0["probability"] is NSNull })
    #expect(classes.count { $0["logit"] is NSNull } == 1)
  }

  @Test("have no rank, and agree with nothing")
  func ranking() {
    #expect(Ranking.first(of: [1, Float.nan]) == nil)
    #expect(Ranking.first(of: [1, Float.infinity]) == nil)
    #expect(Ranking.first(of: [1, 2, -Float.infinity]) == 1)
    #expect(Ranking.rank(of: 0, in: [1, .nan]) == 2)
    #expect(Ranking.top(2, of: [1, .nan]).allSatisfy { $0.probability.isNaN })
    #expect(Ranking.top(1, of: [1, -.infinity])[0].probability == 1)
    var comparison = Comparison(.recorded([.nan, 1]), classes: 2)
    #expect(throws: Never.self) {
      try comparison.add([.nan, 1], [[0]], at: [0], threads: 1) { _ in }
    }
    #expect(comparison.agreement.top1.hits == 0)
    let evaluation = Evaluation(
      logits: [.nan, 1, 0, 1],
      labels: [1, 1],
      classes: 2,
      seconds: 1,
      agreement: nil
    )
    #expect(evaluation.notFinite == 1 && evaluation.top1.hits == 1 && evaluation.top5.hits == 1)
  }

  @Test("in recorded logits are refused with file and position, in rows that are compared")
  func against() throws {
    let model = try Checkpoint.qvit.write(to: folder)
    try folder.writeImages(3)
    var logits = [Float](repeating: 0, count: 15)
    logits[7] = .nan
    try TestArray.write(logits, [3, 5], to: folder.path("a.npy"))
    let arguments = ["evaluate", model, "--data", "data", "--against", "a.npy", "--json"]
    let run = try intaglio.run(arguments, in: folder)
    #expect(run.exitCode == 1 && run.output.isEmpty)
    #expect(
      run.errors == "Error: a.npy: recorded logits: expected finite numbers, found nan at [1, 2]\n"
    )
    #expect(try intaglio.run(arguments + ["--limit", "1"], in: folder).exitCode == 0)
    for shape in [[5, 3], [15], [3, 5, 1], [1, 3, 5]] {
      try TestArray.write([Float](repeating: 0, count: 15), shape, to: folder.path("a.npy"))
      let run = try intaglio.run(arguments, in: folder)
      #expect(run.exitCode == 1 && run.errors.contains("[3, 5]"), "\(shape) \(run.errors)")
    }
  }

  @Test("Arrays of codes go into inputs of codes, on every engine; what is no code does not")
  func codes() throws {
    let model = try ONNXTestModel.write(to: folder) { model in
      model.proto.graph.inputs.removeAll()
      model.input("q", [1, 2], type: 2)
      model.proto.graph.nodes.removeAll { $0.name == "/quantize" }
    }
    let image = folder.path("grey.png")
    try Image.grey(side: 8).writePNG(to: image)
    var outputs: Set<String> = []
    for engine in ["integer", "reference", "oracle"] {
      let arguments = ["run", model, "x.npy", "--engine", engine]
      try TestArray.write([3, 255], [1, 2], to: folder.path("x.npy"))
      let run = try intaglio.run(arguments, in: folder)
      #expect(run.exitCode == 0, "\(run.errors)")
      outputs.insert(run.output)
      for stray: Float in [256, -1, 0.5] {
        try TestArray.write([3, stray], [1, 2], to: folder.path("x.npy"))
        let run = try intaglio.run(arguments, in: folder)
        #expect(run.exitCode == 1 && run.errors.contains("codes of the input q: u8[1, 2]"))
        #expect(run.errors.contains("found \(stray) at [1]"), "\(run.errors)")
      }
    }
    #expect(outputs.count == 1)
    let images = try intaglio.run(["run", model, image], in: folder)
    #expect(images.exitCode == 1 && images.errors.contains("holds codes"), "\(images.errors)")
    #expect(!images.errors.contains("beside the model"))
  }
}
