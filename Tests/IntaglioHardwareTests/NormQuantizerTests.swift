import BigInt
import IntaglioGraph
import IntaglioHardware
import IntaglioNumerics
import Testing

@Suite("Normalization in hardware is the oracle's")
struct NormQuantizerTests {
  private struct Case {
    let norm: IntegerNorm
    let count: Int
    let value: IntegerType
    let unit: NormQuantizer
    /// How many rows of small elements it is tried on.
    let small: Int

    init(
      _ name: String,
      _ code: IntegerType,
      value: IntegerType,
      count: Int,
      isCentered: Bool = true,
      lefts: ClosedRange<Int> = 0...0,
      multiplier: ClosedRange<Int> = -300...300,
      offset: ClosedRange<Int> = -200...200,
      zeroPoint: ClosedRange<Int> = -1...2,
      unit denominator: Int = 128,
      epsilon: Rational = Rational(3, over: 4096),
      digit: Int = 16,
      small: Int = 1,
      seed: UInt64
    ) throws {
      var generator = SplitMix64(seed: seed)
      func numbers(_ range: ClosedRange<Int>) -> [Int] {
        (0..<count).map { _ in Int.random(in: range, using: &generator) }
      }
      func ratios(_ range: ClosedRange<Int>) -> Scale {
        Scale(
          numbers(range).map { Rational($0 == 0 ? 1 : $0, over: denominator) },
          shape: [count]
        )
      }
      norm = IntegerNorm(
        isCentered: isCentered,
        left: Broadcast(numbers(lefts), shape: [count]),
        epsilon: epsilon,
        requantizer: Requantizer(
          code,
          multiplier: ratios(multiplier),
          offset: Scale(
            numbers(offset).map { Rational($0, over: denominator) },
            shape: [count]
          ),
          zeroPoint: Broadcast(numbers(zeroPoint), shape: [count])
        )
      )
      self.count = count
      self.value = value
      self.small = small
      unit = try NormQuantizer(name, norm, count: count, value: value, digit: digit)
    }

    /// Random rows, small ones, equal elements (no deviation at all), and extremes.
    func trace(seed: UInt64) throws -> Trace {
      var generator = SplitMix64(seed: seed)
      let range = value.range
      let low = max(-5, range.lowerBound)
      let random = ([range, low...low + 10] + Array(repeating: max(low, -1)...1, count: small)).map
      {
        range in
        (0..<count).map { _ in Int.random(in: range, using: &generator) }
      }
      let same = Array(repeating: Int.random(in: range, using: &generator), count: count)
      let ends = (0..<count).map { $0 % 2 == 0 ? range.lowerBound : range.upperBound }
      let spike = (0..<count).map { $0 == count / 2 ? range.upperBound : 0 }
      let rows = (random + [same, ends, spike]).map { row in
        RowTrace.Row(
          operands: row.map { [pattern($0, .init(value))] },
          results: IntegerFunction.norm(norm).apply(to: [row], shape: [1, count])
            .map { pattern($0, .init(norm.requantizer.type)) }
        )
      }
      return RowTrace.trace(
        try unit.moduleWithMemory(),
        RowTrace.Timing(latency: unit.latency, interval: unit.interval, busy: unit.busy),
        rows: rows,
        pauses: 200,
        using: &generator
      )
    }
  }

  private static func cases() throws -> [Case] {
    [
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
      try NormQuantizer("n", norm(.fixedPoint(root), Scale(1)), count: 4, value: .i(8))
    }
    let perRow = Scale([1, 2], shape: [2, 1])
    #expect(throws: NormQuantizerError.parameters([2, 1])) {
      try NormQuantizer("n", norm(.exact, perRow), count: 4, value: .i(8))
    }
    #expect(throws: NormQuantizerError.digit(0)) {
      try NormQuantizer("n", norm(.exact, Scale(1)), count: 4, value: .i(8), digit: 0)
    }
  }
}
