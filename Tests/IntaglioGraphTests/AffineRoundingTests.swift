import IntaglioGraph
import IntaglioNumerics
import Testing

@Suite("AffineRounding")
struct AffineRoundingTests {
  @Test("equals the ratio rounded", arguments: 0..<64 as Range<UInt64>)
  func exact(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<40 {
      // Small denominators make ties frequent; large ones make near-ties.
      let bits = Int.random(in: 0...40, using: &random)
      let denominator = Int.random(in: 1...(2 << bits), using: &random)
      let multiplier = Rational(Int.random(in: -40...40, using: &random), over: denominator)
      let offset = Rational(Int.random(in: -(4 << bits)...(4 << bits), using: &random), over: 2)
      let rounding = AffineRounding(multipliers: [multiplier], offsets: [offset])
      let q = Int(Int32.random(in: .min ... .max, using: &random)) >> (seed % 24)
      let expected = (multiplier * Rational(q) + offset).roundedHalfEven
      let wide = -(1 << 50)...1 << 50
      #expect(rounding(q, 0, within: wide) == Int(expected), "\(multiplier)·\(q) + \(offset)")
      #expect(rounding(q, 0, within: -8...7) == max(-8, min(7, Int(expected))))
    }
  }
}
