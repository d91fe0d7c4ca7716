import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("MoveQuantizePastConcat")
struct MoveQuantizePastConcatTests {
  private struct Options {
    var hasPosition = true
    var isPositionFirst = false
    var position: [Int] = [1, 5, 3]
  }

  private func constant(
    _ graph: inout Graph,
    _ random: inout SplitMix64,
    _ shape: [Int]
  ) throws
    -> Value
  {
    let values = (0..<shape.reduce(1, *)).map { _ in random.real().doubleValue }
    return try graph.append(.constant(Tensor(values, shape: shape)))
  }

  /// A class token before patches, positions, a quantizer.
  private func instance(
    _ random: inout SplitMix64,
    _ options: Options = Options()
  ) throws -> Graph {
    var graph = Graph()
    let token = try constant(&graph, &random, [1, 1, 3])
    let patches = try graph.append(
      .dequantize(Dequantizer(scale: random.scales([3]), offset: random.scales([3]))),
      graph.codes("q", .i(12), [1, 4, 3])
    )
    var value = try graph.append(.concat(axis: 1), token, patches)
    if options.hasPosition {
      let position = try constant(&graph, &random, options.position)
      value = try graph.append(
        Node(.add, options.isPositionFirst ? [position, value] : [value, position])
      )
    }
    let quantizer = Quantizer(
      random.codeType(),
      scale: random.pick([random.scales([3]), random.scales([5, 1]), Scale(Rational(1, over: 4))]),
      zeroPoint: random.pick([random.zeroPoints([]), random.zeroPoints([5, 3])]),
      placement: random.pick([.afterRounding, .beforeRounding])
    )
    graph.addOutput("y", try graph.append(.quantize(quantizer), value, name: "stream"))
    return graph
  }

  @Test("holds with and without positions", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for options in [
      Options(), Options(hasPosition: false), Options(isPositionFirst: true),
      Options(position: [3]), Options(position: [5, 1]), Options(position: []),
    ] {
      let graph = try instance(&random, options)
      try checkRule(MoveQuantizePastConcat(), on: graph, fires: true, random: &random)
      let after = try graph.rewritten(by: [MoveQuantizePastConcat()])
      let output = try #require(after.outputs.first?.value)
      #expect(after.name(of: output) == "stream")
      // The class token with its position is a constant of codes.
      #expect(after.constant(after[output].operands[0])?.type.isInteger == true)
    }
  }

  @Test("leaves sums that stretch the concatenation, factors, and a concatenation nobody quantizes")
  func guards() throws {
    var random = SplitMix64(seed: 2)
    let stretched = try instance(&random, Options(position: [2, 5, 3]))
    try checkRule(MoveQuantizePastConcat(), on: stretched, fires: false, random: &random)
    for operation in [Operation.multiply, .subtract] {
      var graph = Graph()
      let parts = try (0..<2).map { try graph.reals("x\($0)", [2, 3]) }
      let whole = try graph.append(.concat(axis: 0), parts[0], parts[1])
      let other = try graph.append(operation, whole, constant(&graph, &random, [3]))
      let quantizer = Quantizer(.i8, scale: Scale(.one))
      graph.addOutput("y", try graph.append(.quantize(quantizer), other))
      graph.addOutput("z", whole)
      try checkRule(MoveQuantizePastConcat(), on: graph, fires: false, random: &random)
    }
  }

  @Test("leaves variables, and constants that no float holds")
  func otherAddends() throws {
    var random = SplitMix64(seed: 3)
    for isThird in [true, false] {
      var graph = Graph()
      let parts = try (0..<2).map { try graph.reals("x\($0)", [2, 3]) }
      let whole = try graph.append(.concat(axis: 0), parts[0], parts[1])
      let codes =
        isThird
        ? try graph.append(.constant(random.tensor(.i8, [3]))) : try graph.codes("q", .i8, [3])
      let third = Dequantizer(scale: Scale(Rational(1, over: 3)))
      let sum = try graph.append(.add, whole, graph.append(.dequantize(third), codes))
      let quantizer = Quantizer(.i8, scale: Scale(.one))
      graph.addOutput("y", try graph.append(.quantize(quantizer), sum))
      try checkRule(MoveQuantizePastConcat(), on: graph, fires: false, random: &random)
    }
  }
}

@Suite("MoveQuantizePastLayout")
struct MoveQuantizePastLayoutTests {
  private func graph(
    _ layout: Layout,
    _ quantizer: Quantizer,
    _ random: inout SplitMix64
  ) throws -> Graph {
    var graph = Graph()
    let q = try graph.codes("q", .i(12), [2, 3])
    let real = try graph.append(.dequantize(Dequantizer(scale: random.scales([3]))), q)
    let x = try graph.append(.multiply, graph.reals("x", [2, 3]), real)
    let moved = try graph.append(.layout(layout), x)
    graph.addOutput("y", try graph.append(.quantize(quantizer), moved, name: "act"))
    return graph
  }

  @Test("holds for reshapes and transpositions", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for layout in [Layout.reshape([6]), .reshape([3, 1, 2]), .transpose([1, 0])] {
      let quantizer = Quantizer(
        random.codeType(),
        scale: random.scales([]),
        zeroPoint: random.zeroPoints([]),
        placement: random.pick([.afterRounding, .beforeRounding])
      )
      let graph = try graph(layout, quantizer, &random)
      try checkRule(MoveQuantizePastLayout(), on: graph, fires: true, random: &random)
    }
  }

