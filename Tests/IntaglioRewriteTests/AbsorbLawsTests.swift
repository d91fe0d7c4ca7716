import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

/// A dequantized input that the tests below continue from.
private func dequantized(
  _ graph: inout Graph,
  _ random: inout SplitMix64,
  _ shape: [Int],
  _ name: String = "q"
) throws -> Value {
  let q = try graph.codes(name, .i(20), shape)
  return try graph.append(
    .dequantize(
      Dequantizer(
        scale: random.scales([shape.last ?? 1]),
        zeroPoint: random.zeroPoints([]),
        offset: random.scales([shape.last ?? 1])
      )
    ),
    q
  )
}

private func constant(
  _ graph: inout Graph,
  _ random: inout SplitMix64,
  _ shape: [Int]
) throws -> Value {
  let elements = (0..<shape.reduce(1, *)).map { _ in
    Double(Int.random(in: 1...1 << 20, using: &random)) / 4096
  }
  return try graph.append(.constant(Tensor(elements, shape: shape)))
}

@Suite("AbsorbBiasIntoDequantize")
struct AbsorbBiasIntoDequantizeTests {
  @Test(
    "holds for one number and one per channel, added or subtracted",
    arguments: 0..<64 as Range<UInt64>
  )
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for operation in [Operation.add, .subtract] {
      for shape in [[], [3], [2, 1]] {
        var graph = Graph()
        let x = try dequantized(&graph, &random, [2, 3])
        let b = try constant(&graph, &random, shape)
        graph.addOutput("y", try graph.append(operation, x, b, name: "biased"))
        if operation == .add { graph.addOutput("z", try graph.append(operation, b, x)) }
        try checkRule(AbsorbBiasIntoDequantize(), on: graph, fires: true, random: &random)
      }
    }
  }

  @Test("takes a bias that is itself quantized", arguments: 0..<64 as Range<UInt64>)
  func quantizedBias(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var graph = Graph()
    let x = try dequantized(&graph, &random, [2, 3])
    let b = try graph.append(.constant(try random.tensor(.i32, [3])))
    let bias = try graph.append(.dequantize(Dequantizer(scale: random.scales([3]))), b)
    graph.addOutput("y", try graph.append(.add, x, bias))
    try checkRule(AbsorbBiasIntoDequantize(), on: graph, fires: true, random: &random)
  }

  @Test("leaves what is no constant, stretches the codes, or varies over two axes")
  func guards() throws {
    var random = SplitMix64(seed: 1)
    for shape in [[2, 3], [4, 2, 3], [4, 1, 1]] {
      var graph = Graph()
      let x = try dequantized(&graph, &random, [2, 3])
      let b = try constant(&graph, &random, shape)
      graph.addOutput("y", try graph.append(.add, x, b))
      try checkRule(AbsorbBiasIntoDequantize(), on: graph, fires: false, random: &random)
    }
    var graph = Graph()
    let x = try dequantized(&graph, &random, [2, 3])
    let r = try graph.reals("r", [3])
    graph.addOutput("y", try graph.append(.add, x, r))
    graph.addOutput("z", try graph.append(.subtract, try constant(&graph, &random, [3]), x))
    try checkRule(AbsorbBiasIntoDequantize(), on: graph, fires: false, random: &random)
  }

  @Test("leaves infinities and NaN")
  func notFinite() throws {
    for bad in [Double.infinity, .nan] {
      var random = SplitMix64(seed: 2)
      var graph = Graph()
      let x = try dequantized(&graph, &random, [2, 3])
      let b = try graph.append(.constant(Tensor(scalar: bad)))
      graph.addOutput("y", try graph.append(.add, x, b))
      #expect(try graph.rewritten(by: [AbsorbBiasIntoDequantize()]).count { $0 == .add } == 1)
    }
  }
}

@Suite("AbsorbFactorIntoDequantize")
struct AbsorbFactorIntoDequantizeTests {
  @Test("holds for products and quotients", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for operation in [Operation.multiply, .divide] {
      for shape in [[], [3], [2, 1]] {
        var graph = Graph()
        let x = try dequantized(&graph, &random, [2, 3])
        let c = try constant(&graph, &random, shape)
        graph.addOutput("y", try graph.append(operation, x, c, name: "scaled"))
        try checkRule(AbsorbFactorIntoDequantize(), on: graph, fires: true, random: &random)
      }
    }
  }

