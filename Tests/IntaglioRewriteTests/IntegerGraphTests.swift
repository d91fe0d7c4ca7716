import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("IntegerGraph")
struct IntegerGraphTests {
  @Test("a real matmul breaks the proof, by name and reason")
  func realMatmul() throws {
    var graph = Graph()
    let x = try graph.reals("x", [2, 3])
    let w = try graph.append(.constant(Tensor([1, 2, 3] as [Float], shape: [3, 1])))
    graph.addOutput("y", try graph.append(.matmul, x, w, name: "blocks.0.mlp.fc1"))
    let error = #expect(throws: IntegerGraphError.self) { try IntegerGraph(verifying: graph) }
    #expect("\(try #require(error))".contains("blocks.0.mlp.fc1: left operand x is real"))
  }

  @Test("operands wider than 8 bits break the proof")
  func wide() throws {
    var graph = Graph()
    let a = try graph.codes("a", .i(9), [2, 3])
    let b = try graph.codes("b", .i(3), [3, 2])
    graph.addOutput("y", try graph.append(.matmul, a, b, name: "wide"))
    #expect(throws: IntegerGraphError.self) { try IntegerGraph(verifying: graph) }
  }

  @Test("accumulators are proved with the actual weights")
  func accumulator() throws {
    // The types alone would allow 2¹⁷·255·128 > 2³¹; the weights reach only half of it.
    let depth = 1 << 17
    for (weight, fits) in [(63, true), (127, false)] {
      var graph = Graph()
      let a = try graph.codes("a", .u8, [1, depth])
      let w = try #require(
        Tensor([Int](repeating: weight, count: depth), .i8, shape: [depth, 1])
      )
      graph.addOutput("y", try graph.append(.matmul, a, graph.append(.constant(w)), name: "deep"))
      if fits {
        let proof = try IntegerGraph(verifying: graph)
        #expect(proof.range(of: graph.outputs[0].value) == 0...depth * 255 * weight)
      } else {
        #expect(throws: IntegerGraphError.self) { try IntegerGraph(verifying: graph) }
      }
    }
  }

  @Test("corrections that could leave 32 bits break the proof")
  func corrections() throws {
    var graph = Graph()
    let a = try graph.codes("a", .i(31), [2])
    let b = try graph.codes("b", .i(31), [2])
    let c = try graph.codes("c", .i(31), [2])
    let sum = try graph.append(.add, graph.append(.add, a, b), c)
    graph.addOutput("y", sum)
    #expect(throws: IntegerGraphError.self) { try IntegerGraph(verifying: graph) }
  }

  @Test("ranges hold every value that random inputs reach", arguments: 0..<64 as Range<UInt64>)
  func ranges(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var graph = Graph()
    let (m, k, n) = (random.extent(), random.extent(1...6), random.extent())
    let a = try graph.codes("a", random.codeType(), [m, k])
    let b = try graph.append(.constant(random.tensor(random.codeType(), [k, n])))
    let c = try graph.codes("c", random.codeType(), [n, k])
    let product = try graph.append(.matmul, a, b)
    let second = try graph.append(
      .matmul,
      graph.append(.constant(random.tensor(.i(4), [2, n])), name: "left"),
      c
    )
    let both = try graph.append(.matmul, a, graph.append(.layout(.transpose([1, 0])), c))
    let sums = try graph.append(.sum(axis: 1), product)
    let difference = try graph.append(.subtract, product, sums)
    let scaled = try graph.append(.multiply, difference, difference)
    let watched = [product, second, both, sums, difference, scaled]
    for (index, value) in watched.enumerated() { graph.addOutput("\(index)", value) }
    var ranges = Ranges(graph)
    let inputs = random.inputs(of: graph)
    let result = try Oracle<Rational>(graph).run(inputs)
    for (index, value) in watched.enumerated() {
      let found = ranges.range(of: value)
      let range = try #require(found)
      let elements = try #require(result["\(index)"]?.integers)
      #expect(elements.allSatisfy(range.contains))
    }
  }

  @Test("a stream whose sum can leave 62 bits breaks the proof, by name", arguments: [false, true])
  func stream(fits: Bool) throws {
    var graph = Graph()
    let a = try graph.codes("a", .i(8), [2])
    let b = try graph.codes("b", .u(8), [2])
    let sum = ScaledSum(
      .i(16),
      multipliers: [Broadcast(1), Broadcast(1 << (fits ? 53 : 54))],
      offset: Broadcast(1 << 60),
      shift: Broadcast(40)
    )
    graph.addOutput("y", try graph.append(.integer(.scaledSum(sum)), a, b, name: "blocks.1.add"))
    guard !fits else {
      _ = try IntegerGraph(verifying: graph)
      return
    }
    let error = #expect(throws: IntegerGraphError.self) { try IntegerGraph(verifying: graph) }
    #expect("\(try #require(error))".hasPrefix("blocks.1.add: the sum before the shift"))
  }

  @Test("norms of rows too wide for their root break the proof, by name", arguments: [20, 21])
  func norm(left: Int) throws {
    var graph = Graph()
    let x = try graph.codes("x", .i(20), [1, 4])
    let norm = IntegerNorm(
      isCentered: true,
      left: Broadcast(left),
      epsilon: Rational(1 << 40),
      requantizer: Requantizer(.i8, multiplier: Scale(1))
    )
    graph.addOutput("y", try graph.append(.integer(.norm(norm)), x, name: "blocks.1.norm1"))
    guard left > 20 else {
      #expect(throws: Never.self) { try IntegerGraph(verifying: graph) }
      return
    }
    let error = #expect(throws: IntegerGraphError.self) { try IntegerGraph(verifying: graph) }
    #expect("\(try #require(error))".hasPrefix("blocks.1.norm1: rows of 4 elements"))
  }

  @Test(
    "a stated root that the rows leave breaks the proof",
    arguments: [
      (20, 22, 40, nil), (20, 22, 90, "scale bits"), (20, 31, 40, "root bits"),
      (30, 22, 40, "fraction bits"),
    ] as [(Int, Int, Int, String?)]
  )
  func root(fraction: Int, root: Int, scale: Int, reason: String?) throws {
    var graph = Graph()
    let x = try graph.codes("x", .i(20), [1, 16])
    let stated = try #require(
      FixedPointRoot(stated: fraction, rootBits: root, scaleBits: scale, epsilon: 1 << 32)
    )
    let norm = IntegerNorm(
      isCentered: true,
      left: Broadcast(9),
      epsilon: 1,
      method: .fixedPoint(stated),
      requantizer: Requantizer(.i8, multiplier: Scale(1))
    )
    graph.addOutput("y", try graph.append(.integer(.norm(norm)), x, name: "norm"))
    guard let reason else {
      #expect(throws: Never.self) { try IntegerGraph(verifying: graph) }
      return
    }
    let error = #expect(throws: IntegerGraphError.self) { try IntegerGraph(verifying: graph) }
    #expect("\(try #require(error))".contains(reason))
  }
}

