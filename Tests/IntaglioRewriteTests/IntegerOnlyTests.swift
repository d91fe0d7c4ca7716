import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

/// Quantized layers to put blocks together from.
private struct Builder {
  var isCentered = true
  var graph = Graph()
  var random = SplitMix64(seed: 11)

  mutating func quantized(_ x: Value, _ name: String, type: IntegerType = .i8) throws -> Value {
    let scale = type.isSigned ? Rational(1, over: 16) : Rational(1, over: 255)
    let quantizer = Quantizer(type, scale: Scale(scale))
    let codes = try graph.append(.quantize(quantizer), x, name: name)
    return try graph.append(.dequantize(quantizer.inverse), codes)
  }

  mutating func constant(_ shape: [Int]) throws -> Value {
    let values = (0..<shape.reduce(1, *)).map { _ in random.real().doubleValue / 4 }
    return try graph.append(.constant(Tensor(values, shape: shape)))
  }

  mutating func linear(_ x: Value, _ outputs: Int, _ name: String) throws -> Value {
    let inputs = graph.type(of: x).shape.last ?? 1
    let weights = try graph.append(.constant(random.tensor(.i(4), [inputs, outputs])))
    let scale = random.broadcast([outputs]) { Rational($0.extent(1...16), over: 256) }
    let real = try graph.append(.dequantize(Dequantizer(scale: scale)), weights)
    let product = try graph.append(.matmul, quantized(x, name + ".act"), real, name: name)
    return try graph.append(.add, product, constant([outputs]))
  }

  mutating func norm(_ x: Value, _ name: String) throws -> Value {
    let width = graph.type(of: x).shape.last ?? 1
    let gamma = try graph.append(
      .constant(Tensor((0..<width).map { Double($0 % 3) - 1 }, shape: [width]))
    )
    guard isCentered else {
      return try graph.append(.rmsNorm(epsilon: 1e-6), x, gamma, name: name)
    }
    return try graph.append(.layerNorm(epsilon: 1e-6), x, gamma, constant([width]), name: name)
  }

  /// x + attention(norm(x)) + mlp(norm(x)) over 4 tokens of 6, with a causal mask.
  mutating func block(_ x: Value) throws -> Value {
    let normal = try norm(x, "norm1")
    let (q, k, v) = (
      try linear(normal, 6, "q"), try linear(normal, 6, "k"), try linear(normal, 6, "v")
    )
    let keys = try graph.append(.layout(.transpose([1, 0])), quantized(k, "k_act"))
    let scores = try graph.append(.matmul, quantized(q, "q_act"), keys, name: "qk")
    let mask = (0..<16).map { $0 % 4 <= $0 / 4 ? 0 : -Double.infinity }
    let causal = try graph.append(.constant(Tensor(mask, shape: [4, 4])))
    let masked = try graph.append(.add, scores, causal, name: "masked")
    let softmax = try graph.append(.softmax, masked, name: "softmax")
    let p = try quantized(softmax, "attn_act", type: .u8)
    let mixed = try graph.append(.matmul, p, quantized(v, "v_act"), name: "pv")
    let y = try graph.append(.add, x, linear(mixed, 6, "proj"), name: "attn.residual")
    let hidden = try linear(norm(y, "norm2"), 8, "fc1")
    let active = try graph.append(.function(.gelu), hidden, name: "act")
    return try graph.append(.add, y, linear(active, 6, "fc2"), name: "mlp.residual")
  }

  /// Image, embedding, a block, the mean of tokens, logits.
  mutating func transformer() throws -> Graph {
    let image = try graph.append(.input(name: "image", ValueType(.real, [4, 3])), name: "image")
    let embedded = try linear(image, 6, "embedding")
    let x = try graph.append(.add, embedded, constant([4, 6]), name: "embed")
    let pooled = try graph.append(.mean(axis: 0), norm(block(x), "norm"), name: "pool")
    graph.addOutput("logits", try linear(pooled, 3, "head"))
    return graph
  }
}

extension Graph {
  fileprivate func names(_ values: [Value]) -> [String] { values.compactMap { name(of: $0) } }

