import BigInt
import Foundation
import IntaglioNumerics
import Testing

@Suite("Interval")
struct IntervalTests {
  /// The functions of an interval, and the same by the C library.
  enum Elementary: String, CaseIterable {
    case squareRoot, exponential, logarithm, errorFunction, sigmoid, hyperbolicTangent

    func interval(_ x: Interval) throws -> Interval {
      switch self {
      case .squareRoot: try x.squareRoot()
      case .exponential: try x.exponential()
      case .logarithm: try x.logarithm()
      case .errorFunction: x.errorFunction
      case .sigmoid: x.sigmoid
      case .hyperbolicTangent: x.hyperbolicTangent
      }
    }

    func double(_ x: Double) -> Double {
      switch self {
      case .squareRoot: x.squareRoot()
      case .exponential: exp(x)
      case .logarithm: log(x)
      case .errorFunction: erf(x)
      case .sigmoid: 1 / (1 + exp(-x))
      case .hyperbolicTangent: tanh(x)
      }
    }

    var needsPositive: Bool { self == .squareRoot || self == .logarithm }
  }

  /// Ratios of all sizes, the awkward ones 0 and ±1 among them.
  private static func ratio(_ random: inout SplitMix64) -> Rational {
    let numerator = Int.random(in: -1000...1000, using: &random)
    let denominator =
      Int.random(in: 0..<4, using: &random) == 0
      ? 1 << Int.random(in: 0...40, using: &random) : Int.random(in: 1...300, using: &random)
    return Rational(numerator, over: denominator)
  }

  @Test(
    "sums, products, quotients and powers hold the exact ratio of any numbers of their operands",
    arguments: 0..<60 as Range<UInt64>
  )
  func arithmetic(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<40 {
      let precision = Int.random(in: 16...80, using: &random)
      let ends = (0..<4).map { _ in Self.ratio(&random) }
      let (a, b) = (hull(ends[0], ends[1], precision), hull(ends[2], ends[3], precision))
      for x in [ends[0], ends[1], (ends[0] + ends[1]) / 2] {
        for y in [ends[2], ends[3], (ends[2] + ends[3]) / 2] {
          #expect((a + b).contains(x + y))
          #expect((a - b).contains(x - y))
          #expect((a * b).contains(x * y))
          #expect((-a).contains(-x))
          #expect(a.magnitude.contains(x.magnitude))
          #expect(Interval.minimum(a, b).contains(min(x, y)))
          #expect(Interval.maximum(a, b).contains(max(x, y)))
          #expect(a.raised(to: 2).contains(x * x))
          #expect(a.raised(to: 3).contains(x * x * x))
          #expect(!a.raised(to: 4).lower.isNegative)
          if b.holdsZero {
            #expect(throws: IntervalError.divisionByZero) { try a.divided(by: b) }
          } else {
            #expect(try a.divided(by: b).contains(x / y))
          }
        }
      }
    }
  }

  private func hull(_ a: Rational, _ b: Rational, _ precision: Int) -> Interval {
    let (low, high) = (min(a, b), max(a, b))
    return Interval(
      Interval(low, precision: precision).lower,
      Interval(high, precision: precision).upper,
      precision: precision
    )
  }

  @Test("numbers far apart add without aligning, and still outwards")
  func farApart() {
    let tiny = Interval(Dyadic(1, exponent: -1 << 40), Dyadic(1, exponent: -1 << 40), precision: 64)
    let one = Interval(1, precision: 64)
    for (sum, isAbove) in [(one + tiny, true), (one - tiny, false)] {
      #expect(sum.lower <= .one && .one <= sum.upper && !sum.isPoint)
      #expect(isAbove ? sum.lower == .one : sum.upper == .one)
      #expect(sum.upper.rational - sum.lower.rational < Rational(1, over: 1 << 60))
    }
  }

  @Test(
    "functions: the double is near, and intervals of every precision meet",
    arguments: Elementary.allCases,
    0..<12 as Range<UInt64>
  )
  func nested(function: Elementary, seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<12 {
      let exponent = Int.random(in: -20...4, using: &random)
      var x =
        Double.random(in: -2...2, using: &random)
        * Double(sign: .plus, exponent: exponent, significand: 1)
      if function.needsPositive { x = x.magnitude }
      let exact = try #require(Rational(exactly: x))
      let values = try [48, 96, 128, 256, 512, 900].map {
        try function.interval(Interval(exact, precision: $0))
      }
      for (value, precision) in zip(values, [48, 96, 128, 256, 512, 900]) {
        let width = value.upper.rational - value.lower.rational
        let size = max(1, value.upper.rational.magnitude)
        #expect(width < size * Rational(1, over: BigInt(1) << (precision - 6)), "\(precision)")
        // The widest and the narrowest meet: one truth.
        #expect(value.lower <= values[5].upper && values[5].lower <= value.upper)
      }
      for (outer, inner) in zip(values, values.dropFirst()) {
        #expect(outer.lower <= inner.upper && inner.lower <= outer.upper)
      }
      let double = function.double(x)
      let near = values[2].lower.rational.doubleValue
      #expect((near - double).magnitude <= 1e-15 * max(1, double.magnitude), "\(x)")
    }
  }

