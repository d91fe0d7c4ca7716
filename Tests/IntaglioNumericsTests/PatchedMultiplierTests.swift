import IntaglioNumerics
import Testing

@Suite("PatchedMultiplier")
struct PatchedMultiplierTests {
  /// 8-bit codes over accumulators so wide that 31 bits of the slope are not enough everywhere.
  private static func instance(_ seed: UInt64) -> (table: ThresholdTable, slope: Rational) {
    var random = SplitMix64(seed: seed)
    let numerator = Int.random(in: 1 << 39..<1 << 40, using: &random)
    let sign = Bool.random(using: &random) ? 1 : -1
    let slope = Rational(sign * numerator, over: 1 << Int.random(in: 55...59, using: &random))
    let offset = Rational(Int.random(in: -1 << 20...1 << 20, using: &random), over: 3 << 14)
    let table = ThresholdTable(multiplier: slope, offset: offset, zeroPoint: 0, codes: -128...127)
    return (table, slope)
  }

  @Test(
    "multiplier and exceptions together are the table, at every threshold and between",
    arguments: 0..<60 as Range<UInt64>
  )
  func equalsTable(seed: UInt64) throws {
    let (table, slope) = Self.instance(seed)
    let range = -1 << 28...1 << 28
    let made = PatchedMultiplier(table, slope: slope.doubleValue, within: range, upTo: 64)
    let patched = try #require(made, "seed \(seed)")
    let exceptions = Dictionary(
      uniqueKeysWithValues: patched.exceptions.map { ($0.accumulator, $0.code) }
    )
    func code(_ accumulator: Int) -> Int {
      exceptions[accumulator] ?? min(max(patched.multiplier(accumulator), -128), 127)
    }
    var random = SplitMix64(seed: ~seed)
    let near = table.thresholds.flatMap { $0 - 40...$0 + 40 }
    let far = (0..<2000).map { _ in Int.random(in: range, using: &random) }
    for accumulator in near + far + [range.lowerBound, range.upperBound]
    where range.contains(accumulator) {
      #expect(code(accumulator) == table(accumulator), "at \(accumulator)")
    }
  }

  @Test("exceptions are met, and only where the multiplier is wrong")
  func exceptionsAreNeeded() {
    var count = 0
    for seed in 0..<60 as Range<UInt64> {
      let (table, slope) = Self.instance(seed)
      let patched = PatchedMultiplier(
        table,
        slope: slope.doubleValue,
        within: -1 << 28...1 << 28,
        upTo: 64
      )
      for exception in patched?.exceptions ?? [] {
        count += 1
        let code = min(max(patched?.multiplier(exception.accumulator) ?? 0, -128), 127)
        #expect(code != exception.code && table(exception.accumulator) == exception.code)
      }
    }
    #expect(count > 0)
  }

  @Test("an exact multiplier has no exceptions, one with too many is none")
  func limits() {
    let exact = ThresholdTable(multiplier: 3, offset: .zero, zeroPoint: 0, codes: -8...7)
    let found = PatchedMultiplier(exact, slope: 3, within: -100...100, upTo: 0)
    #expect(found?.exceptions.isEmpty == true)
    // Half to even at a = 1, 3, 5, …: every other threshold is one off.
    let halves = ThresholdTable(
      multiplier: Rational(1, over: 2),
      offset: .zero,
      zeroPoint: 0,
      codes: -8...7
    )
    #expect(PatchedMultiplier(halves, slope: 0.5, within: -100...100, upTo: 3) == nil)
    #expect(PatchedMultiplier(halves, slope: 0.5, within: -100...100, upTo: 64) != nil)
    #expect(PatchedMultiplier(halves, slope: 0.25, within: -100...100, upTo: 1000) == nil)
  }
}
