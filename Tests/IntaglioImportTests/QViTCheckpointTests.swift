import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Checkpoints of Q-ViT")
struct QViTCheckpointTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func quantizer(_ name: String, in graph: Graph) throws -> Quantizer {
    for value in graph.live where graph.name(of: value) == name {
      if case .quantize(let quantizer) = graph[value].operation { return quantizer }
    }
    throw Missing(name: name)
  }

  private struct Missing: Error { let name: String }

  @Test("an activation's scale is the float64 mean, its zero points round half to even")
  func meanScale() throws {
    let graph = try Checkpoint.qvit.read(in: folder).graph
    let quantizer = try quantizer("blocks.1.attn.qkv.act", in: graph)
    #expect(quantizer.type == .i(3))
    #expect(quantizer.scale == Scale(Rational(17, over: 64)))
    let rounded = (0..<16).map { $0 % 2 == 0 ? $0 : $0 + 1 }
    #expect(quantizer.zeroPoint == ZeroPoint(rounded, axis: 2, rank: 3))
    #expect(quantizer.placement == .beforeRounding)
  }

  @Test("per channel, the scales are the vector itself, whatever its signs")
  func channelScales() throws {
    var checkpoint = Checkpoint.qvit
    checkpoint.files["config.json"] = """
      {"nbits": 2, "activation_scale": "per_channel", "mean": [0, 0, 0], "std": [1, 1, 1]}
      """
    checkpoint.set("blocks.0.attn.v_act.alpha", [0.5, -0.25])
    let graph = try checkpoint.read(in: folder).graph
    let heads = try quantizer("blocks.0.attn.v_act", in: graph)
    #expect(heads.type == .i(2))
    #expect(heads.scale.shape == [2, 1, 1])
    #expect(heads.scale.values == [Rational(1, over: 2), Rational(-1, over: 4)])
    let probabilities = try quantizer("blocks.0.attn.attn_act", in: graph)
    #expect(probabilities.type == .u(2))
    let pixels = try quantizer("patch_embed.proj.act", in: graph)
    #expect(pixels.type == .i8)
    #expect(pixels.scale.shape == [3, 1, 1])
  }

  @Test("weights are constants of their own width: 8 bits outside, the model's inside")
  func weights() throws {
    let graph = try Checkpoint.qvit.read(in: folder).graph
    var types: [String: ValueType] = [:]
    for value in graph.live {
      if let name = graph.name(of: value), let tensor = graph.constant(value) {
        types[name] = tensor.type
      }
    }
    #expect(types["patch_embed.proj.weight"] == ValueType(.integer(.i8), [16, 3, 4, 4]))
    #expect(types["blocks.0.attn.qkv.weight"] == ValueType(.integer(.i(3)), [16, 48]))
    #expect(types["blocks.1.mlp.fc2.weight"] == ValueType(.integer(.i(3)), [48, 16]))
    #expect(types["head.weight"] == ValueType(.integer(.i8), [16, 5]))
  }

  @Test("every operand of every matrix multiplication comes from integers")
  func operands() throws {
    let graph = try Checkpoint.qvit.read(in: folder).graph
    var products = 0
    for value in graph.live where graph[value].operation.isMatrixMultiplication {
      products += 1
      for operand in graph[value].operands {
        var source = operand
        while case .layout = graph[source].operation { source = graph[source].operands[0] }
        let isDequantized =
          if case .dequantize = graph[source].operation { true } else { false }
        #expect(isDequantized, "\(graph.label(of: value))")
      }
    }
    #expect(products == 14)
  }

  @Test("a class token alone is normalised and quantized before the head")
  func head() throws {
    let graph = try Checkpoint.qvit.read(in: folder).graph
    let head = try quantizer("head.act", in: graph)
    #expect(head.type == .i8)
    let output = try #require(graph.outputs.first)
    #expect(output.name == "logits")
    #expect(graph.type(of: output.value) == ValueType(.real, [1, 5]))
    #expect(graph.live.count == graph.nodes.count)
  }
}
