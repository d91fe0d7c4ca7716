import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioNumerics
import IntaglioTestSupport
import Testing

/// ViT-Tiny as real exporters write it.
@Suite("ViT-Tiny in ONNX", .enabled(if: SharedData.isWanted))
struct ONNXFixtureTests {
  enum Model: String, CaseIterable, CustomTestStringConvertible {
    case float = "vit_tiny_float_opset17.onnx"
    case quantized = "vit_tiny_qdq_matmul_u8s8.onnx"

    var testDescription: String { rawValue }

    var logits: String {
      switch self {
      case .float: "data/vit-tiny/logits_float32_imagenet_sample.npy"
      case .quantized: "fixtures/vit-tiny-onnx/logits_onnxruntime_qdq_imagenet_sample.npy"
      }
    }

    func graph() throws -> Graph? {
      guard let path = SharedData.path("fixtures/vit-tiny-onnx/\(rawValue)") else { return nil }
      return try ONNXFile(path: path).graph
    }
  }

  private func names(_ graph: Graph, _ matches: (IntaglioGraph.Operation) -> Bool) -> [String?] {
    graph.values.filter { matches(graph[$0].operation) }.map { graph.name(of: $0) }
  }

  @Test("has 74 matrix products under the names of the file", arguments: Model.allCases)
  func products(model: Model) throws {
    guard let graph = try model.graph() else { return }
    let found = names(graph, \.isMatrixMultiplication)
    #expect(found.count == 74)
    #expect(found.allSatisfy { $0 != nil })
    let suffix = model == .float ? "" : "/MatMulAddFusion"
    let block = [
      "attn/qkv/MatMul\(suffix)", "attn/MatMul", "attn/MatMul_1", "attn/proj/MatMul\(suffix)",
      "mlp/fc1/MatMul\(suffix)", "mlp/fc2/MatMul\(suffix)",
    ]
    let blocks = (0..<12).flatMap { index in block.map { "/blocks/blocks.\(index)/\($0)" } }
    #expect(found == ["/patch_embed/proj/Conv"] + blocks + ["/head/Gemm"])
  }

  @Test("is made of a ViT's operations, nothing in elementary steps", arguments: Model.allCases)
  func operations(model: Model) throws {
    guard let graph = try model.graph() else { return }
    #expect(graph.inputs.map { graph.type(of: $0) } == [ValueType(.real, [1, 3, 224, 224])])
    #expect(graph.outputs.map(\.name) == ["y"])
    #expect(graph.type(of: graph.outputs[0].value) == ValueType(.real, [1, 1000]))
    #expect(names(graph) { $0 == .function(.gelu) }.count == 12)
    #expect(names(graph) { $0 == .softmax }.count == 12)
    let norm = Operation.layerNorm(epsilon: Double(Float(1e-6)))
    #expect(names(graph) { $0 == norm }.count == 25)
    #expect(graph.live.count == graph.nodes.count)
  }

  @Test("quantizes to uint8 around weights of int8, one scale per channel")
  func quantizers() throws {
    guard let graph = try Model.quantized.graph() else { return }
    var quantizers = 0
    var weights = 0
    for value in graph.values {
      if case .quantize(let quantizer) = graph[value].operation {
        quantizers += 1
        #expect(quantizer.type == .u8 && quantizer.scale.uniform != nil)
        #expect(graph.name(of: value)?.hasSuffix("_QuantizeLinear") == true)
      }
      if case .dequantize(let dequantizer) = graph[value].operation,
        let codes = graph.constant(graph[value].operands[0]), codes.shape.count > 1
      {
        weights += 1
        #expect(codes.type.integer == .i8 && dequantizer.scale.uniform == nil)
      }
    }
    #expect(quantizers == 172 && weights == 50)
  }

  /// The first images of the sample as the model sees them, and the recorded logits.
  private func samples(
    of model: Model
  ) throws -> [(input: [Double], logits: ArraySlice<Double>)] {
    guard let folder = SharedData.path("data/imagenet-sample"),
      let path = SharedData.path(model.logits)
    else { return [] }
    let preprocessing = try Preprocessing(
      channels: 3,
      resize: .shorterSide(248),
      crop: Preprocessing.Size(width: 224, height: 224),
      interpolation: .bicubic,
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5]
    )
    let count = SharedData.limit(few: 4, of: 1000)
    let data = try DataSet.open(directory: folder, limit: count)
    let logits = try NPYFile(contentsOf: path).doubles()
    return try (0..<count).map { index in
      let input = try preprocessing.apply(to: data.image(at: index)).map(Double.init)
      return (input, logits[index * 1000..<(index + 1) * 1000])
    }
  }

  private func largest(_ logits: some Collection<Double>) -> Int? {
    logits.enumerated().max { $0.element < $1.element }?.offset
  }

  @Test("computes the recorded float32 logits to 1e-3")
  func floatLogits() throws {
    guard let graph = try Model.float.graph() else { return }
    let oracle = try Oracle<Double>(graph)
    for (input, logits) in try samples(of: .float) {
      let found = try #require(oracle.run(["x": .real(input)])["y"]?.reals)
      #expect(zip(found, logits).allSatisfy { abs($0 - $1) < 1e-3 })
    }
  }

  /// What the first quantizer makes of the input when it divides in float32.
  ///
  /// With this preparation every pixel is a tie: (p / 255 − ½) / ½ over a scale of 2 / 255 is
  /// p − 127.5. The recorded run decided them in float32.
  private func quantizedInFloat32(_ input: [Double], _ quantizer: Quantizer) -> [Double] {
    guard let scale = quantizer.scale.uniform else { return input }
    return input.map { value in
      let code = (Float(value) / scale.floatValue).rounded(.toNearestOrEven)
      return Double(code) * scale.doubleValue
    }
  }

  @Test("mostly gives the answers of the recorded quantized run")
  func quantizedLogits() throws {
    guard let graph = try Model.quantized.graph() else { return }
    let oracle = try Oracle<Double>(graph)
    let first = graph.values.first { graph.name(of: $0) == "x_QuantizeLinear" }
    guard let first, case .quantize(let quantizer) = graph[first].operation else {
      Issue.record("there is no quantizer of the input")
      return
    }
    let samples = try samples(of: .quantized)
    var equal = 0
    for (input, logits) in samples {
      let codes = quantizedInFloat32(input, quantizer)
      let found = try #require(oracle.run(["x": .real(codes)])["y"]?.reals)
      if largest(found) == largest(logits) { equal += 1 }
    }
    // The model amplifies single steps: two float32 runs of it agree on 92 %.
    #expect(Double(equal) >= 0.75 * Double(samples.count))
  }
}
