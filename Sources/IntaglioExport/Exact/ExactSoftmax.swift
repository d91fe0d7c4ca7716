import BigInt
import IntaglioGraph
import IntaglioNumerics

/// Softmax and its quantizer, equations (23) to (25) and (32), with integers of 64 bits.
///
/// A power is found by its exponent u in one table; the code is round(q·e/(p·Σ)), half to even, where
/// p/q is the scale of the probabilities.
struct ExactSoftmax {
  /// What varies over the rows.
  struct Entry: Hashable, Sendable {
    /// u = (min((D + half)/2^dropped, cap)·multiplier) / 2^shift, rounded; for shiftmax the multiplier
    /// is ⌈1/s⌉.
    let dropped: Int
    let cap: Int
    let multiplier: Int
    let shift: Int
    /// p and q.
    let numerator: Int
    let denominator: Int
    /// Inside the rounding and behind it.
    let inside: Int
    let outside: Int
    let falls: Bool
  }

  enum Kind { case halfEven, halfUp, shiftmax }

  let kind: Kind
  let entries: Broadcast<Entry>
  let codes: ClosedRange<Int>
  /// e by u; of shiftmax empty.
  let powers: [Int]
  /// Whether u is found without a rounded shift.
  var fallsFromLargest: Bool? {
    let falls = Set(entries.values.map(\.falls))
    return falls.count == 1 ? falls.contains(false) : nil
  }

  /// - Throws: `ExactFormError` where 64 bits do not hold it.
  init(_ softmax: IntegerSoftmax, count: Int) throws(ExactFormError) {
    let quantizer = softmax.quantizer
    let kind: Kind =
      switch softmax.exponential {
      case .base2: .halfEven
      case .base2Product: .halfUp
      case .shiftmax: .shiftmax
      }
    let places = quantizer.scale.combined(quantizer.zeroPoint) { Place(scale: $0, zero: $1) }
    let rows = places?.combined(softmax.scale) { place, scale in
      Self.entry(softmax, scale, place)
    }
    guard let rows else {
      throw ExactFormError(what: "parameters that do not fit each other", advice: "report this")
    }
    self.kind = kind
    entries = rows
    codes = quantizer.type.range
    powers = Self.powers(softmax, rows.values)
    // The largest power: that of the difference 0.
    let scales = Set(softmax.scale.values.map(\.magnitude))
    var largest = 1
    for scale in scales {
      let exponential = softmax.exponential(scale: scale)
      largest = max(largest, exponential(0))
    }
    for entry in rows.values {
      let dividend = BigInt(2) * BigInt(entry.denominator) * BigInt(largest)
      let divisor = BigInt(2) * BigInt(entry.numerator) * BigInt(largest) * BigInt(count)
      guard entry.numerator > 0, entry.denominator > 0, entry.numerator < Int.max,
        dividend + divisor < BigInt(1) << 62
      else {
        throw ExactFormError(
          what: "probabilities with a scale of \(entry.numerator)/\(entry.denominator) in rows of "
            + "\(count)",
          advice: "use a scale with a shorter fraction"
        )
      }
    }
  }

  private struct Place: Hashable {
    let scale: Rational
    let zero: Int
  }

  private static func entry(
    _ softmax: IntegerSoftmax,
    _ scale: Rational,
    _ place: Place
  ) -> Entry {
    var numbers = (dropped: 0, cap: 0, multiplier: 0, shift: 0)
    switch softmax.exponential {
    case .base2(let fraction, let bits):
      let power = Base2Exponential(
        scale: scale.magnitude,
        fractionBits: fraction,
        tableBits: bits
      )
      numbers = (0, power.cap, power.multiplier, power.shift)
    case .base2Product:
      let power = Base2ProductExponential(scale: scale.magnitude)
      numbers = (power.dropped, power.cap, power.multiplier, power.shift)
    case .shiftmax:
      numbers.multiplier = -ShiftExponential(scale: scale.magnitude).unit
    }
    let isInside = softmax.quantizer.placement == .beforeRounding
    return Entry(
      dropped: numbers.dropped,
      cap: numbers.cap,
      multiplier: numbers.multiplier,
      shift: numbers.shift,
      numerator: Int(clamping: place.scale.numerator),
      denominator: Int(clamping: place.scale.denominator),
      inside: isInside ? place.zero : 0,
      outside: isInside ? 0 : place.zero,
      falls: scale.isNegative
    )
  }

  /// e of every u that some row can have.
  private static func powers(_ softmax: IntegerSoftmax, _ rows: [Entry]) -> [Int] {
    switch softmax.exponential {
    case .shiftmax: return []
    case .base2(let fraction, let bits):
      let table = PowerOfTwoTable(bits: bits, fractionBits: fraction).entries
      let last = rows.reduce(0) { max($0, ($1.cap * $1.multiplier).shiftedRounding(by: $1.shift)) }
      return (0...last).map { table[$0 & (1 << fraction - 1)] >> ($0 >> fraction) }
    case .base2Product:
      let last = rows.reduce(0) { most, row in
        max(most, (row.cap * row.multiplier + 1 << (row.shift - 1)) >> row.shift)
      }
      return (0...last).map { u in
        let coarse = Base2ProductExponential.coarse[
          (u >> Base2ProductExponential.fineBits) & (Base2ProductExponential.coarse.count - 1)
        ]
        let fine = Base2ProductExponential.fine[u & (Base2ProductExponential.fine.count - 1)]
        let power = coarse - (coarse * fine) >> 16
        return (power >> (u >> Base2ProductExponential.fractionBits) + 1) >> 1
      }
    }
  }
}
