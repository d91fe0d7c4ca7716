import BigInt
import IntaglioGraph
import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioNumerics
import Testing

@Suite("Softmax in hardware is the oracle's")
struct SoftmaxUnitTests {
  private static let exponentials: [IntegerSoftmax.Exponential] = [
    .base2(fractionBits: 0, tableBits: 16), .base2(fractionBits: 8, tableBits: 16),
    .base2(fractionBits: 4, tableBits: 24), .base2Product, .shiftmax,
  ]
  /// Fine, ordinary and coarse scales of scores.
  private static let scales = [
    Rational(1, over: 90_000), Rational(3, over: 1000), Rational(13, over: 90), Rational(5),
  ]

  private static func units(bits: Int) -> [ExponentialUnit] {
    exponentials.flatMap { exponential in
      scales.map { ExponentialUnit(exponential, scale: $0, bits: bits) }
    }
  }

  /// Every difference up to 200, and random ones.
  private static func trace(_ unit: ExponentialUnit, bits: Int, seed: UInt64) throws -> Trace {
    var generator = SplitMix64(seed: seed)
    let power = Verilog.SignalType(holding: 0...unit.greatest)
    let top = 1 << bits - 1
    let differences =
      (0...min(200, top))
      + (0..<200).map { _ in
        Int.random(in: 0...top >> Int.random(in: 0..<bits, using: &generator), using: &generator)
      } + [top]
    return Trace(
      pipeline: try unit.module(),
      latency: unit.latency,
      operands: differences.map { [BigUInt($0)] },
      results: differences.map { pattern(unit($0), power) }
    )
  }

  private static func images(_ units: [ExponentialUnit]) -> [Verilog.MemoryImage] {
    Dictionary(
      units.flatMap(\.images).map { ($0.name, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    .values.sorted { $0.name < $1.name }
  }

  @Test("every exponential at every scale", .needsTools, arguments: [7, 18])
  func powers(_ bits: Int) throws {
    let units = Self.units(bits: bits)
    let traces = try units.map { try Self.trace($0, bits: bits, seed: 3) }
    try Play(traces: traces, images: Self.images(units)).expectAgreement(in: .icarus)
  }

  @Test("no tool complains about an exponential", .needsTools, arguments: Tool.allCases)
  func lintPowers(_ tool: Tool) throws {
    for bits in [7, 18] {
      let units = Self.units(bits: bits)
      try expectNoComplaint(try units.map { try $0.module() }, images: Self.images(units), tool)
    }
  }

  /// A program's softmax with the rows that it is tried on.
  private struct Case {
    let softmax: IntegerSoftmax
    let count: Int
    let score: IntegerType
    let unit: SoftmaxUnit

    init(
      _ name: String,
      _ exponential: IntegerSoftmax.Exponential,
      _ type: IntegerType,
      scale: Rational,
      step: Rational,
      zeroPoint: Int = 0,
      placement: ZeroPointPlacement = .afterRounding,
      count: Int,
      score: IntegerType
    ) {
      softmax = IntegerSoftmax(
        exponential,
        type,
        scale: scale,
        step: step,
        zeroPoint: zeroPoint,
        placement: placement
      )
      self.count = count
      self.score = score
      unit = SoftmaxUnit(name, [softmax], row: 0, shape: [1, count], score: score)
    }

    /// Random rows, equal scores (whose shares are ties at many scales), and extremes.
    func rows(_ generator: inout SplitMix64) -> [[Int]] {
      let range = score.range
      func near(_ width: Int) -> ClosedRange<Int> {
        max(range.lowerBound, -width)...min(range.upperBound, width)
      }
      let random = [near(3), near(20), near(200), range].map { range in
        (0..<count).map { _ in Int.random(in: range, using: &generator) }
      }
      let equal = Array(repeating: Int.random(in: range, using: &generator), count: count)
      let ends = (0..<count).map { _ in
        Bool.random(using: &generator) ? range.lowerBound : range.upperBound
      }
      let few = (0..<count).map {
        $0 % max(1, count / 2) == 0 ? near(0).upperBound : range.lowerBound
      }
      return random + [equal, ends, few]
    }

    func trace(seed: UInt64) throws -> Trace {
      var generator = SplitMix64(seed: seed)
      let rows = rows(&generator).map { row in
        RowTrace.Row(
          operands: row.map { [pattern($0, .init(score))] },
          results: IntegerFunction.softmax(softmax).apply(to: [row], shape: [1, count])
            .map { pattern($0, .init(softmax.quantizer.type)) }
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

  private static let cases: [Case] = [
    // A scale that was a float, as models have it.
    Case(
      "softmax_u3",
      .base2(fractionBits: 8, tableBits: 16),
      .u(3),
      scale: Rational(11, over: 256),
      step: Rational(9_123_457, over: 1 << 26),
      count: 25,
      score: .i(11)
    ),
    // Ties: equal shares of 1/8 at a step of 1/4.
    Case(
      "softmax_ties",
      .base2Product,
      .u(2),
      scale: Rational(1, over: 7),
      step: Rational(1, over: 4),
      count: 8,
      score: .i(9)
    ),
    // The same shares at 3/2 of a step.
    Case(
      "softmax_even",
      .base2Product,
      .u(2),
      scale: Rational(1, over: 7),
      step: Rational(1, over: 12),
      count: 8,
      score: .i(9)
    ),
    Case(
      "softmax_i4",
      .base2(fractionBits: 0, tableBits: 16),
      .i(4),
      scale: Rational(-3, over: 50),
      step: Rational(1, over: 12),
      zeroPoint: -5,
      placement: .beforeRounding,
      count: 6,
      score: .i(12)
    ),
    Case(
      "softmax_u8",
      .base2Product,
      .u(8),
      scale: Rational(1, over: 300),
      step: Rational(1, over: 255),
      zeroPoint: 3,
      count: 11,
      score: .i(16)
    ),
    Case(
      "softmax_shift",
      .shiftmax,
      .u(4),
      scale: Rational(1, over: 40),
      step: Rational(1, over: 16),
      zeroPoint: 1,
      count: 10,
      score: .u(9)
    ),
    Case(
      "softmax_one",
      .base2(fractionBits: 4, tableBits: 16),
      .u(3),
      scale: Rational(1, over: 4),
      step: Rational(1, over: 7),
      count: 1,
      score: .i(6)
    ),
  ]

  private static func images(_ cases: [Case]) -> [Verilog.MemoryImage] {
    Dictionary(
      cases.flatMap(\.unit.images).map { ($0.name, $0) },
      uniquingKeysWith: { first, _ in first }
    ).values.sorted { $0.name < $1.name }
  }

  static func play() throws -> Play {
    let traces = try cases.enumerated().map { index, item in
      try item.trace(seed: UInt64(index)).stalled(perThousand: 100, seed: 4)
    }
    return Play(traces: traces, images: images(cases))
  }

  @Test("every code in its cycle", .needsTools)
  func codes() throws { try Self.play().expectAgreement(in: .icarus) }

  @Test("no tool complains about a softmax", .needsTools, arguments: Tool.allCases)
  func lint(_ tool: Tool) throws {
    try expectNoComplaint(
      try Self.cases.map { try $0.unit.module() },
      images: Self.images(Self.cases),
      tool
    )
  }
}
