import BigInt
import IntaglioNumerics
import Testing

@Suite("RoundingShift")
struct RoundingShiftTests {
  @Test("v ⊘ n is v / 2ⁿ rounded half to even", arguments: 0...62)
  func rounds(shift: Int) {
    var random = SplitMix64(seed: UInt64(shift))
    let half = shift == 0 ? 0 : 1 << (shift - 1)
    var values = (0..<64).map { _ in Int.random(in: -1 << 61...1 << 61, using: &random) }
    // Ties and their neighbours on both sides of zero.
    for multiple in -5...5 {
      let (tie, overflow) = multiple.multipliedReportingOverflow(by: 1 << shift)
      guard !overflow, tie.magnitude <= 1 << 61 else { continue }
      values += [tie + half - 1, tie + half, tie + half + 1].filter { $0.magnitude <= 1 << 62 }
    }
    for value in values {
      let exact = Rational(BigInt(value), over: BigInt(1) << shift).roundedHalfEven
      #expect(BigInt(value.shiftedRounding(by: shift)) == exact, "\(value) ⊘ \(shift)")
      #expect(BigInt(Int128(value).shiftedRounding(by: shift)) == exact)
    }
  }
}
