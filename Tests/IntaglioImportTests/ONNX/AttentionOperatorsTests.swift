import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("ONNX attention as one operator")
struct AttentionOperatorsTests {
  private static let weights = ONNXTensorProto.floats(
    "w",
    (0..<48).map { Float($0 % 5 - 2) / 4 },
    [4, 12]
  )
  private static let bias = ONNXTensorProto.floats(
    "b",
    (0..<12).map { Float($0 % 3 - 1) / 2 },
    [12]
  )

  private func expect(_ model: ONNXTestModel, _ values: [Double]) throws {
    let found = try model.evaluate(["x": FusedOperatorsTests.x])
    #expect(found.isClose(to: TestTensor(values, [1, 3, 4]), within: 2e-6), "found \(found)")
  }

  // Numbers below are ONNX Runtime's.

  @Test("with weights of its own")
  func attention() throws {
    let constants = [Self.weights, Self.bias]
    let heads = ONNXAttributeProto.int("num_heads", 2)
    try expect(
      FusedOperatorsTests.model("Attention", ["x", "w", "b"], [heads], constants),
      [
        0.27209333, -0.709795, 0.555215, 0.18847039, 0.042103201, -0.55659771, 0.43760833,
        0.26504815, -0.24614954, -0.3588945, 0.45894486, 0.25,
      ]
    )
    let causal: [ONNXAttributeProto] = [heads, .int("unidirectional", 1), .float("scale", 1)]
    try expect(
      FusedOperatorsTests.model("Attention", ["x", "w", "b"], causal, constants),
      [
        -0.75, 0, -0.25, 0.75, -0.2656199, -0.36328506, 0.038135484, 0.51949161, -0.36150593,
        -0.27867493, 0.45919681, 0.25,
      ]
    )
    let past = FusedOperatorsTests.model("Attention", ["x", "w", "b", "", "x"], [heads], constants)
    #expect { try past.graph() } throws: { "\($0)".contains("past keys") }
  }

  @Test("of queries, keys and values")
  func multiHead() throws {
    let heads = [ONNXAttributeProto.int("num_heads", 2)]
    try expect(
      FusedOperatorsTests.model("MultiHeadAttention", ["x", "x", "x", "b"], heads, [Self.bias]),
      [
        1.3091439, 1.3091439, 0.50635159, 0.10096373, 0.73092115, 0.73092115, 1.6003182, 1.2183957,
        -0.10031817, -0.10031817, 1.851574, 1.4133718,
      ]
    )
  }

  @Test("on codes")
  func quantized() throws {
    var model = QLinearOperatorsTests.model([1, 3, 4])
    model.proto.graph.initializers = [
      .floats("s", [0.5], []), .uint8("z", [4], []),
      .uint8("w", (0..<48).map { UInt8($0 % 7) }, [4, 12]), Self.bias, .floats("ws", [0.125], []),
      .uint8("wz", [3], []),
    ]
    model.node(
      "QAttention",
      ["q", "w", "b", "s", "ws", "", "z", "wz"],
      ["y"],
      [.int("num_heads", 2)],
      domain: "com.microsoft"
    )
    try expect(
      model,
      [
        0.98176402, -0.64655436, 0.31668526, 0.015756901, 0.97927678, -0.62773919, 0.026628409,
        0.060040813, 0.97893584, -0.625, -0.25084624, 0.094338596,
      ]
    )
    let graph = try model.graph()
    #expect(graph.values.contains { graph.constant($0)?.type.integer == .u8 })
  }

  @Test("of the standard, with fewer heads of keys and a causal mask")
  func standard() throws {
    let heads: [ONNXAttributeProto] = [.int("q_num_heads", 2), .int("kv_num_heads", 2)]
    try expect(
      FusedOperatorsTests.model("Attention", ["x", "x", "x"], heads, domain: "", opset: 23),
      [
        0.86897647, 1.8689765, 0.52377629, -0.3673023, 0.43594611, 1.4359461, 1.5741023, 0.70885837,
        -0.43594611, 0.56405389, 1.8316971, 0.90372318,
      ]
    )
    let x = FusedOperatorsTests.x.map(Float.init)
    let keys = ONNXTensorProto.floats("k", [0, 1, 4, 5, 8, 9].map { x[$0] }, [1, 3, 2])
    let grouped: [ONNXAttributeProto] = [
      .int("q_num_heads", 2), .int("kv_num_heads", 1), .int("is_causal", 1),
    ]
    try expect(
      FusedOperatorsTests.model(
        "Attention",
        ["x", "k", "k"],
        grouped,
        domain: "",
        opset: 23,
        [keys]
      ),
      [
        1, 2, 1, 2, 0.66976154, 1.6697615, 0.74281669, 1.7428167, -0.43594611, 0.56405389,
        0.86897647, 1.8689765,
      ]
    )
  }

  @Test("rotary embedding of halves and of neighbours", arguments: [false, true])
  func rotation(isInterleaved: Bool) throws {
    let constants: [ONNXTensorProto] = [
      .floats("c", [1, 0.5, 0.5, 1, 0, -1], [1, 3, 2]),
      .floats("s", [0, 0.5, 1, 0, 1, 0.5], [1, 3, 2]),
    ]
    let model = FusedOperatorsTests.model(
      "RotaryEmbedding",
      ["x", "c", "s"],
      [.int("num_heads", 1), .int("interleaved", isInterleaved ? 1 : 0)],
      domain: "",
      opset: 23,
      constants
    )
    try expect(
      model,
      isInterleaved
        ? [1, 2, 0.5, -0.5, -1, 0.5, 1, 0.5, 0, -1, -2.5, 0]
        : [1, 1.5, 0, 0.5, -1, 1, 0.5, 0.5, -2, -0.5, -1, -1]
    )
  }
}
