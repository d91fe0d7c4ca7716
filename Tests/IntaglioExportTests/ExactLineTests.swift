import IntaglioExport
import IntaglioGraph
import IntaglioNumerics
import Testing

@Suite("ExactLine: roundings of ratios in 64 bits")
struct ExactLineTests {
  /// A float32 number between −`limit` and `limit`, not zero.
  private func float(_ limit: Float, _ random: inout SplitMix64) -> Rational {
    let number = Float.random(in: -limit...limit, using: &random)
    return Rational(exactly: number == 0 ? 1 : number) ?? .one
  }

  @Test(
    "equals the ratio rounded, ties and their neighbours among them",
    arguments: 0..<40 as Range<UInt64>
  )
  func equal(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let type = [IntegerType.i(4), .u8, .i(16), .u(6)][Int(seed % 4)]
    let largest = [100, 40_000, 1 << 24, Int(Int32.max)][Int(seed / 4 % 4)]
    let divisors = type.bits <= 8 && seed % 2 == 0 ? 1...3000 : 1...1
    let isShort = seed % 3 == 0
    let top = Float(type.range.upperBound) / Float(largest)
    for _ in 0..<20 {
      let multiplier =
        isShort
        ? Rational(Int.random(in: 1...9, using: &random), over: 2 * largest)
        : float(top, &random) / float(1.5, &random)
      let offset = isShort ? Rational(3, over: 2) : float(9, &random) / float(2, &random)
      let zeroPoint = type.bits <= 8 ? Int.random(in: -5...5, using: &random) : 0
      let requantizer = Requantizer(
        type,
        multiplier: Scale(multiplier),
        offset: Scale(offset),
        zeroPoint: ZeroPoint(zeroPoint)
      )
      guard
        let line = try? ExactLine(requantizer, dividend: -largest...largest, divisor: divisors)
      else { continue }
      for _ in 0..<40 {
        let b = Int.random(in: divisors, using: &random)
        let code = Int.random(in: type.range, using: &random) - zeroPoint
        let tie = (Rational(2 * code + 1, over: 2) - offset) / multiplier * Rational(b)
        let near = Int(clamping: tie.floor) + Int.random(in: -1...1, using: &random)
        let a = max(-largest, min(largest, near))
        let exact = (multiplier * Rational(a, over: b) + offset).roundedHalfEven
        let expected = max(
          type.range.lowerBound,
          min(type.range.upperBound, Int(clamping: exact) + zeroPoint)
        )
        #expect(line.code(a, over: b) == expected, "\(multiplier)·\(a)/\(b) + \(offset)")
      }
    }
  }

  @Test("a multiplier that 64 bits cannot guess with is refused")
  func refused() {
    let steep = Requantizer(.i8, multiplier: Scale(Rational(1 << 40)))
    #expect(throws: ExactFormError.self) { try ExactLine(steep, dividend: -(1 << 30)...(1 << 30)) }
  }
}
