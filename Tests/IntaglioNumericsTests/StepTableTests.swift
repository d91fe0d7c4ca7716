import BigInt
import IntaglioNumerics
import Testing

@Suite("StepTable")
struct StepTableTests {
  /// A map from accumulators to codes as a model could have it.
  struct Instance {
    let multiplier: Rational
    let offset: Rational
    let zeroPoint: Int
    let codes: ClosedRange<Int>

    var table: StepTable {
      StepTable(multiplier: multiplier, offset: offset, zeroPoint: zeroPoint, codes: codes)
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
    let wrong = (-700...700).first { table($0) != instance.code($0) }
    #expect(wrong == nil, "\(instance)")
  }

  @Test("thresholds beyond 32 bits are always or never reached")
  func saturation() {
    let tiny = Rational(1, over: 1 << 60)
    let table = StepTable(multiplier: tiny, offset: 5, zeroPoint: 0, codes: 0...7)
    #expect(table.thresholds.prefix(5).allSatisfy { $0 == Int(Int32.min) })
    #expect(table.thresholds.dropFirst(5).allSatisfy { $0 == StepTable.never })
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
    let halves = StepTable(
      multiplier: Rational(1, over: 2),
      offset: .zero,
      zeroPoint: 0,
      codes: -128...127
    )
    #expect(DyadicMultiplier(halves, slope: 0.5, within: -500...500) == nil)
    #expect(DyadicMultiplier(halves, slope: 0x1p40, within: -500...500) == nil)
    #expect(DyadicMultiplier(halves, slope: .nan, within: -500...500) == nil)
  }
}
