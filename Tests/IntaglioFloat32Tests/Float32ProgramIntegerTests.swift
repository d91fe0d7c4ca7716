import IntaglioGraph
import IntaglioNumerics
import IntaglioFloat32
import IntaglioTestSupport
import Testing

@Suite("Float32Program: integers are exact")
struct Float32ProgramIntegerTests {
  private func agree(_ graph: Graph, _ inputs: [String: [Int]]) throws {
    let near = try Float32Program(graph).run(inputs.mapValues { .integer($0.map { Int32($0) }) })
    let truth = try Oracle<Double>(graph).run(inputs.mapValues { .integer($0) })
    #expect(near["y"]?.integers?.map(Int.init) == truth["y"]?.integers)
  }

  @Test(
    "products that floats, doubles and only 64-bit integers carry",
    arguments: [7, 2_000, 40_000_000, Int(Int32.max)]
  )
  func carriers(largest: Int) throws {
    var random = SplitMix64(seed: UInt64(largest))
    let graph = try SmallGraph(.matmul, .codes(.i32, 2, 3, 9), .codes(.i32, 9, 5)).graph
    // Opposite pairs keep every sum within 32 bits.
    var a: [Int] = []
    for _ in 0..<6 {
      let half = (0..<4).map { _ in Int.random(in: -largest...largest, using: &random) }
      a += half + half.map { -$0 } + [1]
    }
    let top = (0..<20).map { _ in Int.random(in: -largest...largest, using: &random) }
    let b = top + top + (0..<5).map { _ in Int.random(in: -9...9, using: &random) }
    try agree(graph, ["a": a, "b": b])
  }

  @Test("a product at the edge of what floats hold")
  func edge() throws {
    // 1040 · 127 · 127 is just below 2²⁴, 1041 · 127 · 127 just above.
    for depth in [1040, 1041] {
      let graph = try SmallGraph(.matmul, .codes(.i8, 1, depth), .codes(.i8, depth, 1)).graph
      let most = [Int](repeating: 127, count: depth)
      try agree(graph, ["a": most, "b": most])
      try agree(graph, ["a": most, "b": (0..<depth).map { $0 % 2 == 0 ? 127 : -126 }])
    }
  }

  @Test("a constant weight serves a batch in one product")
  func constantWeight() throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "a", ValueType(.integer(.i8), [2, 2, 2])))
    let weight = try #require(Tensor([1, -2, 3, 4], .i(4), shape: [2, 2]))
    let w = try graph.append(.constant(weight))
    graph.addOutput("y", try graph.append(.matmul, x, w))
    try agree(graph, ["a": [1, 2, 3, 4, 5, 6, 7, -128]])
  }

  @Test("a convolution of codes pads with code zero")
  func convolution() throws {
    let convolution = Convolution(strides: [1, 2], padding: [1, 0, 1, 2], groups: 2)
    let graph = try SmallGraph(
      .convolution(convolution),
      .codes(.u8, 2, 4, 3, 4),
      .codes(.i(3), 6, 2, 2, 3)
    ).graph
    let x = (0..<96).map { ($0 * 89) % 256 }
    try agree(graph, ["a": x, "b": (0..<72).map { ($0 * 5) % 8 - 4 }])
  }

  @Test("wide codes and far zero points quantize alike")
  func wideCodes() throws {
    for (type, zeroPoint) in [(IntegerType.i(24), 3), (.i(8), 1 << 24)] {
      for placement in [ZeroPointPlacement.afterRounding, .beforeRounding] {
        let quantizer = Quantizer(
          type,
          scale: Scale(Rational(1, over: 4)),
          zeroPoint: ZeroPoint(zeroPoint),
          placement: placement
        )
        var graph = Graph()
        let x = try graph.append(.input(name: "a", .real(4)))
        let codes = try graph.append(.quantize(quantizer), x)
        graph.addOutput("q", codes)
        graph.addOutput("y", try graph.append(.dequantize(quantizer.inverse), codes))
        let values: [Float] = [-4_194_304, 0.625, 1000.125, 1e30]
        let near = try Float32Program(graph).run(["a": .real(values)])
        let truth = try Oracle<Double>(graph).run(["a": .real(values.map(Double.init))])
        #expect(near["q"]?.integers?.map(Int.init) == truth["q"]?.integers)
        #expect(near["y"]?.floats == truth["y"]?.reals?.map(Float.init))
      }
    }
  }
}
