import BigInt
import IntaglioGraph
import IntaglioHardware
import IntaglioNumerics
import Testing

@Suite("One unit does the rows of several softmaxes")
struct SoftmaxUnitSharingTests {
  /// The scales of one softmax.
  typealias Scales = (score: Rational, step: Rational)

  /// Softmaxes that differ in their scales, and the unit of all.
  struct Family: Sendable {
    let softmaxes: [IntegerSoftmax]
    let count: Int
    let score: IntegerType
    let unit: SoftmaxUnit

    init(
      _ name: String,
      _ exponential: IntegerSoftmax.Exponential,
      _ type: IntegerType,
      _ scales: [Scales],
      zeroPoint: Int = 0,
      placement: ZeroPointPlacement = .afterRounding,
      count: Int,
      score: IntegerType
    ) {
      softmaxes = scales.map { scales in
        IntegerSoftmax(
          exponential,
          type,
          scale: scales.score,
          step: scales.step,
          zeroPoint: zeroPoint,
          placement: placement
        )
      }
      self.count = count
      self.score = score
      unit = SoftmaxUnit(name, softmaxes, row: 0, shape: [1, count], score: score)
    }

    /// The codes of a softmax for scores, with the word of the same or of another one.
    func row(_ scores: [Int], _ parameterSet: Int, word: Int? = nil) -> RowTrace.Row {
      let softmax = softmaxes[parameterSet]
      return RowTrace.Row(
        operands: scores.map { [pattern($0, .init(score))] },
        held: unit.parameterBits > 0 ? [unit.parameterWord(word ?? parameterSet)] : [],
        results: IntegerFunction.softmax(softmax).apply(to: [scores], shape: [1, count])
          .map { pattern($0, .init(softmax.quantizer.type)) }
      )
    }

    /// Every softmax behind every other and behind itself, on scores of every size.
    func rows(seed: UInt64) -> [RowTrace.Row] {
      var generator = SplitMix64(seed: seed)
      var parameterSets = softmaxes.indices.flatMap { first in
        softmaxes.indices.flatMap { [first, $0] }
      }
      parameterSets.append(contentsOf: parameterSets.shuffled(using: &generator))
      return parameterSets.enumerated().map { place, parameterSet in
        let range = score.range
        let width = [3, 40, 300, range.upperBound][place % 4]
        let near = max(range.lowerBound, -width)...min(range.upperBound, width)
        return row((0..<count).map { _ in Int.random(in: near, using: &generator) }, parameterSet)
      }
    }

    func trace(
      _ rows: [RowTrace.Row],
      pauses: Int,
      seed: UInt64
    ) throws -> Trace {
      var generator = SplitMix64(seed: seed)
      return RowTrace.trace(
        try unit.module(),
        RowTrace.Timing(latency: unit.latency, busy: unit.busy),
        rows: rows,
        pauses: pauses,
        using: &generator
      )
    }
  }

