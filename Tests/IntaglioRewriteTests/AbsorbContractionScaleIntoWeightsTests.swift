import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("AbsorbContractionScaleIntoWeights")
struct AbsorbContractionScaleIntoWeightsTests {
  private let depth = 5
  private let columns = 3

  private func instance(
    _ random: inout SplitMix64,
    scale: Scale,
    weights: IntegerType = .i(3),
    input: IntegerType = .u(3),
    offset: Rational = .zero,
    constantWeights: Bool = true
  ) throws -> Graph {
    var graph = Graph()
    let q = try graph.codes("q", input, [2, depth])
    let x = try graph.append(
      .dequantize(
        Dequantizer(scale: scale, zeroPoint: random.zeroPoints([depth]), offset: Scale(offset))
      ),
      q
    )
    let w =
      constantWeights
      ? try graph.append(.constant(random.tensor(weights, [depth, columns])))
      : try graph.codes("w", weights, [depth, columns])
    let y = try graph.append(.dequantize(Dequantizer(scale: random.scales([columns]))), w)
    graph.addOutput("y", try graph.append(.matmul, x, y, name: "fc"))
    return graph
  }

  /// Scales that are powers of two times one number, of either sign.
  private func powersOfTwo(_ random: inout SplitMix64) -> Scale {
    let unit = random.scale()
    return Scale(
      (0..<depth).map { $0 % 2 == 0 ? unit * Rational(1 << $0) : -unit },
      shape: [depth]
    )
  }

  @Test("powers of two are absorbed exactly", arguments: 0..<64 as Range<UInt64>)
  func exact(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let graph = try instance(&random, scale: powersOfTwo(&random))
    let rule = AbsorbContractionScaleIntoWeights(allowingBounds: false)
    try checkRule(rule, on: graph, fires: true, random: &random)
    let after = try graph.rewritten(by: [rule, MoveDequantizePastMatmul()])
    #expect(Coverage(after).entries.map(\.status) == [.exact])
  }

  @Test("any scales are absorbed within the stated bound", arguments: 0..<64 as Range<UInt64>)
  func bounded(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let graph = try instance(&random, scale: random.scales([depth]))
    let after = try graph.rewritten(by: Pipeline(.init(absorbContractionScales: true)).rules)
    let entry = try #require(Coverage(after).entries.first)
    guard case .bounded(let bound) = entry.status else {
      Issue.record("expected a bound, found \(entry.status)")
      return
    }
    #expect(bound.law == "AbsorbContractionScaleIntoWeights")
    #expect(bound.relative < 0.02 && entry.node == "fc" && entry.right == .i8)
    let inputs = random.inputs(of: graph)
    let expected = try #require(try Oracle<Rational>(graph).run(inputs)["y"]?.reals)
    let found = try #require(try Oracle<Rational>(after).run(inputs)["y"]?.reals)
    let limit = try #require(Rational(exactly: bound.maximum))
    for (x, y) in zip(expected, found) { #expect((x - y).magnitude <= limit) }
  }

  @Test("without the permission to round, scales that do not fit stay")
  func needsPermission() throws {
    var random = SplitMix64(seed: 1)
    let graph = try instance(&random, scale: random.scales([depth]))
    let rule = AbsorbContractionScaleIntoWeights(allowingBounds: false)
    try checkRule(rule, on: graph, fires: false, random: &random)
  }

  @Test("leaves uniform scales, offsets, wide codes and weights known only at run time")
  func guards() throws {
    var random = SplitMix64(seed: 2)
    let rule = AbsorbContractionScaleIntoWeights(allowingBounds: true)
    let scale = random.scales([depth])
    for graph in [
      try instance(&random, scale: random.scales([])),
      try instance(&random, scale: random.scales([2, 1])),
      try instance(&random, scale: random.scales([2, depth])),
      try instance(&random, scale: scale, offset: 1),
      try instance(&random, scale: scale, input: .i32),
      try instance(&random, scale: scale, constantWeights: false),
    ] {
      try checkRule(rule, on: graph, fires: false, random: &random)
    }
  }
}