  /// Formats of `bits` for all stream points, with room for eight times what one run has.
  fileprivate func formats(
    _ inputs: [String: OracleTensor<Double>],
    bits: Int
  ) throws -> [Value: StreamFormat] {
    let points = StreamPoints(self).values
    let kept = try Oracle<Double>(self).run(inputs, keeping: Set(points)).kept
    return try Dictionary(
      uniqueKeysWithValues: points.map { point in
        let reals = try #require(kept[point]?.reals)
        let width = type(of: point).shape.last ?? 1
        let magnitudes = (0..<width).map { column in
          stride(from: column, to: reals.count, by: width).map { reals[$0].magnitude }.max() ?? 0
        }
        return (point, StreamFormat(bits: bits, magnitudes: magnitudes, headroom: 8, spread: 6))
      }
    )
  }
}

@Suite("Nothing but integers")
struct IntegerOnlyTests {
  private func inputs(seed: UInt64) -> [String: OracleTensor<Double>] {
    var random = SplitMix64(seed: seed)
    return ["image": .real((0..<12).map { _ in Double.random(in: -4...4, using: &random) })]
  }

  @Test("streams are the residual sums and what feeds norms and means, nothing around softmax")
  func points() throws {
    for isCentered in [true, false] {
      var builder = Builder(isCentered: isCentered)
      let graph = try Pipeline().apply(to: builder.transformer())
      #expect(
        graph.names(StreamPoints(graph).values)
          == ["embed", "attn.residual", "mlp.residual", "norm"]
      )
    }
  }

  @Test("what is joined is a stream where a sum reads it and something else does, too")
  func joined() throws {
    for isShifted in [false, true] {
      var builder = Builder()
      let image = try builder.graph.append(.input(name: "image", ValueType(.real, [4, 3])))
      let embedded = try builder.linear(image, 6, "embedding")
      let token = try builder.constant([1, 6])
      var all = try builder.graph.append(.concat(axis: 0), token, embedded, name: "all")
      if isShifted {
        all = try builder.graph.append(.add, all, builder.constant([5, 6]), name: "shifted")
      }
      let layer = try builder.linear(all, 6, "layer")
      let residual = try builder.graph.append(.add, all, layer, name: "residual")
      builder.graph.addOutput("logits", try builder.linear(residual, 3, "head"))
      let graph = try Pipeline().apply(to: builder.graph)
      let names = graph.names(StreamPoints(graph).values)
      #expect(names == [isShifted ? "shifted" : "all", "residual"])
      let streams = try graph.formats(inputs(seed: 1), bits: 16)
      let integers = try IntegerOnlyPipeline().apply(to: graph, streams: streams)
      _ = try IntegerOnlyGraph(verifying: IntegerGraph(verifying: integers))
    }
  }

  @Test("what comes before the first codes or after the last is no stream")
  func ends() throws {
    var builder = Builder()
    let image = try builder.graph.append(.input(name: "image", ValueType(.real, [4, 3])))
    // A norm and a sum of the image itself, then codes; logits that are summed.
    let shifted = try builder.graph.append(.add, image, builder.constant([3]), name: "shifted")
    let normal = try builder.norm(shifted, "head norm")
    let logits = try builder.linear(normal, 3, "layer")
    let sum = try builder.graph.append(.add, logits, builder.constant([4, 3]), name: "tail")
    builder.graph.addOutput("logits", try builder.norm(sum, "tail norm"))
    let graph = try Pipeline().apply(to: builder.graph)
    #expect(StreamPoints(graph).values.isEmpty)
    _ = try IntegerOnlyGraph(verifying: IntegerGraph(verifying: graph))
  }

  @Test("a stream's error is half a unit, and its name is that of the value")
  func placement() throws {
    var builder = Builder()
    let graph = try Pipeline().apply(to: builder.transformer())
    let formats = try graph.formats(inputs(seed: 1), bits: 16)
    let placed = try graph.placingStreams(formats)
    let names = placed.live.compactMap { value in
      if case .quantize(let quantizer) = placed[value].operation, quantizer.type == .i(16) {
        placed.name(of: value)
      } else {
        nil
      }
    }
    #expect(names == ["embed", "attn.residual", "mlp.residual", "norm"])
    let wrong = try #require(formats.keys.first)
    let format = StreamFormat(.i(16), exponents: Broadcast([0, 1, 2, 3, 4], shape: [5]))
    #expect(throws: GraphError.self) { try graph.placingStreams([wrong: format]) }
  }

  @Test(
    "a transformer with a mask becomes integers alone, near its own logits",
    arguments: [NormArithmetic.exact, .rounded(fractionBits: 20), .fixedPoint],
    [true, false]
  )
  func pipeline(norms: NormArithmetic, isCentered: Bool) throws {
    var builder = Builder(isCentered: isCentered)
    let graph = try Pipeline().apply(to: builder.transformer())
    let formats = try graph.formats(inputs(seed: 1), bits: 24)
    let pipeline = IntegerOnlyPipeline(.init(norms: norms))
    let after = try pipeline.apply(to: graph, streams: formats)
    let proof = try IntegerOnlyGraph(verifying: IntegerGraph(verifying: after))
    let functions = proof.graph.countFunctions { function in
      switch function {
      case .norm, .softmax: true
      case .thresholds, .lookup, .scaledSum, .rowThresholds, .quotient: false
      }
    }
    #expect(functions == 4)
    for seed in 2..<10 as Range<UInt64> {
      let expected = try #require(
        try Oracle<Double>(graph).run(inputs(seed: seed))["logits"]?.reals
      )
      let found = try #require(try Oracle<Double>(after).run(inputs(seed: seed))["logits"]?.reals)
      // A code may differ beside a tie; each is 1/16, and a weight is at most 1/2.
      let largest = expected.map(\.magnitude).max() ?? 0
      for (a, b) in zip(expected, found) { #expect((a - b).magnitude < 0.2 + 0.05 * largest) }
    }
  }

  @Test("the proof refuses what stays real, by name and with the reason")
  func refusals() throws {
    func error(
      _ build: (inout Builder, Value) throws -> Value
    ) throws -> IntegerOnlyError {
      var builder = Builder()
      let image = try builder.graph.append(.input(name: "image", ValueType(.real, [4, 3])))
      let layer = try builder.linear(image, 6, "first")
      let value = try build(&builder, layer)
      builder.graph.addOutput("logits", try builder.linear(value, 3, "head"))
      let graph = try Pipeline().apply(to: builder.graph)
      let after = try IntegerOnlyPipeline().apply(to: graph, streams: [:])
      let program = try IntegerGraph(verifying: after)
      return try #require(
        #expect(throws: IntegerOnlyError.self) {
          try IntegerOnlyGraph(verifying: program)
        }
      )
    }
    // Without a stream the norm reads reals.
    let norm = try error { builder, x in
      try builder.norm(
        builder.graph.append(.add, x, builder.graph.append(.function(.relu), x)),
        "norm9"
      )
    }
    #expect(norm.nodes.contains { $0.name == "norm9" && $0.reason.contains("layer-norm needs") })
    #expect("\(norm)".contains("stay real between integers:\n"))
    let gate = try error { builder, x in
      let gate = try builder.linear(x, 6, "gate")
      return try builder.graph.append(.multiply, x, gate, name: "gated")
    }
    #expect(gate.nodes.map(\.name) == ["gated"])
    #expect(gate.nodes[0].reason.contains("two computed values are multiplied"))
    #expect("\(gate)".hasPrefix("1 value stays real between integers:\n  gated: two"))
    let quotient = try error { builder, x in
      let square = try builder.graph.append(.function(.power(2)), builder.linear(x, 6, "gate"))
      let one = try builder.graph.append(.constant(Tensor(scalar: 1)))
      let positive = try builder.graph.append(.add, square, one)
      return try builder.graph.append(.divide, x, positive, name: "ratio")
    }
    #expect(quotient.nodes.contains { $0.name == "ratio" && $0.reason.contains("divided") })
  }
}
