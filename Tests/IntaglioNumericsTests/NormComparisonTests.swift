import BigInt
import IntaglioNumerics
import Testing

@Suite("NormComparison")
struct NormComparisonTests {
  /// round(M·d/√W + B), half to even, by an integer root of W with 300 more places, or the exact
  /// root where W is a square.
  private func bruteForce(_ m: Rational, _ b: Rational, _ d: Int, _ energy: Rational) -> BigInt {
    let places = 300
    let scaled = (energy.numerator << (2 * places)) / energy.denominator
    let root = BigInt(scaled.magnitude.squareRoot())
    // √W lies in [root, root + 1)·2^−places.
    let product = m * Rational(d) * Rational(BigInt(1) << places)
    let ends = [Rational(root), Rational(root + 1)].map { (product / $0 + b).roundedHalfEven }
    let isSquare = Rational(root * root, over: BigInt(1) << (2 * places)) == energy
    if !isSquare { #expect(ends[0] == ends[1], "300 places decide") }
    return ends[0]
  }

  private func clamped(_ value: BigInt, _ range: ClosedRange<Int>) -> Int {
    Int(max(BigInt(range.lowerBound), min(BigInt(range.upperBound), value)))
  }

  private func ratio(_ random: inout SplitMix64) -> Rational {
    let magnitude = Rational(
      Int.random(in: 0...1 << 24, using: &random),
      over: Int.random(in: 1...1 << 22, using: &random)
    )
    return Bool.random(using: &random) ? magnitude : -magnitude
  }

  @Test("rounds as an integer root with 300 places does", arguments: 0..<64 as Range<UInt64>)
  func random(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<16 {
      let (m, b) = (ratio(&random), ratio(&random))
      let d =
        Int.random(in: -1 << 40...1 << 40, using: &random) >> Int.random(in: 0..<40, using: &random)
      let energy =
        Rational(BigInt(d) * BigInt(d)) * Rational(Int.random(in: 1...9, using: &random), over: 4)
        + ratio(&random).magnitude + 1
      let exact = bruteForce(m, b, d, energy)
      for range in [-128...127, 0...15, -2...1] {
        let found = NormComparison.rounded(
          multiplier: m,
          offset: b,
          deviation: d,
          energy: energy,
          within: range
        )
        #expect(found == clamped(exact, range), "\(m)·\(d)/√\(energy) + \(b)")
      }
    }
  }

  /// M·d/√W + B = c + ½ exactly, and the nearest numbers beside it.
  @Test(
    "ties go to the even code, and so does nothing beside them",
    arguments: 0..<64 as Range<UInt64>
  )
  func ties(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<16 {
      let d = Int.random(in: 1...1 << 30, using: &random) * (Bool.random(using: &random) ? 1 : -1)
      let root = Rational(Int.random(in: 1...1 << 40, using: &random), over: 12)
      let (b, code) = (ratio(&random), Int.random(in: -100...100, using: &random))
      let tie = Rational(2 * code + 1, over: 2)
      let m = (tie - b) * root / Rational(d)
      let least = Rational(1, over: BigInt(1) << 200)
      let value = { (m: Rational, b: Rational, energy: Rational) in
        NormComparison.rounded(
          multiplier: m,
          offset: b,
          deviation: d,
          energy: energy,
          within: -128...127
        )
      }
      let energy = root * root
      #expect(value(m, b, energy) == (code % 2 == 0 ? code : code + 1))
      #expect(value(m, b + least, energy) == code + 1)
      #expect(value(m, b - least, energy) == code)
      #expect(
        NormComparison.side(of: tie, multiplier: m, offset: b, deviation: d, energy: energy) == 0
      )
      // A larger root brings M·d/√W nearer to zero.
      let (rises, falls) = (value(m, b, energy - least), value(m, b, energy + least))
      #expect((rises, falls) == ((tie - b).signum > 0 ? (code + 1, code) : (code, code + 1)))
    }
  }

  @Test("zero deviation, multiplier or both leave the offset, whose own ties are even")
  func zeros() {
    for (m, d) in [(0, 5), (3, 0), (0, 0)] {
      for (b, code) in [(1, 0), (3, 2), (-1, 0), (-3, -2), (5, 2), (4, 2)] {
        let found = NormComparison.rounded(
          multiplier: Rational(m),
          offset: Rational(b, over: 2),
          deviation: d,
          energy: 7,
          within: -8...7
        )
        #expect(found == code, "\(b)/2")
      }
    }
  }

  @Test("energy is N·Σx² − S², whatever the order", arguments: 0..<64 as Range<UInt64>)
  func energy(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let count = Int.random(in: 1...300, using: &random)
    let row = (0..<count).map { _ in Int.random(in: -1 << 40...1 << 40, using: &random) }
    let (sum, squares) = row.reduce((BigInt(0), BigInt(0))) {
      ($0.0 + BigInt($1), $0.1 + BigInt($1) * BigInt($1))
    }
    let centered = NormalizedRow(row, isCentered: true)
    #expect(centered.energy == BigInt(count) * squares - sum * sum)
    #expect(centered.deviations.map { BigInt($0) } == row.map { BigInt(count) * BigInt($0) - sum })
    let plain = NormalizedRow(row, isCentered: false)
    #expect(plain.energy == BigInt(count) * squares)
    #expect(plain.deviations == row.map { count * $0 })
    #expect(
      plain.energy(withEpsilon: Rational(1, over: 3)) == Rational(BigInt(count) * squares)
        + Rational(count * count, over: 3)
    )
  }
}
