import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import Testing

@Suite("ONNX Runtime's fused operators")
struct FusedOperatorsTests {
  static let x: [Double] = [1, 2, 0, -1, 0, 1, 1, 0.5, -1, 0, 2, 1]

  /// One node on `x [1, 3, 4]`.
  static func model(
    _ type: String,
    _ inputs: [String],
    _ attributes: [ONNXAttributeProto] = [],
    outputs: [String] = ["y"],
    domain: String = "com.microsoft",
    opset: Int = 17,
    _ constants: [ONNXTensorProto] = []
  ) -> ONNXTestModel {
    var model = ONNXTestModel(opset: opset)
    model.input("x", [1, 3, 4])
    for constant in constants { model.constant(constant) }
    model.node(type, inputs, outputs, attributes, name: "/fused", domain: domain)
    model.output("y")
    return model
  }

  private static func expect(_ model: ONNXTestModel, _ values: [Double]) throws {
    let shape = try model.graph().type(of: model.graph().outputs[0].value).shape
    let found = try model.evaluate(["x": x])
    #expect(found.isClose(to: TestTensor(values, shape), within: 2e-6), "found \(found)")
  }

  // Numbers below are ONNX Runtime's.

  @Test("activations with a bias")
  func activations() throws {
    let bias = ONNXTensorProto.floats("b", [1, 0, -1, 0.5], [4])
    try Self.expect(
      Self.model("BiasGelu", ["x", "b"], [], [bias]),
      [
        1.9544997, 1.9544997, -0.15865526, -0.15426877, 0.84134471, 0.84134471, 0, 0.84134471, 0, 0,
        0.84134471, 1.3997892,
      ]
    )
    try Self.expect(
      Self.model("FastGelu", ["x", "b"], [], [bias]),
      [
        1.9545977, 1.9545977, -0.15880796, -0.15428600, 0.84119201, 0.84119201, 0, 0.84119201, 0, 0,
        0.84119201, 1.3995715,
      ]
    )
    try Self.expect(
      Self.model("QuickGelu", ["x"]),
      [
        0.84579575, 1.9356587, 0, -0.15420422, 0, 0.84579575, 0.84579575, 0.35038841, -0.15420422,
        0, 1.9356587, 0.84579575,
      ]
    )
  }

  @Test("a product with a factor and a transposed matrix")
  func product() throws {
    let model = Self.model("FusedMatMul", ["x", "x"], [.float("alpha", 0.5), .int("transB", 1)])
    try Self.expect(model, [3, 0.75, -1, 0.75, 1.125, 1.25, -1, 1.25, 3])
    let moved = Self.model("FusedMatMul", ["x", "x"], [.int("transBatchA", 1)])
    #expect { try moved.graph() } throws: { "\($0)".contains("transBatchA") }
  }

  @Test("norms of a sum, and the sum")
  func norms() throws {
    let twice = ONNXTensorProto.floats("k", Self.x.map { Float(2 * $0) }, [1, 3, 4])
    let vectors: [ONNXTensorProto] = [
      twice, .floats("g", [1, 2, -1, 0.5], [4]), .floats("b", [0, 1, 0, 2], [4]),
      .floats("c", [1, 0, 0, -1], [4]),
    ]
    let inputs = ["x", "k", "g", "b", "c"]
    let epsilon = [ONNXAttributeProto.float("epsilon", 1e-3)]
    try Self.expect(
      Self.model("SkipLayerNormalization", inputs, epsilon, vectors),
      [
        0.65092248, 3.3433208, 0.39055350, 1.2839854, -0.76805371, 2.9749951, -0.98749763,
        1.3965292, -1.1831483, -0.014127135, -1.5211907, 2.0845106,
      ]
    )
    let outputs = ["n", "", "", "y"]
    try Self.expect(
      Self.model("SkipLayerNormalization", inputs, epsilon, outputs: outputs, vectors),
      [4, 6, 0, -4, 1, 3, 3, 0.5, -2, 0, 6, 2]
    )
    try Self.expect(
      Self.model("SkipSimplifiedLayerNormalization", ["x", "k", "g"], epsilon, vectors),
      [
        0.81646633, 3.2658653, 0, -0.40823317, 0, 2.6664033, -1.3332016, 0.33330041, -0.81646633, 0,
        -1.6329326, 0.40823317,
      ]
    )
    let mean = Self.model("SkipLayerNormalization", inputs, epsilon, outputs: ["n", "y"], vectors)
    #expect { try mean.graph() } throws: { "\($0)".contains("output number 2") }
  }

  @Test("attributes that are not known are refused by name")
  func attributes() {
    let model = Self.model("QuickGelu", ["x"], [.int("sharp", 1)])
    #expect { try model.graph() } throws: { "\($0)".contains("sharp") }
  }
}
