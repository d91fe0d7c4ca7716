import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioNumerics
import Testing

@Suite("Floats of the hardware are IEEE 754's wherever those are normal")
struct FloatMultiplyAddTests {
  @Test("fp32 sums and products equal Float's", arguments: [1, 2, 3] as [UInt64])
  func single(_ seed: UInt64) {
    let arithmetic = FloatMultiplyAdd(operand: .fp32, sum: .fp32)
    var generator = SplitMix64(seed: seed)
    var compared = 0
    for index in 0..<20_000 {
      let a = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator))
      // Every other one is near, so that sums cancel.
      let near = Float(bitPattern: a.bitPattern ^ UInt32.random(in: 0..<1 << 25, using: &generator))
      let far = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator))
      let b = index % 2 == 0 ? (index % 4 == 0 ? near : -near) : far
      guard a.isNormal, b.isNormal else { continue }
      if (a + b).isNormal {
        #expect(arithmetic.add(a.bitPattern, b.bitPattern) == (a + b).bitPattern, "\(a) + \(b)")
        compared += 1
      }
      // Just below the least normal number IEEE 754 rounds to a coarser step than ours.
      if (a * b).isNormal, abs(a * b) > .leastNormalMagnitude {
        #expect(arithmetic.product(a.bitPattern, b.bitPattern) == (a * b).bitPattern, "\(a) * \(b)")
        compared += 1
      }
    }
    #expect(compared > 20_000)
  }

  @Test("fp16 sums and products equal Float16's", arguments: [4, 5] as [UInt64])
  func half(_ seed: UInt64) {
    let arithmetic = FloatMultiplyAdd(operand: .fp16, sum: .fp16)
    var generator = SplitMix64(seed: seed)
    for _ in 0..<20_000 {
      let a = Float16(bitPattern: UInt16.random(in: 0...UInt16.max, using: &generator))
      let b = Float16(bitPattern: UInt16.random(in: 0...UInt16.max, using: &generator))
      guard a.isNormal, b.isNormal else { continue }
      let patterns = (UInt32(a.bitPattern), UInt32(b.bitPattern))
      if (a + b).isNormal {
        #expect(arithmetic.add(patterns.0, patterns.1) == UInt32((a + b).bitPattern))
      }
      if (a * b).isNormal, abs(a * b) > .leastNormalMagnitude {
        #expect(arithmetic.product(patterns.0, patterns.1) == UInt32((a * b).bitPattern))
      }
    }
  }

  @Test("bf16 products are exact in fp32")
  func brain() {
    let arithmetic = FloatMultiplyAdd(operand: .bf16, sum: .fp32)
    var generator = SplitMix64(seed: 6)
    for _ in 0..<5_000 {
      let bits = (0..<2).map { _ in UInt32.random(in: 0x3000...0x4fff, using: &generator) }
      let values = bits.map { Double(Float(bitPattern: $0 << 16)) }
      let product = arithmetic.product(bits[0], bits[1])
      #expect(FloatFormat.fp32.value(product) == values[0] * values[1])
    }
  }

  @Test("zero below the least number, the greatest above it, and zero is positive")
  func ends() {
    let format = FloatFormat.fp16
    #expect(format.pattern(0x1p-14) == 0x0400 && format.pattern(0x1p-15) == 0)
    // Rounds up to the least number.
    #expect(format.pattern(0x1.ffffp-15) == 0x0400)
    #expect(format.pattern(-0x1p-20) == 0)
    #expect(format.pattern(1e9) == 0x7fff && format.pattern(-1e9) == 0xffff)
    #expect(format.value(0x7fff) == 131_008)
    #expect(format.value(0x0123) == 0)
    let arithmetic = FloatMultiplyAdd(operand: format, sum: format)
    #expect(arithmetic.add(0x3c00, 0xbc00) == 0 && arithmetic.product(0x8000, 0xbc00) == 0)
    #expect(arithmetic.add(0, 0xbc00) == 0xbc00 && arithmetic.add(0x7fff, 0x7fff) == 0x7fff)
  }
}