  private static let families: [Family] = [
    // Scales that were floats; shifts, caps and denominators of their own.
    Family(
      "shared_u3",
      .base2(fractionBits: 8, tableBits: 16),
      .u(3),
      [
        (Rational(11, over: 256), Rational(9_123_457, over: 1 << 26)),
        (Rational(7, over: 1 << 10), Rational(5_432_109, over: 1 << 24)),
        (Rational(13_000_001, over: 1 << 24), Rational(12_345_679, over: 1 << 28)),
      ],
      count: 25,
      score: .i(11)
    ),
    // Denominators with an odd part.
    Family(
      "shared_u8",
      .base2Product,
      .u(8),
      [
        (Rational(1, over: 300), Rational(1, over: 255)),
        (Rational(1, over: 90), Rational(7, over: 1020)),
        (Rational(2, over: 7), Rational(1, over: 510)),
      ],
      zeroPoint: 3,
      count: 11,
      score: .i(16)
    ),
    // The least score is the most probable; an offset that is many steps.
    Family(
      "shared_i4",
      .base2(fractionBits: 0, tableBits: 16),
      .i(4),
      [
        (Rational(-3, over: 50), Rational(1, over: 12)),
        (Rational(-1, over: 2), Rational(5, over: 24)),
        (Rational(-1, over: 700), Rational(1, over: 6)),
      ],
      zeroPoint: -5,
      placement: .beforeRounding,
      count: 6,
      score: .i(12)
    ),
    // Rows as short, and codes as wide, as they can be: the next row's sum is soonest.
    Family(
      "shared_one",
      .base2(fractionBits: 4, tableBits: 16),
      .u(8),
      [
        (Rational(1, over: 4), Rational(3, over: 256)),
        (Rational(1, over: 4), Rational(37, over: 256)),
        (Rational(1, over: 9), Rational(1, over: 256)),
      ],
      count: 1,
      score: .i(6)
    ),
    Family(
      "shared_two",
      .shiftmax,
      .u(8),
      [
        (Rational(1, over: 40), Rational(1, over: 128)),
        (Rational(1, over: 40), Rational(1, over: 2)),
      ],
      count: 2,
      score: .i(9)
    ),
    // Only one number differs.
    Family(
      "shared_scores",
      .base2Product,
      .u(4),
      [
        (Rational(1, over: 10), Rational(1, over: 16)),
        (Rational(1, over: 70), Rational(1, over: 16)),
      ],
      count: 8,
      score: .i(8)
    ),
    Family(
      "shared_steps",
      .base2Product,
      .u(4),
      [
        (Rational(1, over: 70), Rational(3, over: 64)),
        (Rational(1, over: 70), Rational(1, over: 32)),
      ],
      count: 8,
      score: .i(8)
    ),
  ]

  private static func family(_ name: String) throws -> Family {
    try #require(families.first { $0.unit.name == name })
  }

  private static let images: [Verilog.MemoryImage] =
    Dictionary(
      families.flatMap(\.unit.images).map { ($0.name, $0) },
      uniquingKeysWith: { first, _ in first }
    ).values.sorted { $0.name < $1.name }

  static func play() throws -> Play {
    let traces = try families.enumerated().map { index, family in
      let seed = UInt64(index)
      return try family.trace(family.rows(seed: seed), pauses: 150, seed: seed)
        .stalled(perThousand: 100, seed: 4)
    }
    return Play(traces: traces, images: images)
  }

  @Test("every code in its cycle, whatever the word is while no row needs it", .needsTools)
  func codes() throws { try Self.play().expectAgreement(in: .icarus) }

  @Test("rows that follow one another without a pause", .needsTools)
  func withoutPauses() throws {
    let traces = try Self.families.map { try $0.trace($0.rows(seed: 9), pauses: 0, seed: 9) }
    try Play(traces: traces, images: Self.images).expectAgreement(in: .icarus)
  }

  @Test("no tool complains about a shared softmax", .needsTools, arguments: Tool.allCases)
  func lint(_ tool: Tool) throws {
    try expectNoComplaint(try Self.families.map { try $0.unit.module() }, images: Self.images, tool)
  }

  @Test("a row takes as long as in a unit of its own, but for more digits of p")
  func timing() {
    for family in Self.families {
      for softmax in family.softmaxes {
        let own = SoftmaxUnit(
          "own",
          [softmax],
          row: 0,
          shape: [1, family.count],
          score: family.score
        )
        let more = family.unit.latency - own.latency
        #expect((0...2).contains(more) && family.unit.busy - own.busy == more)
      }
    }
  }

  @Test(
    "the word of another softmax is caught, whichever number differs",
    .needsTools,
    arguments: [
      "shared_u3", "shared_u8", "shared_i4", "shared_one", "shared_scores", "shared_steps",
    ]
  )
  func wrongWord(_ name: String) throws {
    let family = try Self.family(name)
    var generator = SplitMix64(seed: 5)
    let scores = (0..<4).map { _ in
      (0..<family.count).map { _ in Int.random(in: -20...20, using: &generator) }
    }
    func count(_ parameterSet: Int, word: Int) throws -> Int {
      let rows = scores.map { family.row($0, parameterSet, word: word) }
      let trace = try family.trace(rows, pauses: 0, seed: 6)
      return try mismatches(trace, images: family.unit.images)
    }
    let last = family.softmaxes.count - 1
    #expect(try count(last, word: last) == 0)
    #expect(try count(0, word: last) > 0)
    #expect(try count(last, word: 0) > 0)
  }

