import BigInt
import IntaglioNumerics
import Testing

@Suite("ThresholdTable")
struct ThresholdTableTests {
  /// A map from accumulators to codes as a model could have it.
  struct Instance {
    let multiplier: Rational
    let offset: Rational
    let zeroPoint: Int
    let codes: ClosedRange<Int>

    var table: ThresholdTable {
      ThresholdTable(multiplier: multiplier, offset: offset, zeroPoint: zeroPoint, codes: codes)
    }

    /// The definition: clamp(round(m·a + b) + z), half to even, in ratios.
    func code(_ accumulator: Int) -> Int {
      let rounded = (multiplier * Rational(accumulator) + offset).roundedHalfEven
      return min(max(Int(rounded) + zeroPoint, codes.lowerBound), codes.upperBound)
    }

    /// Whether some accumulator falls between two codes, where no straight line rounds to even.
    var hasTies: Bool {
      (-700...700).contains { (multiplier * Rational($0) + offset).denominator == 2 }
    }

    /// Half of the instances have many exact ties, a third a negative multiplier.
    static func random(seed: UInt64) -> Instance {
      var random = SplitMix64(seed: seed)
      let bits = 2 + Int(seed % 7)
      let tied = Bool.random(using: &random)
      let numerator = Int.random(in: 1...40, using: &random)
      let denominator = tied ? 1 << Int.random(in: 1...6, using: &random) : 977
      let sign = Int.random(in: 0..<3, using: &random) == 0 ? -1 : 1
      return Instance(
        multiplier: Rational(sign * numerator, over: denominator),
        offset: Rational(Int.random(in: -90...90, using: &random), over: tied ? 4 : 31),
        zeroPoint: Int.random(in: -5...5, using: &random),
        codes: IntegerType(bits: bits, signed: Bool.random(using: &random)).range
      )
    }
  }

  @Test(
    "the table is the definition, for every accumulator, bits 2 to 8",
    arguments: 0..<210 as Range<UInt64>
  )
  func exact(seed: UInt64) {
    let instance = Instance.random(seed: seed)
    let table = instance.table
    #expect(table.thresholds.count == instance.codes.count - 1)
    #expect(table.thresholds == table.thresholds.sorted())
    #expect(table.direction == (instance.multiplier.isNegative ? -1 : 1))
    let wrong = (-700...700).first { table($0) != instance.code($0) }
    #expect(wrong == nil, "\(instance)")
  }

  @Test("thresholds beyond 32 bits are always or never reached")
  func saturation() {
    let tiny = Rational(1, over: 1 << 60)
    let table = ThresholdTable(multiplier: tiny, offset: 5, zeroPoint: 0, codes: 0...7)
    #expect(table.thresholds.prefix(5).allSatisfy { $0 == Int(Int32.min) })
    #expect(table.thresholds.dropFirst(5).allSatisfy { $0 == ThresholdTable.never })
    #expect(table(Int(Int32.max)) == 5)
    #expect(table(Int(Int32.min)) == 5)
  }

  @Test(
    "a dyadic multiplier, once found, is the table for every accumulator",
    arguments: 0..<210 as Range<UInt64>
  )
  func dyadic(seed: UInt64) {
    let instance = Instance.random(seed: seed)
    let table = instance.table
    let slope = instance.multiplier.doubleValue
    guard let dyadic = DyadicMultiplier(table, slope: slope, within: -700...700) else {
      #expect(instance.hasTies, "\(instance)")
      return
    }
    let codes = instance.codes
    let wrong = (-700...700).first { accumulator in
      min(max(dyadic(accumulator), codes.lowerBound), codes.upperBound) != table(accumulator)
    }
    #expect(wrong == nil, "\(instance)")
  }

  @Test("no dyadic multiplier is better than a wrong one")
  func noDyadic() {
    // Half to even at a = 1, 3, 5, …: the distances between breakpoints alternate.
    let halves = ThresholdTable(
      multiplier: Rational(1, over: 2),
      offset: .zero,
      zeroPoint: 0,
      codes: -128...127
    )
    #expect(DyadicMultiplier(halves, slope: 0.5, within: -500...500) == nil)
    #expect(DyadicMultiplier(halves, slope: 0x1p40, within: -500...500) == nil)
    #expect(DyadicMultiplier(halves, slope: .nan, within: -500...500) == nil)
  }

  @Test(
    "from its own parts a table is made again, for rising and falling ones",
    arguments: 0..<40 as Range<UInt64>
  )
  func parts(seed: UInt64) throws {
    let table = Instance.random(seed: seed).table
    let again = try ThresholdTable(
      base: table.base,
      thresholds: table.thresholds,
      steps: table.steps
    )
    #expect(again == table)
  }

  @Test("steps up and down meet where thresholds are equal")
  func mixedSteps() throws {
    let table = try ThresholdTable(
      base: 3,
      thresholds: [-5, 0, 2, 2, 9],
      steps: [-1, -1, 1, 1, 1]
    )
    #expect([-6, -5, -1, 0, 1, 2, 8, 9].map { table($0) } == [3, 2, 2, 1, 1, 3, 3, 4])
    #expect(table.direction == nil)
    #expect(DyadicMultiplier(table, slope: 0.5, within: -20...20) == nil)
    // As many codes apart as a rising table, but with a step down in between.
    let wave = try ThresholdTable(base: 0, thresholds: [1, 2, 3], steps: [1, -1, 1])
    #expect(wave.direction == nil)
    let constant = try ThresholdTable(base: 7, thresholds: [], steps: [])
    #expect(constant(-100) == 7)
    #expect(constant.direction == 1)
  }

  @Test("parts that make no table are refused by name")
  func badParts() {
    let low = Int(Int32.min)
    let bad: [(Int, [Int], [Int], ThresholdTableError)] = [
      (1 << 31, [], [], .base(1 << 31)),
      (0, [1, 2], [1], .count(thresholds: 2, steps: 1)),
      (0, [1, 2], [1, 0], .step(0, index: 1)),
      (0, [1], [2], .step(2, index: 0)),
      (0, [1], [.min], .step(.min, index: 0)),
      (0, [3, 2], [1, 1], .threshold(2, index: 1, expected: 3...ThresholdTable.never)),
      (0, [low - 1], [1], .threshold(low - 1, index: 0, expected: low...ThresholdTable.never)),
      (
        0, [ThresholdTable.never + 1], [1],
        .threshold(ThresholdTable.never + 1, index: 0, expected: low...ThresholdTable.never)
      ),
    ]
    for (base, thresholds, steps, error) in bad {
      #expect(throws: error) {
        try ThresholdTable(base: base, thresholds: thresholds, steps: steps)
      }
    }
    #expect(
      ThresholdTableError.step(2, index: 5).description
        == "threshold table: expected +1 or −1 as step 5, found 2"
    )
  }
}
