import BigInt
import Foundation
import IntaglioNumerics
import Testing

@Suite("Exponentials on integers")
struct IntegerExponentialTests {
  private func scale(_ random: inout SplitMix64) -> Rational {
    Rational(
      Int.random(in: 1..<1 << 24, using: &random),
      over: 1 << Int.random(in: 22...40, using: &random)
    )
  }

  @Test("base 2 is near c·exp(−s·D), as its widths say", arguments: 0..<64 as Range<UInt64>)
  func base2(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let scale = scale(&random)
    for (fraction, bits) in [(0, 8), (4, 12), (8, 16), (12, 24)] {
      let exponential = Base2Exponential(scale: scale, fractionBits: fraction, tableBits: bits)
      let one = Double(1 << bits)
      // The exponent is off by half of its last place, and by the slope's rounding.
      let factor = exp2(0.5 / Double(1 << fraction) + Double(bits + 3) * 0x1p-30)
      for _ in 0..<64 {
        let reach = Double(bits) / scale.doubleValue
        let difference = Int(Double.random(in: 0...min(1.2 * reach, 0x1p31), using: &random))
        let exact = one * exp(-scale.doubleValue * Double(difference))
        let found = Double(exponential(difference))
        #expect(
          found <= exact * factor + 0.5 + 1e-6 && found >= exact / factor - 1.5 - 1e-6,
          "\(exponential.multiplier) ≫ \(exponential.shift), D = \(difference)"
        )
      }
      #expect(exponential(0) == 1 << bits)
    }
  }

  /// Differences from `cap` on, a place behind it and far beyond.
  private func beyond(_ cap: Int) -> [Int] {
    [cap, cap + 1, cap + cap / 2, 2 * cap, 3 * cap, 1 << 32].filter { $0 >= cap }
  }

  @Test(
    "a greater cap changes no power: beyond its own nothing is left, unless that is the greatest",
    arguments: 0..<64 as Range<UInt64>
  )
  func caps(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let scale = scale(&random)
    for (fraction, bits) in [(0, 8), (8, 16), (12, 24)] {
      let base2 = Base2Exponential(scale: scale, fractionBits: fraction, tableBits: bits)
      guard base2.cap < Int(UInt32.max) else { continue }
      for difference in beyond(base2.cap) {
        let product = Rational(BigInt(difference) * BigInt(base2.multiplier))
        let u = (product / Rational(1 << base2.shift)).roundedHalfEven
        let entry = BigInt(base2.table[Int(u % BigInt(base2.table.count))])
        #expect(entry >> Int(u >> fraction) == 0, "\(base2), D = \(difference)")
      }
    }
    let product = Base2ProductExponential(scale: scale)
    guard product.cap < 1 << 16 - 1 else { return }
    for reduced in beyond(product.cap) {
      let u = (reduced * product.multiplier + 1 << (product.shift - 1)) >> product.shift
      #expect(u >> Base2ProductExponential.fractionBits >= Base2ProductExponential.bits + 1)
    }
    #expect(product(product.cap << product.dropped) == 0)
  }

  @Test(
    "a product of two powers is near 2^15·exp(−s·D), rounded to nearest",
    arguments: 0..<64 as Range<UInt64>
  )
  func product(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let scale = scale(&random)
    let exponential = Base2ProductExponential(scale: scale)
    // Half of the exponent's last place, half of that of x, which weighs less, and the slope's
    // rounding over 21 octaves; 2 units of 2^−16 in the tables and between them; half a unit where e
    // is rounded.
    let factor = exp2(1.0 / 2048 + 21 * 0x1p-16) * (1 + 0x1p-15)
    for _ in 0..<64 {
      let difference = Int(
        Double.random(in: 0...min(14 / scale.doubleValue, 0x1p31), using: &random)
      )
      let exact = 0x1p15 * exp(-scale.doubleValue * Double(difference))
      let found = Double(exponential(difference))
      #expect(found <= exact * factor + 0.5 && found >= exact / factor - 0.5, "D = \(difference)")
    }
    #expect(exponential(0) == 1 << 15)
  }

  @Test("the product of two powers does not lean to one side as shifts do that round down")
  func productIsUnbiased() {
    let scale = Rational(1, over: 1000)
    func bias(_ exponential: some IntegerExponential, _ one: Double) -> Double {
      let errors = (0..<14_000).map { difference in
        Double(exponential(difference)) - one * exp(-Double(difference) / 1000)
      }
      return errors.reduce(0, +) / Double(errors.count)
    }
    #expect(abs(bias(Base2ProductExponential(scale: scale), 0x1p15)) < 0.02)
    let floor = Base2Exponential(scale: scale, fractionBits: 11, tableBits: 15)
    #expect(bias(floor, 0x1p15) < -0.3)
  }

  @Test(
    "e never rises with D and ends at zero, up to the largest difference of 32 bits",
    arguments: 0..<64 as Range<UInt64>
  )
  func falls(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let scale = scale(&random)
    let kinds: [any IntegerExponential] = [
      Base2Exponential(scale: scale, fractionBits: 0, tableBits: 8),
      Base2Exponential(scale: scale, fractionBits: 8, tableBits: 16),
      ShiftExponential(scale: scale), Base2ProductExponential(scale: scale),
    ]
    for exponential in kinds {
      var differences = (0..<256).map { _ in Int.random(in: 0...Int(UInt32.max), using: &random) }
      differences += differences.map { $0 >> 16 } + [0, 1, 2, Int(UInt32.max)]
      let powers = differences.sorted().map { exponential($0) }
      #expect(powers.allSatisfy { (0..<1 << 32).contains($0) })
      #expect(zip(powers, powers.dropFirst()).allSatisfy { $0 >= $1 })
    }
    // ⌊e·2^32/…⌋: beyond the cap nothing is left.
    let base2 = Base2Exponential(scale: scale, fractionBits: 8, tableBits: 16)
    if base2.cap < Int(UInt32.max) { #expect(base2(base2.cap) == 0 && base2(Int(UInt32.max)) == 0) }
  }

  @Test("extreme scales give a step or a constant, never a trap")
  func extremes() {
    for scale in [Rational(1, over: BigInt(1) << 100), Rational(BigInt(1) << 100)] {
      for difference in [0, 1, Int(UInt32.max)] {
        let isOne = scale < 1 || difference == 0
        let base2 = Base2Exponential(scale: scale, fractionBits: 12, tableBits: 24)
        if difference < 2 { #expect(base2(difference) == (isOne ? 1 << 24 : 0)) }
        #expect(base2(difference) >= 0)
        #expect((0..<1 << 32).contains(ShiftExponential(scale: scale)(difference)))
      }
    }
  }

  @Test("the table's entries are 2^t·2^(−i/2^f) rounded", arguments: 0...12)
  func table(fractionBits: Int) {
    let exponential = Base2Exponential(scale: 1, fractionBits: fractionBits, tableBits: 24)
    for (index, entry) in exponential.table.enumerated() {
      // (2e − 1)^(2^f) < 2^((t + 1)·2^f − i) < (2e + 1)^(2^f); doubles suffice for 24 bits.
      let exact = exp2(24 - Double(index) / Double(1 << fractionBits))
      #expect((Double(entry) - exact).magnitude <= 0.5 + 1e-6)
    }
    #expect(exponential.table.count == 1 << fractionBits)
  }

  @Test("shiftmax computes (24) as its paper states it", arguments: 0..<64 as Range<UInt64>)
  func shiftmax(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let scale = scale(&random)
    let exponential = ShiftExponential(scale: scale)
    let unit = Double(exponential.unit)
    #expect(exponential.unit == max(Int((-(1 / scale)).floor), -65535))
    for _ in 0..<64 {
      let difference = Int.random(in: 0...Int(-20 * unit), using: &random)
      let x = -Double(difference)
      // x·log₂e ≈ x·(1 + ½ − 1/16), every shift rounded down.
      let p = max(
        x + (x / 2).rounded(.down) - (x / 16).rounded(.down),
        Double(exponential.range) * unit
      )
      let q = (p / unit).rounded(.down)
      let r = p - q * unit
      let e = ((r - 2 * unit) * exp2(Double(exponential.range) - q) / 2).rounded(.down)
      #expect(Double(exponential(difference)) == e)
    }
  }
}