  @Test("an interval of arguments gives every value between", arguments: Elementary.allCases)
  func enclosesRange(function: Elementary) throws {
    let (low, high) = (Rational(1, over: 3), Rational(17, over: 7))
    let whole = try function.interval(hull(low, high, 64))
    for step in 0...20 {
      let x = low + (high - low) * Rational(step, over: 20)
      #expect(whole.contains(try function.interval(Interval(x, precision: 200))))
    }
  }

  @Test(
    "where the value is a ratio, the interval is that point or holds it",
    arguments: [64, 128, 700]
  )
  func knownValues(precision: Int) throws {
    let zero = Interval(0, precision: precision)
    let one = Interval(1, precision: precision)
    #expect(try zero.exponential() == one)
    #expect(try one.logarithm() == zero)
    #expect(zero.errorFunction == zero)
    #expect(zero.hyperbolicTangent == zero)
    #expect(zero.sigmoid.contains(Rational(1, over: 2)))
    #expect(
      try Interval(144, precision: precision).squareRoot() == Interval(12, precision: precision)
    )
    #expect(try zero.squareRoot() == zero)
    let two = Interval(2, precision: precision)
    let root = try two.squareRoot()
    #expect((root * root).contains(2) && !root.isPoint)
    // Functions that undo each other.
    let third = Interval(Rational(-7, over: 3), precision: precision)
    #expect(try third.exponential().logarithm().contains(Rational(-7, over: 3)))
    let odd = -third.errorFunction
    #expect(odd == (-third).errorFunction)
  }

  @Test("far arguments: functions come to their limits and never beyond", arguments: [64, 300])
  func limits(precision: Int) throws {
    for exponent in [6, 10, 39, 41, 200] {
      let far = Interval(
        Dyadic(1, exponent: exponent),
        Dyadic(1, exponent: exponent),
        precision: precision
      )
      for value in [far.errorFunction, far.hyperbolicTangent, far.sigmoid] {
        #expect(value.upper.rational <= 1)
        #expect(value.lower.rational > 1 - Rational(1, over: 1 << 60))
      }
      #expect(!(-far).sigmoid.lower.isNegative)
      #expect((-far).hyperbolicTangent.lower.rational >= -1)
      #expect(try !(-far).exponential().lower.isNegative)
      #expect(try (-far).exponential().upper.magnitudeExponent < -80)
    }
  }

  @Test("no result outside the domain")
  func domains() throws {
    let negative = Interval(-1, precision: 64)
    let across = Interval(Dyadic(-1), Dyadic(1), precision: 64)
    let zero = Interval(0, precision: 64)
    for bad in [negative, across] {
      #expect(throws: IntervalError.domain(operation: "sqrt")) { try bad.squareRoot() }
      #expect(throws: IntervalError.domain(operation: "log")) { try bad.logarithm() }
    }
    #expect(throws: IntervalError.domain(operation: "log")) { try zero.logarithm() }
    #expect(throws: IntervalError.divisionByZero) { try negative.divided(by: zero) }
    #expect(throws: IntervalError.divisionByZero) { try negative.divided(by: across) }
    let far = Interval(Dyadic(1, exponent: 41), Dyadic(1, exponent: 41), precision: 64)
    #expect(throws: IntervalError.overflow(operation: "exp")) { try far.exponential() }
  }

  @Test(
    "π, ln 2 and log₂e agree with their decimals and with each other",
    arguments: [53, 128, 1000]
  )
  func constants(precision: Int) throws {
    let (pi, logarithm) = (
      Interval.pi(precision: precision), Interval.naturalLogarithmOfTwo(precision: precision)
    )
    #expect((pi.lower.rational.doubleValue - Double.pi).magnitude < 1e-14)
    let two = Interval(2, precision: precision)
    #expect(try two.logarithm().lower <= logarithm.upper)
    #expect(try logarithm.lower <= two.logarithm().upper)
    #expect((Interval.binaryLogarithmOfE(precision: precision) * logarithm).contains(1))
    if precision > 100 {
      // The first 30 decimals of π and of ln 2.
      let scale = Interval(Rational(BigInt(10).power(30)), precision: precision)
      #expect((pi * scale).lower.rational.floor == BigInt("3141592653589793238462643383279"))
      #expect((logarithm * scale).lower.rational.floor == BigInt("693147180559945309417232121458"))
    }
  }

  @Test(
    "powers of two: every entry is the nearest integer, by whole powers of its halves",
    arguments: 0...48
  )
  func powersOfTwo(bits: Int) {
    for fractionBits in 0...8 {
      let entries = PowerOfTwoTable(bits: bits, fractionBits: fractionBits).entries
      #expect(entries.count == 1 << fractionBits && entries[0] == 1 << bits)
      // The long powers only where they are cheap; the rest by not being near a tie.
      if fractionBits <= 5 { expectNearest(entries, bits: bits) }
    }
    if bits == 16 { expectNearest(PowerOfTwoTable(bits: 16, fractionBits: 8).entries, bits: 16) }
  }

  private func expectNearest(_ entries: [Int], bits: Int) {
    let count = entries.count
    for (index, entry) in entries.enumerated() {
      // (2e − 1)/2 ≤ 2^(t − i/2^f) ≤ (2e + 1)/2, both sides to the power of 2^f.
      let power = BigInt(1) << ((bits + 1) * count - index)
      #expect(BigInt(2 * entry - 1).power(count) < power)
      #expect(power < BigInt(2 * entry + 1).power(count))
    }
  }
}