  @Test(
    "a word is needed to the cycle in which the sum is multiplied, and not beyond",
    .needsTools,
    arguments: [0, 1]
  )
  func lastCycle(later: Int) throws {
    let family = try Self.family("shared_u3")
    let rows = (0..<2).map { family.row(Array(0..<family.count), $0) }
    let trace = try family.trace(rows, pauses: 0, seed: 6)
    let other = family.unit.parameterWord(2)
    // Of the first row: the last score comes behind two resets; when the unit is ready again, all codes
    // have been begun. p is read in the first cycle of the sum's multiplication.
    let lastScore = 2 + family.count - 1
    let scaling = lastScore + family.unit.busy - family.count - family.unit.scalingCycles
    var cycles = trace.cycles
    cycles[scaling + later].inputs[cycles[scaling].inputs.count - 1] = other
    let changed = Trace(trace.module, lanes: trace.lanes, cycles: cycles)
    let count = try mismatches(changed, images: family.unit.images)
    #expect(later == 0 ? count > 0 : count == 0)
  }

  @Test("only numbers that differ are in the word")
  func widths() throws {
    let (scores, steps) = (try Self.family("shared_scores"), try Self.family("shared_steps"))
    let both = try Self.family("shared_u3")
    #expect(scores.unit.parameterBits >= 16 && steps.unit.parameterBits == 2)
    // 3/64 and 2/64.
    #expect(steps.softmaxes.indices.map(steps.unit.parameterWord) == [3, 2])
    #expect(both.unit.parameterBits > 24 + 31)
    for family in Self.families {
      let words = family.softmaxes.indices.map(family.unit.parameterWord)
      #expect(Set(words).count == words.count)
      #expect(words.allSatisfy { $0.bitWidth <= family.unit.parameterBits })
    }
  }

  @Test("equal softmaxes need no word, and the unit of several is that of one")
  func equalSoftmaxes() throws {
    for family in Self.families {
      let softmax = family.softmaxes[0]
      let units = [1, 3].map { count in
        SoftmaxUnit(
          "unit",
          Array(repeating: softmax, count: count),
          row: 0,
          shape: [1, family.count],
          score: family.score
        )
      }
      #expect(units[1].parameterBits == 0 && units[1].parameterWord(2) == 0)
      let module = try units[1].module()
      #expect(try module == units[0].module())
      #expect(!module.ports.contains { $0.signal.name == "parameter_i" })
    }
  }

  @Test(
    "every row of a shared exponential is that of its own scale",
    .needsTools,
    arguments: [7, 18]
  )
  func exponentials(bits: Int) throws {
    let all = [
      Rational(1, over: 90_000), Rational(3, over: 1000), Rational(13, over: 90), Rational(5),
    ]
    let families: [(IntegerSoftmax.Exponential, [Rational])] = [
      (.base2(fractionBits: 0, tableBits: 16), all), (.base2(fractionBits: 8, tableBits: 16), all),
      (.base2(fractionBits: 4, tableBits: 24), all),
      (.base2Product, Array(all.dropFirst())),
      (.base2Product, [Rational(1, over: 90_000), Rational(1, over: 70_000)]),
    ]
    var (traces, images): ([Trace], [Verilog.MemoryImage]) = ([], [])
    var generator = SplitMix64(seed: UInt64(bits))
    for (exponential, scales) in families {
      let unit = ExponentialUnit(exponential, scales: scales, bits: bits)
      for image in unit.images where !images.contains(image) { images.append(image) }
      let top = 1 << bits - 1
      let differences =
        Array(0...min(200, top)) + [top]
        + (0..<200).map { _ in
          Int.random(in: 0...top >> Int.random(in: 0..<bits, using: &generator), using: &generator)
        }
      let power = Verilog.SignalType(holding: 0...unit.greatest)
      for (parameterSet, scale) in scales.enumerated() {
        let multiplier = try #require(unit.multiplier(parameterSet))
        let own = exponential(scale: scale)
        traces.append(
          Trace(
            pipeline: try unit.module(),
            latency: unit.latency,
            operands: differences.map { [BigUInt($0), multiplier] },
            results: differences.map { pattern(own($0), power) }
          )
        )
      }
    }
    try Play(traces: traces, images: images).expectAgreement(in: .icarus)
  }
}
