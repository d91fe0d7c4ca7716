import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("MoveDequantizePastAdd")
struct MoveDequantizePastAddTests {
  private func instance(
    _ random: inout SplitMix64,
    equalScales: Bool = true,
    type: IntegerType = .i8,
    stretched: Bool = false
  ) throws -> Graph {
    var graph = Graph()
    let scale = random.scales([3])
    let other = equalScales ? scale : scale.map { $0 * 2 }
    let a = try graph.codes("a", type, [2, 3])
    let b = try graph.codes("b", type, stretched ? [3] : [2, 3])
    func real(_ scale: Scale, _ q: Value) throws -> Value {
      try graph.append(
        .dequantize(
          Dequantizer(
            scale: scale,
            zeroPoint: random.zeroPoints([]),
            offset: random.scales([])
          )
        ),
        q
      )
    }
    let (x, y) = (try real(scale, a), try real(other, b))
    graph.addOutput("y", try graph.append(.add, x, y, name: "sum"))
    return graph
  }

  @Test("holds when the scales agree", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let graph = try instance(&random)
    try checkRule(MoveDequantizePastAdd(), on: graph, fires: true, random: &random)
  }

  @Test("leaves other scales, stretched operands and sums beyond 32 bits")
  func guards() throws {
    var random = SplitMix64(seed: 4)
    for graph in [
      try instance(&random, equalScales: false), try instance(&random, stretched: true),
      try instance(&random, type: .i32),
    ] {
      try checkRule(MoveDequantizePastAdd(), on: graph, fires: false, random: &random)
    }
  }

  @Test("leaves a constant operand: it is a bias")
  func constantOperand() throws {
    var random = SplitMix64(seed: 6)
    var graph = Graph()
    let one = Dequantizer(scale: Scale(.one))
    let a = try graph.append(.dequantize(one), graph.codes("a", .i8, [3]))
    let b = try graph.append(.dequantize(one), graph.append(.constant(random.tensor(.i8, [3]))))
    graph.addOutput("y", try graph.append(.add, a, b))
    try checkRule(MoveDequantizePastAdd(), on: graph, fires: false, random: &random)
  }
}
