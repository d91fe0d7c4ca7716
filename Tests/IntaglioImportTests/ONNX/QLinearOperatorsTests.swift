import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("ONNX operators on codes with their scales")
struct QLinearOperatorsTests {
  /// `x` as codes `q` of scale ½ around 3.
  static func model(_ shape: [Int], opset: Int = 17) -> ONNXTestModel {
    var model = ONNXTestModel(opset: opset)
    model.input("x", shape)
    model.floats("s", [0.5], [])
    model.constant(.uint8("z", [3], []))
    model.node("QuantizeLinear", ["x", "s", "z"], ["q"])
    model.output("y")
    return model
  }

  private static let microsoft = "com.microsoft"

  @Test("add, multiply: dequantize, the operator, quantize", arguments: ["Add", "Mul"])
  func binary(type: String) throws {
    var model = Self.model([3])
    model.constant(.uint8("b", [10, 0, 255], [3]))
    model.floats("bs", [0.25], [])
    model.constant(.uint8("bz", [4], []))
    model.constant(.uint8("yz", [10], []))
    let inputs = ["q", "s", "z", "b", "bs", "bz", "s", "yz"]
    model.node("QLinear\(type)", inputs, ["y"], name: "/op", domain: Self.microsoft)
    // 1, −½, 2 with 1½, −1, 62¾; ties go to the even code.
    let codes: [Double] = type == "Add" ? [15, 7, 140] : [13, 11, 255]
    #expect(try model.evaluate(["x": [1, -0.5, 2]]) == TestTensor(codes, [3]))
    let graph = try model.graph()
    #expect(graph.values.contains { graph.name(of: $0) == "/op" })
  }

  @Test("a product of matrices takes scales per column, and keeps weights as codes")
  func matmul() throws {
    var model = Self.model([1, 2])
    model.constant(.int8("w", [1, -2, 3, 4], [2, 2]))
    model.floats("ws", [0.5, 2], [2])
    model.constant(.int8("wz", [1, 0], [2]))
    model.floats("ys", [1], [])
    model.constant(.int8("yz", [-1], []))
    model.node("QLinearMatMul", ["q", "s", "z", "w", "ws", "wz", "ys", "yz"], ["y"])
    // [1, 2] · [[0, −4], [1, 8]]
    #expect(try model.evaluate(["x": [1, 2]]).values == [1, 11])
    let graph = try model.graph()
    #expect(
      graph.values.contains { graph.constant($0) == Tensor([1, -2, 3, 4], .i8, shape: [2, 2]) }
    )
  }

  @Test("QGemm: alpha, a bias of integers in units of the product, a real result without a scale")
  func gemm() throws {
    var model = Self.model([1, 2])
    model.constant(.int8("w", [1, 3, -2, 4], [2, 2]))
    model.floats("ws", [0.5, 2], [2])
    model.constant(.int8("wz", [0, 0], [2]))
    model.constant(.raw("c", 6, [2], [4, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]))
    model.node(
      "QGemm",
      ["q", "s", "z", "w", "ws", "wz", "c"],
      ["y"],
      [.float("alpha", 2), .int("transB", 1)],
      domain: Self.microsoft
    )
    // 2·([1, 2] · [[½, −4], [1½, 8]]) and 4 · ½·½·2, −1 · ½·2·2
    #expect(try model.evaluate(["x": [1, 2]]).values == [7 + 2, 24 - 2])
  }

  @Test("a convolution pads with zero, whatever its zero point")
  func convolution() throws {
    var model = Self.model([1, 1, 2, 2])
    model.constant(.int8("w", [1, 2, 3, 4], [1, 1, 2, 2]))
    model.floats("ws", [1], [1])
    model.constant(.int8("wz", [0], [1]))
    model.constant(.raw("c", 6, [1], [2, 0, 0, 0]))
    model.constant(.uint8("yz", [0], []))
    model.floats("ys", [1], [])
    model.node(
      "QLinearConv",
      ["q", "s", "z", "w", "ws", "wz", "ys", "yz", "c"],
      ["y"],
      [.ints("pads", [1, 1, 0, 0])]
    )
    // The bias is 2·½.
    let expected: [Double] = [5, 4, 3, 10]
    #expect(try model.evaluate(["x": [1, 0, 0, 2]]).values == expected)
  }

  @Test("functions, means, parts")
  func others() throws {
    func codes(
      _ type: String,
      _ attributes: [ONNXAttributeProto] = [],
      inputs: [String] = ["q", "s", "z", "ys", "yz"]
    ) throws -> [Double] {
      var model = Self.model([1, 2, 2])
      model.floats("ys", [0.125], [])
      model.constant(.uint8("yz", [100], []))
      model.node(type, inputs, ["y"], attributes, domain: Self.microsoft)
      return try model.evaluate(["x": [0, 1, -2, 4]]).values
    }
    #expect(try codes("QLinearSigmoid") == [104, 106, 101, 108])
    #expect(try codes("QLinearLeakyRelu", [.float("alpha", 0.25)]) == [100, 108, 97, 132])
    #expect(
      try codes("QLinearSoftmax", [.int("axis", -1), .int("opset", 17)]) == [102, 106, 100, 108]
    )
    let mean: [ONNXAttributeProto] = [.ints("axes", [2]), .int("keepdims", 0)]
    #expect(try codes("QLinearReduceMean", mean) == [104, 110])
    #expect(try codes("QLinearGlobalAveragePool") == [104, 110])
    let parts = ["ys", "yz", "q", "s", "z", "q", "s", "z"]
    #expect(try codes("QLinearConcat", [.int("axis", 2)], inputs: parts).count == 8)
  }

  @Test("channels at the end are refused by name")
  func channelsLast() {
    var model = Self.model([1, 2, 2])
    let attribute = [ONNXAttributeProto.int("channels_last", 1)]
    let inputs = ["q", "s", "z", "s", "z"]
    model.node("QLinearGlobalAveragePool", inputs, ["y"], attribute, domain: Self.microsoft)
    #expect { try model.graph() } throws: { "\($0)".contains("channels last") }
  }
}
