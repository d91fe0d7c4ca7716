import Foundation
import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import SwiftProtobuf
import Testing

@Suite("ONNX models that ask for too much")
struct ONNXLimitTests {
  /// A small model whose graph `build` continues up to the value `y`.
  struct Demand: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let says: String
    let build: @Sendable (inout ONNXTestModel) -> Void

    init(
      _ title: String,
      says: String,
      _ build: @escaping @Sendable (inout ONNXTestModel) -> Void
    ) {
      testDescription = title
      self.says = says
      self.build = build
    }
  }

  static let demands: [Demand] = [
    Demand("a range", says: "a finite range of at most") {
      $0.constant(.integers("from", [0], []))
      $0.constant(.integers("to", [1 << 27], []))
      $0.constant(.integers("by", [1], []))
      $0.node("Range", ["from", "to", "by"], ["r"])
      $0.node("Cast", ["r"], ["y"], [.int("to", 1)])
    },
    Demand("a constant of a shape", says: "small dimensions") {
      $0.integers("shape", [1 << 12, 1 << 12])
      $0.node("ConstantOfShape", ["shape"], ["y"])
    },
    Demand("an expanded constant", says: "a constant of dimensions") {
      $0.floats("one", [1], [1])
      $0.integers("shape", [1 << 12, 1 << 12])
      $0.node("Expand", ["one", "shape"], ["y"])
    },
    Demand("a tiled constant", says: "a constant of dimensions") {
      $0.floats("one", [1], [1])
      $0.integers("repeats", [1 << 24])
      $0.node("Tile", ["one", "repeats"], ["y"])
    },
    Demand("a stretched sum", says: "few elements") {
      $0.floats("column", [Float](repeating: 1, count: 4096), [4096, 1])
      $0.floats("row", [Float](repeating: 1, count: 4096), [1, 4096])
      $0.node("Add", ["column", "row"], ["y"])
    },
    Demand("a doubling chain of concatenations", says: "elements") {
      $0.floats("c0", [1], [1])
      for index in 0..<30 {
        $0.node("Concat", ["c\(index)", "c\(index)"], ["c\(index + 1)"], [.int("axis", 0)])
      }
      $0.node("Identity", ["c30"], ["y"])
    },
    Demand("many of what one may have", says: "in proportion to the file") {
      $0.integers("shape", [1 << 22])
      $0.node("ConstantOfShape", ["shape"], ["c0"])
      for index in 0..<3 { $0.node("Neg", ["c\(index)"], ["c\(index + 1)"]) }
      $0.node("Identity", ["c3"], ["y"])
    },
    Demand("scattered indices", says: "stretches of indices") {
      $0.integers("indices", (0..<10_000).map { $0 % 2 })
      $0.node("Gather", ["x", "indices"], ["y"], [.int("axis", 1)])
    },
  ]

  @Test("are refused before the memory is taken", arguments: demands)
  func refused(demand: Demand) throws {
    var model = ONNXTestModel()
    model.input("x", [1, 2])
    demand.build(&model)
    model.node("Mul", ["x", "x"], ["used"])
    model.output("used")
    model.output("y")
    let error = #expect(throws: ImportError.self) { _ = try model.graph() }
    let message = error?.description ?? ""
    #expect(message.contains(demand.says), "\(message)")
  }

  @Test("a fold of the size of the weights is none of them")
  func proportionate() throws {
    var model = ONNXTestModel()
    model.input("x", [1, 2])
    model.floats("w", [Float](repeating: 1, count: 1 << 16), [2, 1 << 15])
    model.node("Transpose", ["w"], ["turned"])
    model.node("Transpose", ["turned"], ["back"])
    model.node("MatMul", ["x", "back"], ["y"])
    model.output("y")
    #expect(try model.graph().outputs.count == 1)
  }

  @Test("names of the file are cut in messages, and hold no control characters")
  func longNames() throws {
    var model = ONNXTestModel()
    let name = String(repeating: "\u{1B}[31m", count: 10_000)
    model.input("x", [1, 2])
    model.node("Mystery", ["x"], ["y"], name: name)
    model.output("y")
    let error = #expect(throws: ImportError.self) { try model.graph() }
    let text = try #require(error?.description)
    #expect(!text.contains("\u{1B}") && text.count < 2000)
    model.proto.graph.nodes[0].operatorType = "Softmax"
    model.proto.graph.nodes[0].attributes = [.int("axis", 9)]
    let other = #expect(throws: ImportError.self) { try model.graph() }
    #expect(other.map { $0.description.count < 1000 && !$0.description.contains("\u{1B}") } == true)
  }

  @Test("a chain of any number of nodes is read", arguments: ["Relu", "Transpose", "Neg"])
  func deep(operation: String) throws {
    var model = ONNXTestModel()
    model.input("v0", [2, 2])
    for index in 0..<20_000 { model.node(operation, ["v\(index)"], ["v\(index + 1)"]) }
    model.output("v20000")
    #expect(try model.graph().nodes.count > 10_000)
  }
}
