import BigInt
import IntaglioGraph
import IntaglioHardware
import IntaglioNumerics
import Testing

@Suite("Thresholds of distances in hardware are the oracle's")
struct RowStepsUnitTests {
  private static let columns = 19

  /// Functions of one form, and the unit of all.
  struct Family: Sendable {
    let functions: [RowThresholds]
    let score: IntegerType
    let unit: RowStepsUnit

    init(
      _ name: String,
      _ type: IntegerType,
      _ tables: [(base: Int, changes: [(threshold: Int, step: Int)])],
      fallsFromLargest: Bool = true,
      score: IntegerType
    ) {
      functions = tables.map { table in
        RowThresholds(
          type,
          tables: Broadcast(ThresholdTable(base: table.base, changes: table.changes)),
          fallsFromLargest: fallsFromLargest
        )
      }
      self.score = score
      unit = RowStepsUnit(name, functions, count: RowStepsUnitTests.columns, score: score)
    }

    func trace(seed: UInt64) throws -> Trace {
      var generator = SplitMix64(seed: seed)
      let rows = (0..<4 * functions.count).map { place -> RowTrace.Row in
        let (function, range) = (functions[place % functions.count], score.range)
        let width = [4, 30, 200, range.upperBound][place / functions.count % 4]
        let near = max(range.lowerBound, -width)...min(range.upperBound, width)
        let scores = (0..<columns).map { _ in Int.random(in: near, using: &generator) }
        return RowTrace.Row(
          operands: scores.map { [pattern($0, .init(score))] },
          held: unit.parameterBits > 0 ? [unit.parameterWord(place % functions.count)] : [],
          results: IntegerFunction.rowThresholds(function).apply(to: [scores], shape: [1, columns])
            .map { pattern($0, .init(function.type)) }
        )
      }
      return RowTrace.trace(
        try unit.module(),
        RowTrace.Timing(latency: unit.latency, busy: unit.busy),
        rows: rows,
        pauses: 200,
        using: &generator
      )
    }
  }

  private static let families: [Family] = [
    // Levels 9, 4, 1, 0 at thresholds of three heads; some are in front of every distance, some beyond.
    Family(
      "steps_u8",
      .u(8),
      [
        (9, [(3, -5), (17, -3), (40, -1)]), (9, [(1, -5), (2, -3), (511, -1)]),
        (9, [(100, -5), (600, -3), (ThresholdTable.never, -1)]),
      ],
      score: .i(9)
    ),
    // What falls from the least score; a code that rises again; a change that distance 0 has passed.
    Family(
      "steps_i4",
      .i(4),
      [(2, [(0, 1), (5, -4), (9, 3)])],
      fallsFromLargest: false,
      score: .u(8)
    ),
  ]

  @Test("one table and several, rows with pauses", .needsTools, arguments: Simulator.allCases)
  func agrees(_ simulator: Simulator) throws {
    let traces = try Self.families.map { try $0.trace(seed: 5) }
    try Play(traces: traces).expectAgreement(in: simulator)
  }

  @Test("no tool complains", .needsTools, arguments: Tool.allCases)
  func lint(_ tool: Tool) throws {
    try expectNoComplaint(Self.families.map { try $0.unit.module() }, tool)
  }

  @Test("functions of one form differ in thresholds alone")
  func forms() {
    func form(_ family: Family, _ place: Int) -> RowStepsSignature {
      RowStepsSignature(family.functions[place], count: 19, score: family.score)
    }
    #expect(form(Self.families[0], 0) == form(Self.families[0], 2))
    #expect(form(Self.families[0], 0) != form(Self.families[1], 0))
    #expect(Self.families[1].unit.parameterBits == 0)
  }
}
