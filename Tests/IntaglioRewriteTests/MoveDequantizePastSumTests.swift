import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("MoveDequantizePastSum")
struct MoveDequantizePastSumTests {
  private func graph(_ dequantizer: Dequantizer, _ type: IntegerType, axis: Int = 1) throws -> Graph
  {
    var graph = Graph()
    let q = try graph.codes("q", type, [2, 4, 3])
    let x = try graph.append(.dequantize(dequantizer), q)
    graph.addOutput("y", try graph.append(.sum(axis: axis), x, name: "total"))
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
      try checkRule(MoveDequantizePastSum(), on: graph, fires: true, random: &random)
      let after = try graph.rewritten(by: [MoveDequantizePastSum()])
      #expect(after.live.contains { after.name(of: $0) == "total" && after.type(of: $0).isInteger })
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
      try checkRule(MoveDequantizePastSum(), on: graph, fires: false, random: &random)
    }
    var integers = Graph()
    let q = try integers.codes("q", .i8, [2, 3])
    integers.addOutput("y", try integers.append(.sum(axis: 1), q))
    try checkRule(MoveDequantizePastSum(), on: integers, fires: false, random: &random)
  }
}