  @Test("leaves zero factors, larger factors, variables and constants divided by codes")
  func guards() throws {
    var random = SplitMix64(seed: 1)
    var graph = Graph()
    let x = try dequantized(&graph, &random, [2, 3])
    let zero = try graph.append(.constant(Tensor([1, 0, 2] as [Float], shape: [3])))
    graph.addOutput("zero", try graph.append(.multiply, x, zero))
    for (index, shape) in [[2, 3], [4, 1, 1]].enumerated() {
      let c = try constant(&graph, &random, shape)
      graph.addOutput("large \(index)", try graph.append(.multiply, x, c))
    }
    graph.addOutput("variable", try graph.append(.multiply, x, try graph.reals("r", [3])))
    try checkRule(AbsorbFactorIntoDequantize(), on: graph, fires: false, random: &random)

    var quotient = Graph()
    let q = try quotient.append(.input(name: "q", ValueType(.integer(.u(4)), [3])))
    let positive = try quotient.append(
      .dequantize(Dequantizer(scale: Scale(.one), zeroPoint: ZeroPoint(-1))),
      q
    )
    quotient.addOutput(
      "y",
      try quotient.append(.divide, try constant(&quotient, &random, [3]), positive)
    )
    try checkRule(AbsorbFactorIntoDequantize(), on: quotient, fires: false, random: &random)
  }
}

@Suite("MoveDequantizePastAdd")
struct MoveDequantizePastAddTests {
  private func instance(
    _ random: inout SplitMix64,
    equalScales: Bool = true,
    type: IntegerType = .i8,
    stretched: Bool = false
  ) throws -> Graph {
    var graph = Graph()
    let scale = random.scales([3])
    let other = equalScales ? scale : scale.map { $0 * 2 }
    let a = try graph.codes("a", type, [2, 3])
    let b = try graph.codes("b", type, stretched ? [3] : [2, 3])
    func real(_ scale: Scale, _ q: Value) throws -> Value {
      try graph.append(
        .dequantize(
          Dequantizer(
            scale: scale,
            zeroPoint: random.zeroPoints([]),
            offset: random.scales([])
          )
        ),
        q
      )
    }
    let (x, y) = (try real(scale, a), try real(other, b))
    graph.addOutput("y", try graph.append(.add, x, y, name: "sum"))
    return graph
  }

  @Test("holds when the scales agree", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let graph = try instance(&random)
    try checkRule(MoveDequantizePastAdd(), on: graph, fires: true, random: &random)
  }

  @Test("leaves other scales, stretched operands and sums beyond 32 bits")
  func guards() throws {
    var random = SplitMix64(seed: 4)
    for graph in [
      try instance(&random, equalScales: false), try instance(&random, stretched: true),
      try instance(&random, type: .i32),
    ] {
      try checkRule(MoveDequantizePastAdd(), on: graph, fires: false, random: &random)
    }
  }

  @Test("leaves a constant operand: it is a bias")
  func constantOperand() throws {
    var random = SplitMix64(seed: 6)
    var graph = Graph()
    let one = Dequantizer(scale: Scale(.one))
    let a = try graph.append(.dequantize(one), graph.codes("a", .i8, [3]))
    let b = try graph.append(.dequantize(one), graph.append(.constant(random.tensor(.i8, [3]))))
    graph.addOutput("y", try graph.append(.add, a, b))
    try checkRule(MoveDequantizePastAdd(), on: graph, fires: false, random: &random)
  }
}

@Suite("Requantization")
struct RequantizationTests {
  private func instance(
    _ random: inout SplitMix64,
    placement: ZeroPointPlacement
  ) throws -> Graph {
    var graph = Graph()
    let x = try dequantized(&graph, &random, [2, 3])
    // Dyadic scales meet dyadic offsets: ties are frequent.
    let quantizer = Quantizer(
      random.codeType(),
      scale: Bool.random(using: &random) ? random.scales([3]) : Scale(Rational(1, over: 8)),
      zeroPoint: random.zeroPoints([2, 1]),
      placement: placement
    )
    graph.addOutput("y", try graph.append(.quantize(quantizer), x, name: "act"))
    return graph
  }

