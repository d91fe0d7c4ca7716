import BigInt
import IntaglioGraph
import IntaglioHardware
import IntaglioNumerics
import Testing

@Suite("Normalization in hardware is the oracle's")
struct NormQuantizerTests {
  private static func cases() throws -> [Case] {
    // Many squares that are close to each other, so that every bit of a word counts.
    var close = try Case(
      "norm_bits",
      .i(4),
      value: .i(5),
      count: 3,
      multiplier: 2...7,
      offset: -5...5,
      unit: 2,
      epsilon: Rational(1),
      digit: 9,
      small: 80,
      seed: 8
    )
    close.near = -7...7
    return [
      close,
      try Case("norm_i3", .i(3), value: .i(16), count: 12, lefts: 0...5, seed: 1),
      try Case("norm_rms", .u(4), value: .i(12), count: 8, isCentered: false, seed: 2),
      // Ratios of small integers: squares that are equal, and so ties, come up.
      try Case(
        "norm_ties",
        .i(2),
        value: .i(4),
        count: 4,
        multiplier: -3...3,
        offset: -3...3,
        unit: 2,
        epsilon: Rational(1),
        digit: 7,
        small: 40,
        seed: 3
      ),
      // x = (1, -1) gives exactly ±3/2: the first tie tried, -3/2, has the same square as 3/2.
      try Case(
        "norm_signs",
        .i(2),
        value: .i(4),
        count: 2,
        multiplier: 3...3,
        offset: 0...0,
        zeroPoint: 1...1,
        unit: 1,
        epsilon: Rational(3),
        small: 20,
        seed: 7
      ),
      try Case("norm_u8", .u(8), value: .i(16), count: 5, multiplier: 1...9000, digit: 32, seed: 4),
      try Case(
        "norm_odd",
        .i(3),
        value: .u(7),
        count: 3,
        unit: 105,
        epsilon: Rational(7, over: 30),
        digit: 64,
        seed: 5
      ),
      try Case("norm_one", .i(3), value: .i(9), count: 1, digit: 1, seed: 6),
    ]
  }

  private static func images(_ cases: [Case]) -> [Verilog.MemoryImage] { cases.map(\.unit.image) }

  static func play() throws -> Play {
    let cases = try cases()
    let traces = try cases.enumerated().map { index, item in
      try item.trace(seed: UInt64(index)).stalled(perThousand: 50, seed: 4)
    }
    return Play(traces: traces, images: images(cases))
  }

  @Test("every code in its cycle", .needsTools)
  func codes() throws { try Self.play().expectAgreement(in: .icarus) }

  // MARK: Several norms

  /// Norms of one form whose channels, ε and zero points differ.
  private static func shared(_ epsilons: [Rational]) throws -> [Case] {
    try epsilons.enumerated().map { index, epsilon in
      try Case(
        "shared_\(index)",
        .i(3),
        value: .i(12),
        count: 5,
        lefts: 0...(2 * index),
        multiplier: -300 >> index...300 >> index,
        epsilon: epsilon,
        small: 2,
        seed: UInt64(40 + index)
      )
    }
  }

  /// Rows of all of them, mixed; `skew` names the wrong norm's numbers for every row.
  private static func mixed(_ epsilons: [Rational], skew: Int = 0) throws -> Play {
    let cases = try shared(epsilons)
    let unit = try NormQuantizer(
      "shared",
      cases.map(\.norm),
      count: 5,
      value: .i(12),
      digit: 16
    )
    var generator = SplitMix64(seed: 5)
    var rows = cases.indices.flatMap { index in
      cases[index].rows(using: &generator).map { (index, $0) }
    }
    rows.shuffle(using: &generator)
    let trace = RowTrace.trace(
      try unit.moduleWithMemory(),
      RowTrace.Timing(unit),
      rows: rows.map { index, row in
        let norm = cases[index].norm
        let named = (index + skew) % cases.count
        let parameters = unit.parameterBits > 0 ? [unit.parameterWord(named)] : []
        return RowTrace.Row(
          operands: row.map { [pattern($0, .init(.i(12)))] },
          held: [BigUInt(unit.firstChannel(named))] + parameters,
          results: IntegerFunction.norm(norm).apply(to: [row], shape: [1, 5])
            .map { pattern($0, .init(.i(3))) }
        )
      },
      holdsEarly: true,
      pauses: 100,
      using: &generator
    )
    return Play(traces: [trace.stalled(perThousand: 50, seed: 6)], images: [unit.image])
  }

  private static let epsilons = [
    [Rational(3, over: 4096), Rational(3, over: 4096), Rational(3, over: 4096)],
    [Rational(3, over: 4096), Rational(1, over: 64), Rational(900_001, over: 1024)],
  ]

  @Test("several norms share a unit, row by row", .needsTools, arguments: epsilons)
  func shares(epsilons: [Rational]) throws {
    let play = try Self.mixed(epsilons)
    try play.expectAgreement(in: .icarus)
    try play.expectAgreement(in: .verilator)
    try expectNoComplaint(play.traces.map(\.module), images: play.images, .yosys)
    let wrong = try Self.mixed(epsilons, skew: 1)
    #expect(try mismatches(wrong.traces[0], images: wrong.images) > 0, "another norm's numbers")
  }

