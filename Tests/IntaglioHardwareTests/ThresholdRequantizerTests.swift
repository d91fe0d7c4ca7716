import BigInt
import IntaglioGraph
import IntaglioHardware
import IntaglioNumerics
import Testing

@Suite("Thresholds in hardware are the threshold table")
struct ThresholdRequantizerTests {
  /// Tables of requantizations, rising and falling, and of functions that do both.
  private static func tables(
    _ code: IntegerType,
    _ generator: inout SplitMix64
  ) throws -> [ThresholdTable] {
    let requantizations = (0..<6).map { index in
      ThresholdTable(
        multiplier: Rational(Int.random(in: 1...4000, using: &generator), over: 100_000)
          * Rational(index % 2 == 0 ? 1 : -1),
        offset: Rational(Int.random(in: -300...300, using: &generator), over: 128),
        zeroPoint: Int.random(in: -2...2, using: &generator),
        codes: code.range
      )
    }
    // Down and up again, as gelu does, with steps that share a threshold and one out of reach.
    let bent = try ThresholdTable(
      base: code.range.lowerBound + 2,
      thresholds: [-90, -11, -3, 0, 0, 500, ThresholdTable.never],
      steps: [-1, -1, 1, 1, 1, -1, -1]
    )
    return requantizations + [bent, ThresholdTable(constant: code.range.upperBound)]
  }

  private struct Case {
    let unit: ThresholdRequantizer
    let tables: [ThresholdTable]
    let value: IntegerType

    init(_ value: IntegerType, _ code: IntegerType, seed: UInt64) throws {
      var generator = SplitMix64(seed: seed)
      self.value = value
      tables = try ThresholdRequantizerTests.tables(code, &generator)
      unit = ThresholdRequantizer(tables: tables, value: value, code: code)
    }

    /// The breakpoints of every table, their neighbours, the ends of the type, and random values.
    func trace(seed: UInt64) throws -> Trace {
      var generator = SplitMix64(seed: seed)
      var operands: [[BigUInt]] = []
      var results: [BigUInt] = []
      for table in tables {
        let near = table.thresholds.flatMap { [$0 - 1, $0, $0 + 1] }
        let random = (0..<40).map { _ in Int.random(in: value.range, using: &generator) }
        let ends = [value.range.lowerBound, value.range.upperBound]
        for number in near + random + ends where value.range.contains(number) {
          operands.append([pattern(number, .init(value)), unit.word(table).pattern])
          results.append(pattern(table(number), .init(unit.code)))
        }
      }
      return Trace(
        pipeline: try unit.module(),
        latency: ThresholdRequantizer.latency,
        operands: operands,
        results: results
      )
    }
  }

  private static func cases() throws -> [Case] {
    [
      try Case(.i(12), .i(3), seed: 1), try Case(.i(11), .u(3), seed: 2),
      try Case(.i(14), .i(4), seed: 3), try Case(.u(9), .u(2), seed: 4),
    ]
  }

  static func play() throws -> Play {
    Play(
      traces: try cases().enumerated().map { index, item in
        try item.trace(seed: UInt64(index)).stalled(perThousand: 100, seed: 9)
      }
    )
  }

  @Test("every table, at its breakpoints, at the ends and at random", .needsTools)
  func equalsTheTable() throws { try Self.play().expectAgreement(in: .icarus) }

  @Test("no tool complains", .needsTools, arguments: Tool.allCases)
  func lint(_ tool: Tool) throws {
    try expectNoComplaint(try Self.cases().map { try $0.unit.module() }, tool)
  }

  @Test("a threshold that is one off is caught, whichever it is", .needsTools)
  func mutants() throws {
    let item = try Case(.i(12), .i(3), seed: 1)
    let count = item.unit.rises + item.unit.falls
    for index in 0..<count {
      // The lowest bit of the threshold.
      let bit = BigUInt(1) << (item.unit.code.bits + index * item.value.bits)
      let trace = try item.trace(seed: 1)
      var cycles = trace.cycles
      for cycle in cycles.indices { cycles[cycle].inputs[2] ^= bit }
      let mutant = Trace(trace.module, lanes: trace.lanes, cycles: cycles)
      #expect(try mismatches(mutant) > 0, "threshold \(index)")
    }
  }
}