  @Test("one integer step is quantize after dequantize", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for placement in [ZeroPointPlacement.afterRounding, .beforeRounding] {
      let graph = try instance(&random, placement: placement)
      try checkRule(AbsorbScalesIntoRequantize(), on: graph, fires: true, random: &random)
    }
  }

  @Test("ties fall as the quantizer's placement of the zero point says")
  func ties() throws {
    for (placement, expected) in [(ZeroPointPlacement.afterRounding, 1), (.beforeRounding, 2)] {
      var graph = Graph()
      let q = try graph.codes("q", .i8, [1])
      let x = try graph.append(.dequantize(Dequantizer(scale: Scale(Rational(1, over: 2)))), q)
      let quantizer = Quantizer(
        .u(4),
        scale: Scale(.one),
        zeroPoint: ZeroPoint(1),
        placement: placement
      )
      graph.addOutput("y", try graph.append(.quantize(quantizer), x))
      let after = try graph.rewritten(by: [AbsorbScalesIntoRequantize()])
      // 1 · 1/2 = 0.5: round(0.5) + 1 = 1, but round(0.5 + 1) = 2.
      for program in [graph, after] {
        let result = try Oracle<Rational>(program).run(["q": .integer([1])])
        #expect(result["y"]?.integers == [expected])
      }
    }
  }

  @Test("leaves quantizers of reals")
  func nearMiss() throws {
    var random = SplitMix64(seed: 8)
    var graph = Graph()
    let x = try graph.reals("x", [2, 3])
    graph.addOutput("y", try graph.append(.quantize(Quantizer(.i(3), scale: Scale(.one))), x))
    try checkRule(AbsorbScalesIntoRequantize(), on: graph, fires: false, random: &random)
    try checkRule(CollapseRepeatedQuantization(), on: graph, fires: false, random: &random)
  }

  @Test("a repeated quantizer collapses", arguments: 0..<64 as Range<UInt64>)
  func collapses(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for placement in [ZeroPointPlacement.afterRounding, .beforeRounding] {
      var graph = Graph()
      let type = random.codeType()
      let q = try graph.codes("q", type, [2, 3])
      let quantizer = Quantizer(
        type,
        scale: random.scales([3]),
        zeroPoint: random.zeroPoints([3]),
        placement: placement
      )
      let x = try graph.append(.dequantize(quantizer.inverse), q)
      graph.addOutput("y", try graph.append(.quantize(quantizer), x))
      try checkRule(CollapseRepeatedQuantization(), on: graph, fires: true, random: &random)
    }
  }

  @Test("a quantizer that differs in scale, zero point, type or offset stays")
  func collapseGuards() throws {
    var random = SplitMix64(seed: 3)
    let own = Dequantizer(scale: Scale(.one), zeroPoint: ZeroPoint(1))
    let offset = Dequantizer(
      scale: Scale(.one),
      zeroPoint: ZeroPoint(1),
      offset: Scale(Rational(1, over: 4))
    )
    for (dequantizer, quantizer) in [
      (own, Quantizer(.i(4), scale: Scale(2), zeroPoint: ZeroPoint(1))),
      (own, Quantizer(.i(4), scale: Scale(.one), zeroPoint: ZeroPoint(0))),
      (own, Quantizer(.i(3), scale: Scale(.one), zeroPoint: ZeroPoint(1))),
      (offset, Quantizer(.i(4), scale: Scale(.one), zeroPoint: ZeroPoint(1))),
    ] {
      var graph = Graph()
      let q = try graph.codes("q", .i(4), [3])
      let x = try graph.append(.dequantize(dequantizer), q)
      graph.addOutput("y", try graph.append(.quantize(quantizer), x))
      try checkRule(CollapseRepeatedQuantization(), on: graph, fires: false, random: &random)
    }
  }
}
