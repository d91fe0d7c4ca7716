import BigInt
import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("AbsorbSumIntoScaledSum")
struct AbsorbSumIntoScaledSumTests {
  /// Units of the stream, per channel.
  private func units(_ random: inout SplitMix64) -> Scale {
    random.broadcast([3]) { Rational(1, over: 1 << Int.random(in: 4...9, using: &$0)) }
  }

  /// An accumulator of a layer: any scale per channel, a bias.
  private func layer(
    _ graph: inout Graph,
    _ random: inout SplitMix64,
    _ name: String
  ) throws -> Value {
    let codes = try graph.codes(name, .i(18), [2, 3])
    let dequantizer = Dequantizer(
      scale: random.scales([3]),
      zeroPoint: random.zeroPoints([]),
      offset: random.scales([3])
    )
    return try graph.append(.dequantize(dequantizer), codes)
  }

  /// The stream before: powers of two.
  private func stream(
    _ graph: inout Graph,
    _ random: inout SplitMix64,
    _ name: String
  ) throws -> Value {
    let codes = try graph.codes(name, .i(16), [2, 3])
    return try graph.append(.dequantize(Dequantizer(scale: units(&random))), codes)
  }

  private func position(_ graph: inout Graph, _ random: inout SplitMix64) throws -> Value {
    let values = (0..<6).map { _ in random.real().doubleValue }
    return try graph.append(.constant(Tensor(values, shape: [2, 3])))
  }

  private func quantized(
    _ graph: inout Graph,
    _ value: Value,
    _ quantizer: Quantizer
  ) throws {
    graph.addOutput("y", try graph.append(.quantize(quantizer), value, name: "stream"))
  }

  /// The law fires, and every code is within the bound of the exact sum unless it saturates.
  private func expectBounded(_ graph: Graph, _ random: inout SplitMix64) throws {
    let after = try checkForm(AbsorbSumIntoScaledSum(), on: graph, fires: true)
    #expect(after.countFunctions { if case .scaledSum = $0 { true } else { false } } == 1)
    #expect(after.live.allSatisfy { after.type(of: $0).isInteger })
    let output = try #require(graph.outputs.first?.value)
    guard case .quantize(let quantizer) = graph[output].operation else { return }
    let image = try #require(after.outputs.first?.value)
    #expect(after.name(of: image) == "stream")
    let bound = try #require(after.bounds[image])
    #expect(bound.law == "AbsorbSumIntoScaledSum")

    let units = quantizer.scale.expanded(over: [2, 3])
    let largest = units.map(\.magnitude).max() ?? 0
    // Half a unit is rounding; multipliers of 31 bits cost next to nothing.
    #expect(bound.maximum <= 0.501 * largest.doubleValue, "\(bound)")
    let limit = try #require(Rational(exactly: bound.maximum))
    let inputs = random.inputs(of: graph)
    let sum = graph[output].operands[0]
    let before = try Oracle<Rational>(graph).run(inputs, keeping: [sum])
    let exact = try #require(before.kept[sum]?.reals)
    let rounded = try #require(before["y"]?.integers)
    let found = try #require(try Oracle<Rational>(after).run(inputs)["y"]?.integers)
    for (index, code) in found.enumerated() {
      #expect((code - rounded[index]).magnitude <= 1)
      let range = quantizer.type.range
      guard code > range.lowerBound, code < range.upperBound else { continue }
      #expect((Rational(code) * units[index] - exact[index]).magnitude <= limit, "\(bound)")
    }
  }

  @Test("two terms and constants are rounded once", arguments: 0..<64 as Range<UInt64>)
  func twoTerms(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for operation in [Operation.add, .subtract] {
      for first in [0, 1, 2] {
        var graph = Graph()
        let residual = try stream(&graph, &random, "x")
        let addend = try layer(&graph, &random, "a")
        let operands = first == 0 ? [residual, addend] : [addend, residual]
        var sum = try graph.append(Node(operation, operands))
        if first == 2 { sum = try graph.append(.add, sum, position(&graph, &random)) }
        let quantizer = Quantizer(random.pick([.i(16), .i(24), .i(32)]), scale: units(&random))
        try quantized(&graph, sum, quantizer)
        try expectBounded(graph, &random)
      }
    }
  }

