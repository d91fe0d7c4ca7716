import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import IntaglioRuntime
import Testing

/// Attention whose exponentials are quantized relative to their row, from end to end.
@Suite("Attention relative to its rows")
struct RelativeAttentionTests {
  private static let (heads, tokens, dims) = (2, 5, 4)

  /// Codes of queries, keys and values, side by side → codes behind the attention.
  ///
  /// √e in 4 bits, squared to levels of 8; the sum of the levels divides behind P·V.
  private static func graph(_ random: inout SplitMix64, mask: [Double]?) throws -> Graph {
    var graph = Graph()
    let type = ValueType(.integer(.i(4)), [heads, tokens, 3 * dims])
    let x = try graph.append(.input(name: "x", type))
    func operand(_ index: Int, _ scale: Rational) throws -> Value {
      let slice = Layout.slice(axis: 2, start: index * dims, count: dims)
      let codes = try graph.append(.layout(slice), x)
      return try graph.append(.dequantize(Dequantizer(scale: Scale(scale))), codes)
    }
    func ratio(_ range: ClosedRange<Int>) -> Rational {
      Rational(Int.random(in: range, using: &random), over: 128)
    }
    let q = try operand(0, ratio(8...40))
    let k = try graph.append(.layout(.transpose([0, 2, 1])), operand(1, ratio(8...40)))
    let v = try operand(2, ratio(4...60))
    var scores = try graph.append(.matmul, q, k, name: "qk")
    if let mask {
      let constant = try graph.append(.constant(Tensor(mask, shape: [tokens, tokens])))
      scores = try graph.append(.add, scores, constant)
    }
    let exponential = try graph.append(.rowExponential, scores, name: "exponential")
    let root = try graph.append(.function(.squareRoot), exponential)
    let quantizer = Quantizer(.u(4), scale: Scale(Rational(1, over: 15)))
    let codes = try graph.append(.quantize(quantizer), root, name: "codes")
    let squares = LookupFunction(.u8, index: .u(4), entries: (0...15).map { $0 * $0 })
    let levels = try graph.append(.integer(.lookup(squares)), codes, name: "levels")
    let p = try graph.append(
      .dequantize(Dequantizer(scale: Scale(Rational(1, over: 225)))),
      levels
    )
    let product = try graph.append(.matmul, p, v, name: "pv")
    let quotient = try graph.append(.divide, product, graph.append(.sum(axis: 2), p))
    let bias = (0..<heads * dims).map { _ in ratio(-128...128).doubleValue }
    let constant = try graph.append(.constant(Tensor(bias, shape: [heads, 1, dims])))
    let sum = try graph.append(.add, quotient, constant, name: "biased")
    let scales = (0..<heads * dims).map { _ in ratio(4...60) }
    let output = Quantizer(
      .u(4),
      scale: Scale(scales, shape: [heads, 1, dims]),
      zeroPoint: ZeroPoint(7)
    )
    graph.addOutput("y", try graph.append(.quantize(output), sum, name: "proj.act"))
    return graph
  }

  private static func integers(_ graph: Graph) throws -> IntegerOnlyGraph {
    let moved = try Pipeline().apply(to: graph)
    #expect(StreamPoints(moved).values.isEmpty)
    let after = try IntegerOnlyPipeline().apply(to: moved, streams: [:])
    return try IntegerOnlyGraph(verifying: IntegerGraph(verifying: after))
  }

  /// The engine's codes are the oracle's of the integer graph, and those of the reals but for ties.
  private func expectEqual(
    _ graph: Graph,
    _ integers: IntegerOnlyGraph,
    _ random: inout SplitMix64
  ) throws {
    let plan = try Plan(integers.program)
    let codes = (0..<3 * Self.heads * Self.tokens * Self.dims).map { _ in
      Int.random(in: -8...7, using: &random)
    }
    let inputs = ["x": OracleTensor<Double>.integer(codes)]
    let exact = try #require(try Oracle<Double>(integers.graph).run(inputs)["y"]?.integers)
    let found = try Executor(plan).outputs(codes.map { Float($0) }, count: plan.batch)
    #expect(found == [exact.map { Float($0) }])
    let sum = try #require(graph.live.first { graph.name(of: $0) == "biased" })
    let output = try #require(graph.outputs.first?.value)
    guard case .quantize(let quantizer) = graph[output].operation else { return }
    let truth = try Oracle<Double>(graph).run(inputs, keeping: [sum])
    let reals = try #require(truth.kept[sum]?.reals)
    let expected = try #require(truth["y"]?.integers)
    let steps = quantizer.scale.expanded(over: graph.type(of: output).shape).map(\.doubleValue)
    for index in expected.indices where expected[index] != exact[index] {
      let fraction = reals[index] / steps[index]
      #expect((fraction - fraction.rounded(.down) - 0.5).magnitude < 1e-9)
    }
  }

  @Test("becomes four integer steps that equal the model", arguments: 0..<16 as Range<UInt64>)
  func attention(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let causal = (0..<Self.tokens * Self.tokens).map {
      $0 % Self.tokens <= $0 / Self.tokens ? 0 : -Double.infinity
    }
    for mask in [nil, causal] {
      let graph = try Self.graph(&random, mask: mask)
      let integers = try Self.integers(graph)
      #expect(integers.graph.bounds.isEmpty)
      #expect(integers.program.coverage.entries.allSatisfy { $0.status == .exact })
      let names = integers.graph.live.map { integers.graph[$0].operation.name }
      #expect(
        names.contains("row-steps") && names.contains("quotient") && !names.contains("lookup")
      )
      for _ in 0..<4 { try expectEqual(graph, integers, &random) }
    }
  }
}
