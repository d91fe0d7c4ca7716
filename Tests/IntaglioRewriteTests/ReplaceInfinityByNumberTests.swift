import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("ReplaceInfinityByNumber")
struct ReplaceInfinityByNumberTests {
  private func graph(
    _ mask: [Double],
    _ operation: IntaglioGraph.Operation = .add,
    swaps: Bool = false,
    scale: Rational = Rational(1, over: 3),
    isReal: Bool = false
  ) throws -> Graph {
    var graph = Graph()
    let dequantizer = Dequantizer(
      scale: Scale(scale),
      zeroPoint: ZeroPoint(-9),
      offset: Scale(Rational(1000))
    )
    let x =
      isReal
      ? try graph.reals("x", [2, 3])
      : try graph.append(.dequantize(dequantizer), graph.codes("x", .i(20), [2, 3]))
    let constant = try graph.append(.constant(Tensor(mask, shape: [2, 3])))
    let sum = try graph.append(
      Node(operation, swaps ? [constant, x] : [x, constant]),
      name: "masked"
    )
    let quantizer = Quantizer(.u8, scale: Scale(Rational(7, over: 2)), zeroPoint: ZeroPoint(130))
    graph.addOutput("y", try graph.append(.quantize(quantizer), sum, name: "scores"))
    return graph
  }

  private let mask = [0, -Double.infinity, 1.5, .infinity, -.infinity, -20]

  @Test("every code stays, at both ends of the scores")
  func holds() throws {
    for graph in [
      try graph(mask), try graph(mask, swaps: true), try graph(mask, .subtract),
      try graph(mask, .subtract, swaps: true), try graph(mask, scale: -5),
    ] {
      let after = try checkForm(ReplaceInfinityByNumber(), on: graph, fires: true)
      #expect(after.outputs.first.flatMap { after.name(of: $0.value) } == "scores")
      for code in [-1 << 19, -300, 0, 17, 1 << 19 - 1] {
        let input = ["x": OracleTensor<Double>.integer([Int](repeating: code, count: 6))]
        let expected = try Oracle<Double>(graph).run(input).outputs
        #expect(try Oracle<Double>(after).run(input).outputs == expected)
      }
    }
  }

  @Test(
    "leaves what is no number, finite masks, reals without a bound, and scales beyond all numbers"
  )
  func guards() throws {
    for graph in [
      try graph([0, .nan, -.infinity, 0, 0, 0]), try graph([0, -1e4, 0, 0, 0, 0]),
      try graph(mask, isReal: true), try graph(mask, .multiply),
      try graph(mask, scale: #require(Rational(exactly: 0x1p200))),
    ] {
      try checkForm(ReplaceInfinityByNumber(), on: graph, fires: false)
    }
  }
}
