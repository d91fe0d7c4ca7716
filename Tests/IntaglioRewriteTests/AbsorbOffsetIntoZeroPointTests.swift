import IntaglioGraph
import IntaglioNumerics
import Testing

import IntaglioRewrite

@Suite("AbsorbOffsetIntoZeroPoint")
struct AbsorbOffsetIntoZeroPointTests {
  private let rule = AbsorbOffsetIntoZeroPoint()

  private func graph(
    _ type: IntegerType,
    _ random: inout SplitMix64,
    steps: [Rational]
  ) throws -> Graph {
    var graph = Graph()
    let scale = random.scales([3])
    let offsets = zip(scale.expanded(over: [3]), steps).map { $0 * $1 }
    let dequantizer = Dequantizer(
      scale: scale,
      zeroPoint: random.zeroPoints([]),
      offset: Scale(offsets, shape: [3])
    )
    let q = try graph.codes("q", type, [2, 3])
    graph.addOutput("y", try graph.append(.dequantize(dequantizer), q, name: "d"))
    return graph
  }

  @Test("holds for offsets of whole steps, exactly", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let steps = (0..<3).map { _ in Rational(Int.random(in: -200...200, using: &random)) }
    let isZero = steps.allSatisfy(\.isZero)
    let graph = try graph(random.codeType(), &random, steps: steps)
    try checkRule(rule, on: graph, fires: !isZero, random: &random)
  }

  @Test(
    "stays for part of a step, a long way, and no offset",
    arguments: [[Rational(1, over: 2), 1, 1], [1, Rational(1 << 15 + 1), 1], [0, 0, 0]]
  )
  func nearMisses(steps: [Rational]) throws {
    var random = SplitMix64(seed: 3)
    try checkRule(rule, on: graph(.u8, &random, steps: steps), fires: false, random: &random)
  }

  @Test("an accumulator keeps its bias")
  func accumulator() throws {
    var random = SplitMix64(seed: 4)
    try checkRule(rule, on: graph(.i32, &random, steps: [1, 2, 3]), fires: false, random: &random)
  }
}

@Suite("Analyses of deep graphs")
struct DeepGraphTests {
  /// `count` nodes in a row over codes, which `next` makes one of the other.
  private func chain(
    _ count: Int,
    _ next: (inout Graph, Value, Value) throws -> Value
  ) throws -> (graph: Graph, last: Value) {
    var graph = Graph()
    let q = try graph.codes("q", .i(4), [2, 2])
    var value = q
    for _ in 0..<count { value = try next(&graph, value, q) }
    graph.addOutput("y", value)
    return (graph, value)
  }

  @Test("take no more of the stack for a longer chain", arguments: [false, true])
  func ranges(seesThroughCodes: Bool) throws {
    for (graph, last) in [
      try chain(20_000) { graph, value, _ in
        try graph.append(.layout(.transpose([1, 0])), value)
      },
      try chain(20_000) { graph, value, q in try graph.append(.add, value, q) },
    ] {
      var ranges = Ranges(graph, seesThroughCodes: seesThroughCodes)
      let found = ranges.range(of: last)
      let range = try #require(found)
      #expect(range.contains(-8) && range.contains(7))
      var longer = graph
      let real = try longer.dequantize(last)
      var reals = RealRanges(longer)
      let magnitudes = reals.magnitudes(of: real)
      #expect(magnitudes?.count == 4)
    }
  }
}

extension Graph {
  /// `value` as a real, through as many functions as there are nodes.
  fileprivate mutating func dequantize(_ value: Value) throws -> Value {
    var real = try append(.dequantize(Dequantizer(scale: Scale(.one))), value)
    for _ in 0..<5_000 {
      real = try append(.layout(.reshape([4])), append(.function(.negate), real))
    }
    return real
  }
}
