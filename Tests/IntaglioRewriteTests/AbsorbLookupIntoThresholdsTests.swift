import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("AbsorbLookupIntoThresholds")
struct AbsorbLookupIntoThresholdsTests {
  private func graph(
    _ steps: MultiThreshold,
    _ type: IntegerType,
    _ entries: (Int) -> Int,
    bound: ErrorBound? = nil
  ) throws -> Graph {
    var graph = Graph()
    let x = try graph.codes("x", .i(11), [2, 3, 5])
    let codes = try graph.append(.integer(.thresholds(steps)), x, name: "codes")
    if let bound { graph.setBound(bound, of: codes) }
    let lookup = LookupFunction(type, index: steps.type, entries: steps.type.range.map(entries))
    graph.addOutput("y", try graph.append(.integer(.lookup(lookup)), codes, name: "narrow"))
    return graph
  }

  /// Codes of 0 to 31, up and down at random accumulators.
  private func table(_ random: inout SplitMix64) throws -> ThresholdTable {
    let thresholds = (0..<31).map { _ in Int.random(in: -1000...1000, using: &random) }.sorted()
    return try ThresholdTable(
      base: 2,
      thresholds: thresholds,
      steps: [-1, -1] + Array(repeating: 1, count: 29)
    )
  }

  @Test("fewer codes stay the same", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let steps = MultiThreshold(
      .u(5),
      tables: try Broadcast((0..<5).map { _ in try table(&random) }, shape: [5])
    )
    // The nearest of levels that lie further apart above; every other code; one code for all.
    for graph in [
      try graph(steps, .u(4)) { $0 < 8 ? $0 : 8 + ($0 - 8) / 4 },
      try graph(steps, .u(4)) { $0 / 2 },
      try graph(steps, .i(2)) { _ in -1 },
    ] {
      let rule = AbsorbLookupIntoThresholds()
      try checkRule(rule, on: graph, fires: true, random: &random)
      let after = try graph.rewritten(by: [rule])
      let image = try #require(after.outputs.first?.value)
      #expect(after.name(of: image) == "narrow" && after.live.count == 2)
    }
  }

  @Test("leaves entries that lie further apart than codes, and codes with a bound")
  func guards() throws {
    var random = SplitMix64(seed: 1)
    let rule = AbsorbLookupIntoThresholds()
    let steps = MultiThreshold(.u(5), tables: Broadcast(try table(&random)))
    let bound = ErrorBound(law: "some", maximum: 1, relative: 1)
    for graph in [
      try graph(steps, .u(7)) { $0 * 2 },
      try graph(steps, .u(4), { $0 / 2 }, bound: bound),
    ] {
      try checkRule(rule, on: graph, fires: false, random: &random)
    }
  }
}
