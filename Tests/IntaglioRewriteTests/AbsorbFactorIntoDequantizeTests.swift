import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

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
