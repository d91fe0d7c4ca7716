import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

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

  @Test("takes one number for each channel of every head where that is wanted, none for each row")
  func heads() throws {
    var random = SplitMix64(seed: 3)
    for (shape, fires) in [([4, 1, 3], true), ([4, 2, 3], false), ([2, 3], false)] {
      var graph = Graph()
      let x = try dequantized(&graph, &random, [4, 2, 3])
      let b = try constant(&graph, &random, shape)
      graph.addOutput("y", try graph.append(.add, x, b))
      let law = AbsorbBiasIntoDequantize(takesHeads: true)
      try checkRule(law, on: graph, fires: fires, random: &random)
    }
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
