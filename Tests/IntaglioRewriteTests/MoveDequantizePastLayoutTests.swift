import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("MoveDequantizePastLayout")
struct MoveDequantizePastLayoutTests {
  @Test("holds for every layout and any scale", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let shape = [random.extent(), random.extent(2...4), random.extent(2...6)]
    let own = shape.map { Bool.random(using: &random) ? $0 : 1 }
    let layouts: [Layout] = [
      .reshape([shape[0] * shape[1], shape[2]]), .transpose([1, 2, 0]),
      .slice(axis: 2, start: 1, count: shape[2] - 1), .broadcast([2] + shape),
    ]
    for layout in layouts {
      var graph = Graph()
      let q = try graph.codes("q", random.codeType(), shape)
      let x = try graph.append(
        .dequantize(
          Dequantizer(
            scale: random.scales(own),
            zeroPoint: random.zeroPoints(own),
            offset: random.scales(own)
          )
        ),
        q
      )
      graph.addOutput("y", try graph.append(.layout(layout), x, name: "moved"))
      try checkRule(MoveDequantizePastLayout(), on: graph, fires: true, random: &random)
    }
  }

  @Test("leaves layouts of reals and of codes alone")
  func nearMiss() throws {
    var random = SplitMix64(seed: 1)
    var graph = Graph()
    let x = try graph.reals("x", [2, 3])
    graph.addOutput("y", try graph.append(.layout(.transpose([1, 0])), x))
    let q = try graph.codes("q", .i(3), [2, 3])
    graph.addOutput("z", try graph.append(.layout(.transpose([1, 0])), q))
    try checkRule(MoveDequantizePastLayout(), on: graph, fires: false, random: &random)
  }
}
