import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import SwiftProtobuf
import Testing

@Suite("ONNX: operators that the file defines")
struct ONNXFunctionsTests {
  /// `Scaled(a, b) = (a · factor + b, a)` in the domain `own`.
  private func model(
    _ attributes: [ONNXAttributeProto] = [],
    inputs: [String] = ["x", "c"]
  ) -> ONNXTestModel {
    var body = ONNXTestModel()
    var constant = ONNXAttributeProto.float("value_float", 0)
    constant.reference = "factor"
    constant.clearFloatValue()
    body.node("Constant", [], ["f"], [constant], name: "factor")
    body.node("Mul", ["a", "f"], ["m"], name: "mul")
    body.node("Add", ["m", "b"], ["s"], name: "add")
    var model = ONNXTestModel()
    model.input("x", [2])
    model.floats("c", [1, -1], [2])
    model.proto.functions = [
      .with { proto in
        proto.name = "Scaled"
        proto.domain = "own"
        proto.inputs = ["a", "b"]
        proto.outputs = ["s", "a"]
        proto.nodes = body.proto.graph.nodes
        proto.defaults = [.float("factor", 3)]
        proto.operatorSets = [.with { $0.version = 18 }]
      }
    ]
    model.node("Scaled", inputs, ["h", "t"], attributes, name: "first", domain: "own")
    model.node("Scaled", ["h", "t"], ["y"], name: "second", domain: "own")
    model.output("y")
    return model
  }

  @Test("a call becomes the body, with its own names, attributes and defaults")
  func calls() throws {
    // 3·(3x + c) + x
    #expect(try model().evaluate(["x": [1, 2]]).values == [13, 17])
    let doubled = model([.float("factor", 2)])
    #expect(try doubled.evaluate(["x": [1, 2]]).values == [10, 11])
    let graph = try model().graph()
    let names = graph.values.compactMap { graph.name(of: $0) }
    #expect(names.contains("first/mul") && names.contains("second/add"))
  }

  @Test("calls inside of bodies, and one that never ends")
  func nesting() throws {
    var model = model()
    let call = model.proto.graph.nodes[1]
    model.proto.functions.append(
      .with { proto in
        proto.name = "Outer"
        proto.domain = "own"
        proto.inputs = ["a"]
        proto.outputs = ["r"]
        proto.nodes = [call]
        proto.nodes[0].inputs = ["a", "a"]
        proto.nodes[0].outputs = ["r"]
        proto.operatorSets = [.with { $0.version = 18 }]
      }
    )
    model.proto.graph.nodes[1].operatorType = "Outer"
    model.proto.graph.nodes[1].inputs = ["h"]
    #expect(try model.evaluate(["x": [1, 2]]).values == [16, 20])
    model.proto.functions[1].nodes[0].operatorType = "Outer"
    model.proto.functions[1].nodes[0].inputs = ["a"]
    #expect { try model.graph() } throws: { "\($0)".contains("none of which calls itself") }
  }

  @Test("attributes and inputs that the function does not have are refused")
  func refusals() {
    let other = model([.float("factr", 2)])
    #expect { try other.graph() } throws: { "\($0)".contains("factr") }
    let more = model(inputs: ["x", "c", "x"])
    #expect(throws: ImportError.self) { try more.graph() }
    var twice = model()
    twice.proto.functions.append(twice.proto.functions[0])
    #expect { try twice.graph() } throws: { "\($0)".contains("second function") }
  }
}
