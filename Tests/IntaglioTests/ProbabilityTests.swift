import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import SwiftProtobuf
import Testing

/// Models whose answers are probabilities already.
@Suite("Answers that are probabilities")
struct ProbabilityTests {
  /// The small model with `last` behind its logits.
  private func model(
    _ folder: TemporaryFolder,
    _ last: (inout ONNXTestModel) -> Void
  ) throws -> String {
    try ONNXTestModel.write(to: folder) { model in
      model.proto.graph.nodes[3].outputs = ["l"]
      last(&model)
    }
  }

  /// What `run` says of x = [0.25, −0.5].
  private func run(_ model: String, _ folder: TemporaryFolder) throws -> Executable.Run {
    try TestArray.write([0.25, -0.5], [1, 2], to: folder.path("x.npy"))
    return try Executable().run(["run", model, "x.npy"], in: folder)
  }

  private static let ways: [(String, @Sendable (inout ONNXTestModel) -> Void)] = [
    ("softmax", { $0.node("Softmax", ["l"], ["y"], [.int("axis", 1)]) }),
    (
      "softmax in another layout",
      { model in
        model.integers("shape", [2, 1])
        model.node("Reshape", ["l", "shape"], ["r"])
        model.node("Softmax", ["r"], ["p"], [.int("axis", 0)])
        model.node("Transpose", ["p"], ["y"], [.ints("perm", [1, 0])])
      }
    ),
    (
      "quantized softmax",
      { model in
        model.floats("ps", [1 / 255], [])
        model.constant(.uint8("pz", [0], []))
        model.node("Softmax", ["l"], ["p"], [.int("axis", 1)])
        model.node("QuantizeLinear", ["p", "ps", "pz"], ["pq"])
        model.node("DequantizeLinear", ["pq", "ps", "pz"], ["y"])
      }
    ),
  ]

  @Test("are shown as they are, by every program", arguments: ways.indices)
  func shown(way: Int) throws {
    let folder = try TemporaryFolder()
    let (name, last) = Self.ways[way]
    let path = try model(folder, last)
    for arguments in [[], ["--plan"]] {
      let packed = try Executable().run(["integerize", path, "-o", "out"] + arguments, in: folder)
      #expect(packed.exitCode == 0, "\(packed.errors)")
      let program = try run(folder.path("out"), folder)
      #expect(program.errors.contains("probabilities"), "\(name): \(program.errors)")
      #expect(try percentages(program) == percentages(run(path, folder)), "\(name)")
    }
    let model = try run(path, folder)
    #expect(model.errors.contains("note: the model's answers are probabilities"), "\(name)")
    let logits = try run(ONNXTestModel.write(to: folder) { _ in }, folder)
    #expect(logits.errors.isEmpty, "\(logits.errors)")
    for (mine, plain) in try zip(percentages(model), percentages(logits)) {
      #expect(abs(mine - plain) < 0.5, "\(name): \(model.output) \(logits.output)")
    }
  }

  private func percentages(_ run: Executable.Run) throws -> [Double] {
    let words = run.output.split { $0 == " " || $0 == "\n" || $0 == "%" }
    return words.compactMap { $0.contains(".") ? Double($0) : nil }
  }

  @Test("of a logistic function are too; codes and a softmax over something else are not")
  func graphs() throws {
    func graph(_ shape: [Int], _ last: (inout Graph, Value) throws -> Value) throws -> [String] {
      var graph = Graph()
      let x = try graph.append(.input(name: "x", ValueType(.real, shape)), name: "x")
      graph.addOutput("y", try last(&graph, x))
      return graph.probabilities
    }
    func append(
      _ graph: inout Graph,
      _ operation: IntaglioGraph.Operation,
      _ x: Value
    ) throws -> Value {
      try graph.append(Node(operation, [x]), name: nil)
    }
    #expect(try graph([1, 3]) { try append(&$0, .softmax, $1) } == ["y"])
    #expect(try graph([1, 3]) { try append(&$0, .function(.sigmoid), $1) } == ["y"])
    #expect(try graph([1, 3]) { try append(&$0, .function(.tanh), $1) } == [])
    #expect(try graph([4, 2]) { try append(&$0, .softmax, $1) } == ["y"])
    // Over the two halves of four classes.
    #expect(
      try graph([1, 2, 2]) { graph, x in
        let halves = try append(&graph, .softmax, x)
        return try append(&graph, .layout(.reshape([1, 4])), halves)
      } == []
    )
    #expect(
      try graph([1, 3]) { graph, x in
        let soft = try append(&graph, .softmax, x)
        return try append(&graph, .function(.log), soft)
      } == []
    )
  }
}
