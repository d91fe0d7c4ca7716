import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

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
