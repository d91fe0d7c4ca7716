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