@Suite("The whole pipeline")
struct PipelineTests {
  /// One attention head with zero points everywhere, as Q-ViT layers make it.
  private func attention(_ random: inout SplitMix64) throws -> Graph {
    var graph = Graph()
    func codes(_ name: String, _ type: IntegerType, _ shape: [Int], _ zero: [Int]) throws -> Value {
      let q = try graph.codes(name, type, shape)
      return try graph.append(
        .dequantize(Dequantizer(scale: random.scales([]), zeroPoint: random.zeroPoints(zero))),
        q
      )
    }
    let q = try codes("q", .i(3), [2, 4, 3], [2, 1, 1])
    let k = try codes("k", .i(3), [2, 5, 3], [2, 1, 1])
    let p = try codes("p", .u(3), [2, 4, 5], [2, 1, 1])
    let x = try codes("x", .i(3), [1, 5, 4], [4])
    let kT = try graph.append(.layout(.transpose([0, 2, 1])), k)
    let root = try graph.append(.constant(Tensor(scalar: 0.57735)))
    let scores = try graph.append(.multiply, graph.append(.matmul, q, kT, name: "qk"), root)
    graph.addOutput("scores", scores)
    let weights = try graph.append(.constant(random.tensor(.i(3), [6, 4])))
    let w = try graph.append(.dequantize(Dequantizer(scale: random.scales([6, 1]))), weights)
    let linear = try graph.append(
      .matmul,
      x,
      graph.append(.layout(.transpose([1, 0])), w),
      name: "v"
    )
    let bias = try graph.append(.constant(Tensor([0.5, 1, -2, 3, 0.25, 8] as [Float], shape: [6])))
    let heads = try graph.append(
      .layout(.transpose([1, 0, 2])),
      graph.append(.layout(.reshape([5, 2, 3])), graph.append(.add, linear, bias))
    )
    let v = try graph.append(
      .quantize(
        Quantizer(
          .i(3),
          scale: random.scales([]),
          zeroPoint: random.zeroPoints([2, 1, 1]),
          placement: .beforeRounding
        )
      ),
      heads,
      name: "v_act"
    )
    let vHat = try graph.append(
      .dequantize(Dequantizer(scale: random.scales([]), zeroPoint: random.zeroPoints([2, 1, 1]))),
      v
    )
    graph.addOutput("context", try graph.append(.matmul, p, vHat, name: "pv"))
    return graph
  }

  @Test(
    "attention with zero points per head becomes integers, exactly",
    arguments: 0..<64 as Range<UInt64>
  )
  func attention(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let before = try attention(&random)
    let after = try Pipeline().apply(to: before)
    let proof = try IntegerGraph(verifying: after)
    #expect(proof.coverage.entries.map(\.node).sorted() == ["pv", "qk", "v"])
    #expect(proof.coverage.entries.allSatisfy { $0.status == .exact })
    // The value path never leaves the integers between its weights and its quantizer.
    #expect(after.live.contains { after.name(of: $0) == "v_act" && after[$0].isRequantize })
    #expect(after.count { $0 == .add } <= 2, "biases are absorbed")
    let inputs = random.inputs(of: before)
    let expected = try Oracle<Rational>(before).run(inputs).outputs
    #expect(try Oracle<Rational>(after).run(inputs).outputs == expected)
    #expect(try Pipeline().apply(to: after).nodes == after.nodes)
  }
}

extension Node {
  fileprivate var isRequantize: Bool {
    if case .requantize = operation { true } else { false }
  }
}