  @Test("one term and constants that vary over both axes", arguments: 0..<64 as Range<UInt64>)
  func oneTerm(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var graph = Graph()
    let embedding = try layer(&graph, &random, "a")
    let sum = try graph.append(.subtract, position(&graph, &random), embedding)
    try quantized(&graph, sum, Quantizer(.i(16), scale: units(&random)))
    try expectBounded(graph, &random)
  }

  @Test("narrow codes of two terms, of either sign of scale", arguments: 0..<64 as Range<UInt64>)
  func narrow(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var graph = Graph()
    let (a, b) = (try layer(&graph, &random, "a"), try layer(&graph, &random, "b"))
    let sum = try graph.append(.add, a, b)
    try quantized(&graph, sum, Quantizer(.i(5), scale: random.scales([3])))
    try expectBounded(graph, &random)
  }

  @Test("ties go to the even code where the ratios are dyadic", arguments: 0..<64 as Range<UInt64>)
  func ties(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var graph = Graph()
    let (a, b) = (try stream(&graph, &random, "a"), try stream(&graph, &random, "b"))
    let sum = try graph.append(.add, graph.append(.add, a, b), position(&graph, &random))
    try quantized(&graph, sum, Quantizer(.i(20), scale: Scale(Rational(1, over: 8))))
    // No number is rounded but the sum, so the law is exact here.
    let after = try graph.rewritten(by: [AbsorbSumIntoScaledSum()])
    let inputs = random.inputs(of: graph)
    let expected = try Oracle<Rational>(graph).run(inputs).outputs
    #expect(try Oracle<Rational>(after).run(inputs).outputs == expected)
  }

  @Test("a ratio that rounds up to a further bit still fits")
  func carry() throws {
    var random = SplitMix64(seed: 3)
    var graph = Graph()
    let scale = Scale(Rational((1 << 33) - 1, over: 1 << 33))
    let a = try graph.append(.dequantize(Dequantizer(scale: scale)), graph.codes("a", .i8, [2, 3]))
    let sum = try graph.append(.add, a, stream(&graph, &random, "x"))
    try quantized(&graph, sum, Quantizer(.i(16), scale: Scale(.one)))
    try expectBounded(graph, &random)
  }

  @Test("sums and quantizers that are none of a stream stay")
  func guards() throws {
    var random = SplitMix64(seed: 1)
    let quantizer = Quantizer(.i(16), scale: Scale(Rational(1, over: 64)))
    func check(
      _ quantizer: Quantizer,
      _ sum: (inout Graph, inout SplitMix64) throws -> Value
    ) throws {
      var graph = Graph()
      try quantized(&graph, sum(&graph, &random), quantizer)
      try checkRule(AbsorbSumIntoScaledSum(), on: graph, fires: false, random: &random)
    }
    // A zero point.
    try check(Quantizer(.i(16), scale: quantizer.scale, zeroPoint: ZeroPoint(1))) {
      try $0.append(.add, layer(&$0, &$1, "a"), stream(&$0, &$1, "x"))
    }
    // One term under a narrow quantizer is a requantization.
    try check(Quantizer(.i8, scale: quantizer.scale)) { try layer(&$0, &$1, "a") }
    // Three terms, none, and one that is real.
    try check(quantizer) {
      let two = try $0.append(.add, layer(&$0, &$1, "a"), stream(&$0, &$1, "x"))
      return try $0.append(.add, two, layer(&$0, &$1, "b"))
    }
    try check(quantizer) { try position(&$0, &$1) }
    try check(quantizer) { try $0.append(.add, layer(&$0, &$1, "a"), $0.reals("r", [2, 3])) }
    try check(quantizer) { try $0.append(.multiply, layer(&$0, &$1, "a"), position(&$0, &$1)) }
    // A term that stretches over the other.
    for shape in [[3], [2, 1], [1, 3]] {
      try check(quantizer) {
        let row = try $0.append(
          .dequantize(Dequantizer(scale: Scale(.one))),
          $0.codes("r", .i8, shape)
        )
        return try $0.append(.add, layer(&$0, &$1, "a"), row)
      }
    }
    // A ratio beyond 31 bits.
    try check(Quantizer(.i(16), scale: Scale(Rational(1, over: 1 << 50)))) {
      try $0.append(.add, stream(&$0, &$1, "a"), stream(&$0, &$1, "x"))
    }
  }
}
