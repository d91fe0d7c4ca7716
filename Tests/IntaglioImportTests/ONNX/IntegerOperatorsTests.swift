import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import Testing

@Suite("ONNX products of integers, and dynamic quantization")
struct IntegerOperatorsTests {
  private func model() -> ONNXTestModel {
    var model = ONNXTestModel()
    model.input("x", [1, 2])
    model.constant(.int8("w", [1, -2, 3, 4], [2, 2]))
    model.constant(.int8("wz", [1, 0], [2]))
    model.floats("ws", [0.5, 2], [2])
    model.output("y")
    return model
  }

  private func operations(_ graph: Graph) -> [String] {
    graph.values.map { graph[$0].operation.name }.filter { $0 != "input" && $0 != "constant" }
  }

  @Test("static codes times weights, cast and scaled")
  func integers() throws {
    var model = model()
    model.floats("s", [0.5], [])
    model.constant(.uint8("z", [3], []))
    model.floats("both", [0.25, 1], [2])
    model.node("QuantizeLinear", ["x", "s", "z"], ["q"])
    model.node("MatMulInteger", ["q", "w", "z", "wz"], ["i"], name: "/product")
    model.node("Cast", ["i"], ["f"], [.int("to", 1)])
    model.node("Mul", ["f", "both"], ["y"])
    // [2, 4] · [[0, −2], [2, 4]]
    #expect(try model.evaluate(["x": [1, 2]]).values == [2, 12])
  }

  /// Weights as codes, activations as they were.
  private func check(_ model: ONNXTestModel, plus bias: [Double] = [0, 0]) throws {
    let graph = try model.graph()
    #expect(try model.evaluate(["x": [1, 2]]).values == [2 + bias[0], 12 + bias[1]])
    #expect(!operations(graph).contains("quantize"))
    #expect(operations(graph).filter { $0 == "dequantize" } == ["dequantize"])
    let file = try ONNXFile(model.proto, file: "test.onnx", folder: ".")
    #expect(file.notes.count == 1 && file.notes[0].contains("--calibration"))
  }

  @Test("dynamic codes times weights keep the weights' codes", arguments: [true, false])
  func dynamic(isScaleFirst: Bool) throws {
    var model = model()
    model.node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"])
    model.node("MatMulInteger", ["q", "w", "z", "wz"], ["i"])
    model.node("Cast", ["i"], ["f"], [.int("to", 1)])
    model.node("Mul", isScaleFirst ? ["ws", "s"] : ["f", "ws"], ["b"])
    model.node("Mul", isScaleFirst ? ["b", "f"] : ["b", "s"], ["y"], name: "/product")
    try check(model)
  }

  @Test("fused forms of the same")
  func fused() throws {
    var first = model()
    first.floats("c", [1, -1], [2])
    let inputs = ["x", "w", "ws", "wz", "c"]
    first.node("DynamicQuantizeMatMul", inputs, ["y"], domain: "com.microsoft")
    try check(first, plus: [1, -1])
    var second = model()
    second.node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"])
    second.node(
      "MatMulIntegerToFloat",
      ["q", "w", "s", "ws", "z", "wz"],
      ["y"],
      domain: "com.microsoft"
    )
    try check(second)
  }

  @Test("a dynamic convolution")
  func convolution() throws {
    var model = ONNXTestModel()
    model.input("x", [1, 1, 2, 2])
    model.constant(.int8("w", [1, 2, 3, 4], [1, 1, 2, 2]))
    model.floats("ws", [0.5], [])
    model.node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"])
    model.node("ConvInteger", ["q", "w", "z"], ["i"], [.ints("pads", [0, 0, 1, 1])])
    model.node("Cast", ["i"], ["f"], [.int("to", 1)])
    model.node("Mul", ["s", "ws"], ["b"])
    model.node("Mul", ["f", "b"], ["y"])
    model.output("y")
    #expect(try model.evaluate(["x": [1, 0, 0, 2]]).values == [4.5, 3, 2, 1])
  }

  @Test("a dynamic scale by itself, or another's, is refused by name")
  func refusals() {
    var alone = model()
    alone.node("DynamicQuantizeLinear", ["x"], ["q", "y", "z"])
    #expect { try alone.graph() } throws: { "\($0)".contains("DynamicQuantizeLinear") }
    var other = model()
    other.node("Neg", ["x"], ["n"])
    other.node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"])
    other.node("DynamicQuantizeLinear", ["n"], ["q2", "s2", "z2"])
    other.node("MatMulInteger", ["q", "w", "z2"], ["i"])
    other.node("Cast", ["i"], ["f"], [.int("to", 1)])
    other.node("Mul", ["f", "s"], ["y"])
    #expect { try other.graph() } throws: { "\($0)".contains("quantize statically") }
    var added = model()
    added.node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"])
    added.node("Add", ["s", "ws"], ["y"])
    #expect { try added.graph() } throws: { "\($0)".contains("quantize statically") }
  }
}