  @Test("a unit is as wide as its widest norm needs, and p is a port only where it differs")
  func widest() throws {
    for epsilons in Self.epsilons {
      let norms = try Self.shared(epsilons).map(\.norm)
      func unit(_ norms: [IntegerNorm]) throws -> NormQuantizer {
        try NormQuantizer("n", norms, count: 5, value: .i(12), digit: 16)
      }
      let all = try unit(norms)
      #expect(try norms.allSatisfy { try unit([$0]).interval <= all.interval })
      #expect(all.channelCount == 15 && all.image.words.count == 15)
      #expect((all.parameterBits > 0) == (Set(epsilons).count > 1))
      #expect(try unit([norms[0]]).parameterBits == 0)
    }
  }

  // MARK: Widths

  static let types: [IntegerType] = [.i(2), .u(3), .i(3), .i(4), .u(4), .i(8)]

  /// Ratios of small integers, zero among them: many squares are equal.
  private static func narrow(_ digit: Int) throws -> [Case] {
    try types.enumerated().map { index, code in
      try Case(
        "narrow_\(code)_\(digit)",
        code,
        value: .i(4),
        count: 4,
        multiplier: -3...3,
        offset: -3...3,
        unit: 2,
        epsilon: Rational(1),
        digit: digit,
        small: 30,
        seed: UInt64(10 + index)
      )
    }
  }

  /// What a model has: γ, β, the quantizer's scale and ε are float32, and nothing is rounded.
  private static func real(_ digit: Int) throws -> [Case] {
    try types.enumerated().map { index, code in
      var generator = SplitMix64(seed: UInt64(20 + index))
      func real(_ range: ClosedRange<Float>) throws -> Rational {
        try #require(Rational(exactly: Double(Float.random(in: range, using: &generator))))
      }
      let count = 5
      let scale = try real(0.03...0.3)
      let norm = IntegerNorm(
        isCentered: index % 2 == 0,
        left: Broadcast((0..<count).map { $0 % 4 }, shape: [count]),
        epsilon: try real(1e-5...2e-5) * Rational(1 << 22),
        requantizer: Requantizer(
          code,
          multiplier: Scale(try (0..<count).map { _ in try real(-2...2) / scale }, shape: [count]),
          offset: Scale(try (0..<count).map { _ in try real(-1...1) / scale }, shape: [count])
        )
      )
      return try Case(
        "real_\(code)_\(digit)",
        norm,
        value: .i(16),
        count: count,
        digit: digit,
        small: 2
      )
    }
  }

  @Test(
    "narrow and real parameters at every width of codes, ties and extremes",
    .needsTools,
    arguments: [1, 7, 16, 32, 64]
  )
  func widths(digit: Int) throws {
    let (narrow, real) = (try Self.narrow(digit), try Self.real(digit))
    for item in narrow {
      var generator = SplitMix64(seed: 1)
      #expect(item.ties(item.rows(using: &generator)) > 0, "\(item.unit.name) has no tie")
    }
    let cases = narrow + real
    #expect(cases.allSatisfy { $0.unit.digit <= digit })
    let traces = try cases.map { try $0.trace(seed: 1) }
    try Play(traces: traces, images: Self.images(cases)).expectAgreement(in: .icarus)
    let modules = try (narrow + real).map { try $0.unit.moduleWithMemory() }
    try expectNoComplaint(modules, images: Self.images(cases), .verilator)
  }

  @Test("a wider multiplier is never slower, and no wider than it must be")
  func digits() throws {
    var before: Int?
    for digit in 1...64 {
      let unit = try #require(Self.real(digit).first).unit
      #expect(unit.interval <= before ?? .max)
      before = unit.interval
      if unit.digit < digit {
        #expect(try unit.interval == #require(Self.real(unit.digit).first).unit.interval)
      }
    }
  }

  @Test("an element costs five products and no more")
  func products() throws {
    // Every factor fits in 64 bits, so each product takes a cycle; the first one has four stages and three
    // products to wait for.
    let unit = try #require(Self.narrow(64).first).unit
    #expect(unit.interval == 5 + 1)
    #expect(unit.pace == 1)
    // A digit of a code a cycle, and one before the first.
    let wide = try #require(Self.narrow(64).last).unit
    #expect(wide.interval == 8 + 1)
  }

  @Test("no tool complains", .needsTools, arguments: Tool.allCases)
  func lint(_ tool: Tool) throws {
    let cases = try Self.cases()
    try expectNoComplaint(
      try cases.map { try $0.unit.moduleWithMemory() },
      images: Self.images(cases),
      tool
    )
  }

  @Test("a norm that cannot be built says why")
  func refusals() throws {
    func norm(_ method: IntegerNorm.Method, _ multiplier: Scale) -> IntegerNorm {
      IntegerNorm(
        isCentered: true,
        epsilon: 1,
        method: method,
        requantizer: Requantizer(.i(3), multiplier: multiplier)
      )
    }
    let root = try #require(FixedPointRoot(count: 4, bound: 100, epsilon: 1))
    #expect(throws: NormQuantizerError.fixedPoint) {
      try NormQuantizer("n", [norm(.fixedPoint(root), Scale(1))], count: 4, value: .i(8))
    }
    let perRow = Scale([1, 2], shape: [2, 1])
    #expect(throws: NormQuantizerError.parameters([2, 1])) {
      try NormQuantizer("n", [norm(.exact, perRow)], count: 4, value: .i(8))
    }
    #expect(throws: NormQuantizerError.digit(0)) {
      try NormQuantizer("n", [norm(.exact, Scale(1))], count: 4, value: .i(8), digit: 0)
    }
  }
}
