import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("AbsorbFactorIntoQuantize")
struct AbsorbFactorIntoQuantizeTests {
  private func graph(
    _ quantizer: Quantizer,
    divides: Bool = false,
    swaps: Bool = false,
    factor: [Double],
    shape: [Int],
    isCodes: Bool = false
  ) throws -> Graph {
    var graph = Graph()
    let x =
      isCodes
      ? try graph.append(
        .dequantize(Dequantizer(scale: Scale(.one))),
        graph.codes("x", .i8, [3, 4])
      )
      : try graph.reals("x", [3, 4])
    let other = try graph.append(.constant(Tensor(factor, shape: shape)))
    let operands = swaps ? [other, x] : [x, other]
    let product = try graph.append(Node(divides ? .divide : .multiply, operands))
    graph.addOutput("y", try graph.append(.quantize(quantizer), product, name: "act"))
    return graph
  }

  @Test("codes stay the same, ties as well", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let shape = random.pick([[], [4], [3, 1]])
    let factor = (0..<shape.reduce(1, *)).map { _ in random.pick([0.5, -1.5, 4, 0.0625]) }
    let quantizer = Quantizer(
      random.codeType(),
      scale: random.pick([Scale(Rational(1, over: 4)), random.scales([4]), random.scales([])]),
      zeroPoint: random.zeroPoints(random.pick([[], [4]])),
      placement: random.pick([.afterRounding, .beforeRounding])
    )
    for (divides, swaps) in [(false, false), (false, true), (true, false)] {
      let graph = try graph(
        quantizer,
        divides: divides,
        swaps: swaps,
        factor: factor,
        shape: shape
      )
      let rule = AbsorbFactorIntoQuantize()
      try checkRule(rule, on: graph, fires: true, random: &random)
      let after = try graph.rewritten(by: [rule])
      #expect(after.outputs.first.flatMap { after.name(of: $0.value) } == "act")
    }
  }

  @Test("leaves zeros, factors over both axes or that stretch, quotients of a constant, and codes")
  func guards() throws {
    var random = SplitMix64(seed: 1)
    let quantizer = Quantizer(.i8, scale: Scale(Rational(1, over: 4)))
    let both = (1...12).map(Double.init)
    for graph in [
      try graph(quantizer, factor: [1, 0, 1, 1], shape: [4]),
      try graph(quantizer, factor: both, shape: [3, 4]),
      try graph(quantizer, factor: [1, 2], shape: [2, 1, 1]),
      try graph(quantizer, factor: [2], shape: [], isCodes: true),
    ] {
      try checkRule(AbsorbFactorIntoQuantize(), on: graph, fires: false, random: &random)
    }
    let quotient = try graph(quantizer, divides: true, swaps: true, factor: [2], shape: [])
    try checkForm(AbsorbFactorIntoQuantize(), on: quotient, fires: false)
  }
}
