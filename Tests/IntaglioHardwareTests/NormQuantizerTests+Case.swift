import IntaglioGraph
import IntaglioHardware
import IntaglioNumerics

extension NormQuantizerTests {
  /// A norm, the unit that computes it, and rows that try it.
  struct Case {
    let norm: IntegerNorm
    let count: Int
    let value: IntegerType
    let unit: NormQuantizer
    /// How many rows of small elements it is tried on, and how small these are.
    let small: Int
    var near = -1...1

    init(
      _ name: String,
      _ code: IntegerType,
      value: IntegerType,
      count: Int,
      isCentered: Bool = true,
      lefts: ClosedRange<Int> = 0...0,
      multiplier: ClosedRange<Int> = -300...300,
      offset: ClosedRange<Int> = -200...200,
      zeroPoint: ClosedRange<Int> = -1...2,
      unit denominator: Int = 128,
      epsilon: Rational = Rational(3, over: 4096),
      digit: Int = 16,
      small: Int = 1,
      seed: UInt64
    ) throws {
      var generator = SplitMix64(seed: seed)
      func numbers(_ range: ClosedRange<Int>) -> [Int] {
        (0..<count).map { _ in Int.random(in: range, using: &generator) }
      }
      func ratios(_ range: ClosedRange<Int>) -> Scale {
        Scale(numbers(range).map { Rational($0, over: denominator) }, shape: [count])
      }
      let norm = IntegerNorm(
        isCentered: isCentered,
        left: Broadcast(numbers(lefts), shape: [count]),
        epsilon: epsilon,
        requantizer: Requantizer(
          code,
          multiplier: ratios(multiplier),
          offset: ratios(offset),
          zeroPoint: Broadcast(numbers(zeroPoint), shape: [count])
        )
      )
      try self.init(name, norm, value: value, count: count, digit: digit, small: small)
    }

    init(
      _ name: String,
      _ norm: IntegerNorm,
      value: IntegerType,
      count: Int,
      digit: Int,
      small: Int
    ) throws {
      self.norm = norm
      self.count = count
      self.value = value
      self.small = small
      unit = try NormQuantizer(name, [norm], count: count, value: value, digit: digit)
    }

    /// Random rows, small ones, equal elements (no deviation at all), and extremes.
    func rows(using generator: inout SplitMix64) -> [[Int]] {
      let range = value.range
      let low = max(-5, range.lowerBound)
      let random =
        ([range, low...low + 10] + Array(repeating: near.clamped(to: range), count: small)).map {
          range in
          (0..<count).map { _ in Int.random(in: range, using: &generator) }
        }
      let same = Array(repeating: Int.random(in: range, using: &generator), count: count)
      let ends = (0..<count).map { $0 % 2 == 0 ? range.lowerBound : range.upperBound }
      let spike = (0..<count).map { $0 == count / 2 ? range.upperBound : 0 }
      return random + [same, ends, spike]
    }

    /// How many tie with a code, which squares show: (M·d)² = (t − B)²·W.
    func ties(_ rows: [[Int]]) -> Int {
      let row = [count]
      let lefts = norm.left.expanded(over: row)
      let multipliers = norm.requantizer.multiplier.expanded(over: row)
      let offsets = norm.requantizer.offset.expanded(over: row)
      let zeros = norm.requantizer.zeroPoint.expanded(over: row)
      let n = Rational(count)
      return rows.reduce(0) { ties, row in
        let elements = zip(row, lefts).map { Rational($0 << $1) }
        let sum = norm.isCentered ? elements.reduce(Rational(0), +) : Rational(0)
        let squares = elements.reduce(Rational(0)) { $0 + $1 * $1 }
        let energy = n * squares - sum * sum + n * n * norm.epsilon
        return ties
          + (0..<count).count { channel in
            let side = multipliers[channel] * (n * elements[channel] - sum)
            return norm.requantizer.type.range.dropFirst().contains { code in
              let tie = Rational(2 * (code - zeros[channel]) - 1, over: 2) - offsets[channel]
              return side * side == tie * tie * energy && side.signum == tie.signum
            }
          }
      }
    }

    func trace(seed: UInt64) throws -> Trace {
      var generator = SplitMix64(seed: seed)
      let rows = rows(using: &generator).map { row in
        RowTrace.Row(
          operands: row.map { [pattern($0, .init(value))] },
          results: IntegerFunction.norm(norm).apply(to: [row], shape: [1, count])
            .map { pattern($0, .init(norm.requantizer.type)) }
        )
      }
      return RowTrace.trace(
        try unit.moduleWithMemory(),
        RowTrace.Timing(unit),
        rows: rows,
        pauses: 200,
        using: &generator
      )
    }
  }
}
