import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("AbsorbLookupIntoRowThresholds")
struct AbsorbLookupIntoRowThresholdsTests {
  private func graph(
    _ rows: RowThresholds,
    _ type: IntegerType,
    _ levels: (Int) -> Int,
    bound: ErrorBound? = nil
  ) throws -> Graph {
    var graph = Graph()
    let x = try graph.codes("x", .i(11), [2, 3, 5])
    let codes = try graph.append(.integer(.rowThresholds(rows)), x, name: "codes")
    if let bound { graph.setBound(bound, of: codes) }
    let lookup = LookupFunction(type, index: rows.type, entries: rows.type.range.map(levels))
    graph.addOutput("y", try graph.append(.integer(.lookup(lookup)), codes, name: "levels"))
    return graph
  }

  /// Codes 15 to 0 at random distances.
  private func table(_ random: inout SplitMix64) throws -> ThresholdTable {
    let thresholds = (0..<15).map { _ in Int.random(in: 1...1500, using: &random) }.sorted()
    return try ThresholdTable(
      base: 15,
      thresholds: thresholds,
      steps: Array(repeating: -1, count: 15)
    )
  }

  @Test("levels stay the same, squares and others", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let rows = RowThresholds(
      .u(4),
      tables: try Broadcast((0..<2).map { _ in try table(&random) }, shape: [2, 1, 1]),
      fallsFromLargest: Bool.random(using: &random)
    )
    // Squares, and entries that grow and fall by up to 15 a code.
    let jumps = (0...15).map { _ in Int.random(in: 0...15, using: &random) }
    for graph in [
      try graph(rows, .u8) { $0 * $0 }, try graph(rows, .u(4)) { jumps[$0] },
      try graph(rows, .i(2)) { _ in -1 },
    ] {
      let rule = AbsorbLookupIntoRowThresholds()
      try checkRule(rule, on: graph, fires: true, random: &random)
      let after = try graph.rewritten(by: [rule])
      let image = try #require(after.outputs.first?.value)
      #expect(after.name(of: image) == "levels" && after.live.count == 2)
    }
  }

  @Test("leaves levels of too many steps, wide ones, codes with a bound, and other lookups")
  func guards() throws {
    var random = SplitMix64(seed: 1)
    let rule = AbsorbLookupIntoRowThresholds()
    let rows = RowThresholds(.u(4), tables: Broadcast(try table(&random)))
    let bound = ErrorBound(law: "some", maximum: 1, relative: 1)
    for graph in [
      // 240 steps up, and as many down.
      try graph(rows, .u8) { $0 % 2 * 240 }, try graph(rows, .u(9)) { $0 },
      try graph(rows, .u8, { $0 }, bound: bound),
    ] {
      try checkForm(rule, on: graph, fires: false)
    }
    var other = Graph()
    let x = try other.codes("x", .u(2), [4])
    let lookup = LookupFunction(.u(2), index: .u(2), entries: [3, 2, 1, 0])
    other.addOutput("y", try other.append(.integer(.lookup(lookup)), x))
    try checkRule(rule, on: other, fires: false, random: &random)
  }
}
