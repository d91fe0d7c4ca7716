import BigInt
import IntaglioGraph
import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioNumerics
import Testing

@Suite("A search among thresholds finds the code of the threshold table")
struct SearchRequantizerTests {
  /// Requantizations of different slopes and signs.
  private static func tables(_ count: Int, _ code: IntegerType, seed: UInt64) -> [ThresholdTable] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { index in
      ThresholdTable(
        multiplier: Rational(Int.random(in: 1...9000, using: &generator), over: 100_000)
          * Rational(index % 3 == 1 ? -1 : 1),
        offset: Rational(Int.random(in: -3000...3000, using: &generator), over: 128),
        zeroPoint: Int.random(in: -9...9, using: &generator),
        codes: code.range
      )
    }
  }

  private static func units() throws -> [SearchRequantizer] {
    [
      SearchRequantizer("search_i8", tables: tables(5, .i(8), seed: 1), value: .i(17), code: .i(8)),
      SearchRequantizer("search_u5", tables: tables(1, .u(5), seed: 2), value: .i(12), code: .u(5)),
      // All values are above the first thresholds and below the last ones.
      SearchRequantizer("search_u9", tables: tables(2, .i(4), seed: 3), value: .u(5), code: .i(4)),
      SearchRequantizer(
        "search_bent",
        tables: [
          try ThresholdTable(
            base: -1,
            thresholds: [-40, -9, 0, 0, 3, ThresholdTable.never],
            steps: [-1, 1, 1, 1, -1, 1]
          ),
          ThresholdTable(constant: 2),
        ],
        value: .i(7),
        code: .i(3)
      ),
      SearchRequantizer(
        "search_constant",
        tables: [ThresholdTable(constant: 3)],
        value: .i(4),
        code: .u(2)
      ),
    ]
  }

  /// The breakpoints of every channel, their neighbours, the ends of the type, and random values.
  private static func trace(_ unit: SearchRequantizer, seed: UInt64) throws -> Trace {
    var generator = SplitMix64(seed: seed)
    let range = unit.value.range
    var pairs: [(channel: Int, value: Int)] = []
    for (channel, table) in unit.tables.enumerated() {
      let near = table.thresholds.flatMap { [$0 - 1, $0, $0 + 1] }.filter(range.contains)
      let random = (0..<40).map { _ in Int.random(in: range, using: &generator) }
      pairs += (near + random + [range.lowerBound, range.upperBound]).map { (channel, $0) }
    }
    // Neighbours in time belong to different channels.
    pairs.shuffle(using: &generator)
    return Trace(
      pipeline: try unit.module(),
      latency: unit.latency,
      operands: pairs.map { pair in
        [pattern(pair.value, .init(unit.value))]
          + (unit.tables.count > 1 ? [BigUInt(pair.channel)] : [])
      },
      results: pairs.map { pattern(unit.tables[$0.channel]($0.value), .init(unit.code)) }
    )
  }

  static func play() throws -> Play {
    let units = try units()
    return Play(
      traces: try units.enumerated().map { index, unit in
        try trace(unit, seed: UInt64(index)).stalled(perThousand: 100, seed: 2)
      },
      images: units.flatMap(\.images)
    )
  }

  @Test("every table, at its breakpoints, at the ends and at random", .needsTools)
  func equalsTheTable() throws { try Self.play().expectAgreement(in: .icarus) }

  @Test("no tool complains", .needsTools, arguments: Tool.allCases)
  func lint(_ tool: Tool) throws {
    for unit in try Self.units() {
      try expectNoComplaint([try unit.module()], images: unit.images, tool)
    }
  }

  @Test("a threshold or a code that is one off is caught, wherever it is", .needsTools)
  func mutants() throws {
    let unit = try Self.units()[3]
    // The words of the first channel that count: it has 6 thresholds of at most 7, and with two of
    // them at 0 no value has reached just 3.
    let words = [[0], [0, 1], [0, 1, 2], [0, 1, 2, 4, 5]]
    for (image, places) in zip(unit.images, words) {
      for place in places {
        var words = image.words
        words[place] ^= 1
        let damaged = Verilog.MemoryImage(image.name, bits: image.bits, words: words)
        let images = unit.images.map { $0.name == image.name ? damaged : $0 }
        #expect(
          try mismatches(Self.trace(unit, seed: 3), images: images) > 0,
          "\(image.name), word \(place)"
        )
      }
    }
  }
}
