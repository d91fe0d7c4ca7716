import BigInt
import IntaglioGraph
import IntaglioHardware
import IntaglioNumerics
import Testing

@Suite("Quotients in hardware are the oracle's")
struct QuotientRequantizerTests {
  /// Codes of M·a/b + B, and the numbers that stand for M and B.
  struct Case: Sendable {
    let type: IntegerType
    let divisors: Int
    let lines: [RequantizerLine]
    let shift: Int
    let numbers: [QuotientNumbers]
    let unit: QuotientRequantizer

    init(_ type: IntegerType, divisors: Int, _ lines: [RequantizerLine]) throws {
      (self.type, self.divisors, self.lines) = (type, divisors, lines)
      let shift = try #require(
        QuotientNumbers.shift(for: lines, codes: type.range, divisors: divisors)
      )
      self.shift = shift
      let numbers = try lines.map { line in
        try #require(
          QuotientNumbers(line, codes: type.range, divisors: divisors, shift: shift)
        )
      }
      self.numbers = numbers
      func range(_ numbers: [Int]) -> ClosedRange<Int> {
        (numbers.min() ?? 0)...(numbers.max() ?? 0)
      }
      unit = QuotientRequantizer(
        value: .i(13),
        port: .i(18),
        divisor: try #require(IntegerType(holding: 0...divisors)),
        result: type,
        multipliers: [range(numbers.map(\.multiplier)), range(numbers.map(\.divisorMultiplier))],
        shift: shift,
        isLeastOdd: (type.range.lowerBound - lines[0].zeroPoint) % 2 != 0
      )
    }

    func code(_ a: Int, over b: Int, _ line: RequantizerLine) -> Int {
      let quotient = Quotient(
        Requantizer(
          type,
          multiplier: Broadcast(line.multiplier),
          offset: Broadcast(line.offset),
          zeroPoint: Broadcast(line.zeroPoint)
        )
      )
      return IntegerFunction.quotient(quotient).apply(to: [[a], [b]], shape: [1, 1])[0]
    }

    /// Ratios on the borders and near them, and random ones.
    func ratios(_ line: RequantizerLine, using generator: inout SplitMix64) -> [(a: Int, b: Int)] {
      (0..<60).map { place in
        let b = place % 7 == 0 ? divisors : Int.random(in: 1...divisors, using: &generator)
        guard place % 3 > 0, !line.multiplier.isZero else {
          return (Int.random(in: -4096...4095, using: &generator), b)
        }
        let code = Int.random(in: type.range, using: &generator) - line.zeroPoint
        let border = (Rational(2 * code - 1, over: 2) - line.offset) / line.multiplier
        let a = Int((border * Rational(b)).floor) + place % 2
        return (max(-4096, min(4095, a)), b)
      }
    }

    func trace(seed: UInt64) throws -> Trace {
      var generator = SplitMix64(seed: seed)
      let beats = zip(lines, numbers).flatMap { line, numbers in
        ratios(line, using: &generator).map { ratio in
          (
            operands: [
              pattern(ratio.a, .init(unit.value)), pattern(ratio.b, .init(unit.port)),
              unit.word([numbers.multiplier, numbers.divisorMultiplier]).pattern,
            ],
            code: pattern(code(ratio.a, over: ratio.b, line), .init(type))
          )
        }
      }
      .shuffled(using: &generator)
      return Trace(
        pipeline: try unit.module(),
        latency: unit.latency,
        operands: beats.map(\.operands),
        results: beats.map(\.code)
      )
    }
  }

  private static func line(
    _ multiplier: Rational,
    _ offset: Rational,
    _ zeroPoint: Int = 0
  ) -> RequantizerLine {
    RequantizerLine(multiplier: multiplier, offset: offset, zeroPoint: zeroPoint)
  }

  static func cases() throws -> [Case] {
    [
      // Numbers like a program's, of both signs, and none.
      try Case(
        .u(3),
        divisors: 2450,
        [
          line(Rational(11_881_377, over: 1 << 20), Rational(2_143_111, over: 1 << 20)),
          line(Rational(-3_206_113, over: 1 << 20), Rational(5_320_007, over: 1 << 20)),
          line(.zero, Rational(7, over: 2)),
        ]
      ),
      // Every border is a ratio: ties.
      try Case(
        .i(3),
        divisors: 60,
        [line(4, Rational(1, over: 2)), line(Rational(1, over: 2), 0)]
      ),
      try Case(
        .u(8),
        divisors: 700,
        [line(Rational(98_765, over: 3001), Rational(555, over: 7), 3)]
      ),
      try Case(.u(1), divisors: 1, [line(Rational(1, over: 3), Rational(1, over: 9))]),
    ]
  }

  @Test("codes on both sides of every border", .needsTools, arguments: Simulator.allCases)
  func agrees(_ simulator: Simulator) throws {
    let traces = try Self.cases().enumerated().map { index, example in
      try example.trace(seed: UInt64(index)).stalled(perThousand: 100, seed: 3)
    }
    try Play(traces: traces).expectAgreement(in: simulator)
  }

  @Test("no tool complains", .needsTools, arguments: Tool.allCases)
  func lint(_ tool: Tool) throws {
    try expectNoComplaint(Self.cases().map { try $0.unit.module() }, tool)
  }

  @Test(
    "numbers give the code of every ratio of small integers",
    arguments: 0..<12 as Range<UInt64>
  )
  func everyRatio(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let sign = number(0...1) * 2 - 1
    let divisors = number(1...20)
    let line = Self.line(
      Rational(sign * number(1...5000), over: number(1...999)),
      Rational(number(-4000...4000), over: number(1...999)),
      number(-2...2)
    )
    let example = try Case(.i(4), divisors: divisors, [line])
    let numbers = example.numbers[0]
    let least = example.type.range.lowerBound - line.zeroPoint
    var wrong: [Rational] = []
    for b in 1...divisors {
      for a in -3 * b...3 * b {
        let sum = BigInt(numbers.multiplier) * BigInt(a) + BigInt(numbers.divisorMultiplier * b)
        let steps = Rational(sum, over: BigInt(b) << example.shift)
        // Half a step is in γ: codes begin at whole steps, where ties are.
        let code = (steps + Rational(2 * least - 1, over: 2)).roundedHalfEven(
          within: least...least + example.type.range.count - 1
        )
        if code + line.zeroPoint != example.code(a, over: b, line) {
          wrong.append(Rational(a, over: b))
        }
      }
    }
    #expect(wrong == [])
  }

  @Test("a border that no integers of 62 bits can be on has no numbers")
  func refused() {
    // Ties of both kinds at ratios, and a third is no binary number.
    let line = Self.line(Rational(1, over: 3), 0)
    #expect(QuotientNumbers.shift(for: [line], codes: 0...7, divisors: 12) == nil)
  }
}
