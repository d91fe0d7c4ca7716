import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("AbsorbScalesIntoRequantize")
struct AbsorbScalesIntoRequantizeTests {
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