  @Test("leaves scales and zero points that vary, slices and broadcasts")
  func guards() throws {
    var random = SplitMix64(seed: 2)
    let one = Scale(.one)
    let uniform = Quantizer(.i8, scale: one)
    for graph in [
      try graph(.transpose([1, 0]), Quantizer(.i8, scale: random.scales([2])), &random),
      try graph(
        .transpose([1, 0]),
        Quantizer(.i8, scale: one, zeroPoint: ZeroPoint([1, 2], shape: [2])),
        &random
      ),
      try graph(.slice(axis: 0, start: 1, count: 1), uniform, &random),
      try graph(.broadcast([4, 2, 3]), uniform, &random),
    ] {
      try checkRule(MoveQuantizePastLayout(), on: graph, fires: false, random: &random)
    }
  }
}

@Suite("MoveDequantizePastMean")
struct MoveDequantizePastMeanTests {
  private func graph(_ dequantizer: Dequantizer, _ type: IntegerType, axis: Int = 1) throws -> Graph
  {
    var graph = Graph()
    let q = try graph.codes("q", type, [2, 4, 3])
    let x = try graph.append(.dequantize(dequantizer), q)
    graph.addOutput("y", try graph.append(.mean(axis: axis), x, name: "pool"))
    return graph
  }

  @Test("holds along every axis that nothing varies along", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let perChannel = Dequantizer(
      scale: random.scales([3]),
      zeroPoint: random.zeroPoints([2, 1, 1]),
      offset: random.scales([2, 1, 3])
    )
    let plain = Dequantizer(scale: random.scales([]), zeroPoint: random.zeroPoints([]))
    for graph in [
      try graph(perChannel, .i(20)), try graph(plain, .u(8), axis: 0),
      try graph(plain, .i(29), axis: 2),
    ] {
      try checkRule(MoveDequantizePastMean(), on: graph, fires: true, random: &random)
      let after = try graph.rewritten(by: [MoveDequantizePastMean()])
      #expect(after.live.contains { after.name(of: $0) == "pool" && after.type(of: $0).isInteger })
    }
  }

  @Test("leaves scale, zero point or offset that vary along the axis, and sums beyond 32 bits")
  func guards() throws {
    var random = SplitMix64(seed: 1)
    let one = Scale(.one)
    let zeroPoints = ZeroPoint([1, 2, 3, 4], shape: [4, 1])
    for graph in [
      try graph(Dequantizer(scale: random.scales([4, 1])), .i8),
      try graph(Dequantizer(scale: one, zeroPoint: zeroPoints), .i8),
      try graph(Dequantizer(scale: one, offset: random.scales([4, 1])), .i8),
      // 4·2²⁹ = 2³¹ is one too many.
      try graph(Dequantizer(scale: one), .i(30)),
      try graph(Dequantizer(scale: one, zeroPoint: ZeroPoint(1 << 30)), .i8),
    ] {
      try checkRule(MoveDequantizePastMean(), on: graph, fires: false, random: &random)
    }
    try checkRule(
      MoveDequantizePastMean(),
      on: try graph(Dequantizer(scale: one), .i(29)),
      fires: true,
      random: &random
    )
  }
}

@Suite("MoveSlicePastLayerNorm")
struct MoveSlicePastLayerNormTests {
  private func graph(
    _ layout: Layout,
    _ random: inout SplitMix64,
    operation: Operation = .layerNorm(epsilon: 1e-6)
  ) throws -> Graph {
    var graph = Graph()
    let x = try graph.reals("x", [2, 4, 3])
    let isCentered = operation == .layerNorm(epsilon: 1e-6)
    let parts = try (0..<(isCentered ? 2 : 1)).map { _ in
      let values = (0..<3).map { _ in random.real().doubleValue }
      return try graph.append(.constant(Tensor(values, shape: [3])))
    }
    let norm = try graph.append(Node(operation, [x] + parts), name: "norm")
    graph.addOutput("y", try graph.append(.layout(layout), norm))
    return graph
  }

  @Test("rows are the same bit for bit, and keep the name", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for layout in [
      Layout.slice(axis: 1, start: random.pick([0, 1, 2]), count: 2),
      .slice(axis: 0, start: 1, count: 1),
    ] {
      let operation = random.pick([Operation.layerNorm(epsilon: 1e-6), .rmsNorm(epsilon: 1)])
      let graph = try graph(layout, &random, operation: operation)
      let after = try checkForm(MoveSlicePastLayerNorm(), on: graph, fires: true)
      let inputs = random.inputs(of: graph).mapValues(\.doubles)
      let expected = try Oracle<Double>(graph).run(inputs).outputs
      #expect(try Oracle<Double>(after).run(inputs).outputs == expected)
      #expect(after.outputs.first.flatMap { after.name(of: $0.value) } == "norm")
    }
  }

  @Test("leaves slices along the row, slices of everything and other layouts")
  func guards() throws {
    var random = SplitMix64(seed: 1)
    for layout in [
      Layout.slice(axis: 2, start: 0, count: 1), .slice(axis: 1, start: 0, count: 4),
      .transpose([1, 0, 2]),
    ] {
      for operation in [Operation.layerNorm(epsilon: 1e-6), .rmsNorm(epsilon: 1)] {
        let graph = try graph(layout, &random, operation: operation)
        try checkForm(MoveSlicePastLayerNorm(), on: graph, fires: false)
      }
    }
  }
}
