import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("MoveDequantizePastConcat")
struct MoveDequantizePastConcatTests {
  private func instance(
    _ random: inout SplitMix64,
    types: [IntegerType],
    scales: (inout SplitMix64, [Int]) -> Scale
  ) throws -> Graph {
    var graph = Graph()
    let axis = Int.random(in: 0...2, using: &random)
    let shape = (0..<3).map { _ in random.extent(1...3) }
    var parts: [Value] = []
    for (index, type) in types.enumerated() {
      var own = shape
      own[axis] = random.extent(1...3)
      let q = try graph.codes("q\(index)", type, own)
      parts.append(
        try graph.append(
          .dequantize(
            Dequantizer(
              scale: scales(&random, own),
              zeroPoint: random.zeroPoints([]),
              offset: random.scales([own[2]])
            )
          ),
          q
        )
      )
    }
    graph.addOutput("y", try graph.append(Node(.concat(axis: axis), parts), name: "joined"))
    return graph
  }

  @Test("holds for parts with scales of their own", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let type = random.codeType()
    let graph = try instance(&random, types: [type, type, type]) { random, shape in
      random.scales(shape.map { Bool.random(using: &random) ? $0 : 1 })
    }
    try checkRule(MoveDequantizePastConcat(), on: graph, fires: true, random: &random)
  }

  @Test("leaves parts of different integer types", arguments: 0..<64 as Range<UInt64>)
  func types(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let graph = try instance(&random, types: [.i(3), .u(3)]) { random, _ in random.scales([]) }
    try checkRule(MoveDequantizePastConcat(), on: graph, fires: false, random: &random)
  }

  @Test("leaves a real part alone")
  func realPart() throws {
    var random = SplitMix64(seed: 5)
    var graph = Graph()
    let q = try graph.codes("q", .i(3), [1, 3])
    let x = try graph.append(.dequantize(Dequantizer(scale: Scale(.one))), q)
    let r = try graph.reals("r", [1, 3])
    graph.addOutput("y", try graph.append(.concat(axis: 0), x, r))
    try checkRule(MoveDequantizePastConcat(), on: graph, fires: false, random: &random)
  }
}
