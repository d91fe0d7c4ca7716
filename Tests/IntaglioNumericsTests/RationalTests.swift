import BigInt
import IntaglioNumerics
import Testing

@Suite("Rational")
struct RationalTests {
  @Test("every double survives the way there and back", arguments: 0..<64 as Range<UInt64>)
  func doubleRoundTrip(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<50 {
      let value = Double(bitPattern: random.next())
      guard value.isFinite else { continue }
      let ratio = try #require(Rational(exactly: value))
      #expect(ratio.doubleValue == value)
      let float = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
      guard float.isFinite else { continue }
      #expect(try #require(Rational(exactly: float)).floatValue == float)
    }
  }

  @Test(
    "conversion to double and float rounds as IEEE division",
    arguments: 0..<64 as Range<UInt64>
  )
  func divisionAgrees(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<100 {
      let a = Int.random(in: -(1 << 50)...(1 << 50), using: &random)
      let b = Int.random(in: 1...(1 << 50), using: &random)
      #expect(Rational(a, over: b).doubleValue == Double(a) / Double(b))
      let (c, d) = (a >> 28, max(1, b >> 28))
      #expect(Rational(c, over: d).floatValue == Float(c) / Float(d))
    }
  }

  @Test("the smallest and the largest doubles are exact")
  func extremes() {
    for value in [
      Double.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude,
      -Double.leastNonzeroMagnitude,
      Double.leastNormalMagnitude.nextDown,
    ] {
      #expect(Rational(exactly: value)?.doubleValue == value)
    }
    #expect(Rational(exactly: Double.infinity) == nil)
    #expect(Rational(exactly: Double.nan) == nil)
  }

  @Test("halves go to the even neighbour")
  func halfEven() {
    let halves: [(Int, Int)] = [(1, 0), (3, 2), (5, 2), (-1, 0), (-3, -2), (-5, -2), (7, 4)]
    for (numerator, expected) in halves {
      #expect(Rational(numerator, over: 2).roundedHalfEven == BigInt(expected))
    }
    #expect(Rational(7, over: 3).roundedHalfEven == 2)
    #expect(Rational(-8, over: 3).roundedHalfEven == -3)
    #expect(Rational(-8, over: 3).floor == -3)
    #expect(Rational(-8, over: 3).ceiling == -2)
  }

  @Test(
    "a common divisor of any width is taken out, and nothing else",
    arguments: 0..<64 as Range<UInt64>
  )
  func commonDivisors(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func number(_ bits: Int) -> BigInt {
      let words = (0..<3).map { _ in UInt(random.next()) }
      return BigInt(BigUInt(words: words) >> (192 - bits)) + 1
    }
    for bits in [3, 31, 32, 33, 63, 64, 65, 96] {
      let (p, q, divisor) = (number(bits), number(bits), number(Int(random.next() % 96) + 1))
      let common = p.greatestCommonDivisor(with: q)
      let ratio = Rational(-p * divisor, over: q * divisor)
      #expect(ratio.numerator == -p / common && ratio.denominator == q / common)
      let sum = ratio + Rational(divisor)
      #expect(sum == Rational(divisor * q - p, over: q))
      #expect(sum == Rational(divisor) + ratio && sum.numerator == (divisor * q - p) / common)
    }
  }

  @Test("ratios stand in lowest terms with a positive denominator")
  func lowestTerms() {
    #expect(Rational(6, over: -4) == Rational(-3, over: 2))
    #expect(Rational(0, over: -7) == .zero)
    #expect(Rational(35, over: 21).description == "5/3")
    #expect(Rational(1, over: 3) + Rational(1, over: 6) == Rational(1, over: 2))
    #expect(Rational(2, over: 3) / Rational(-4, over: 9) == Rational(-3, over: 2))
  }
}
