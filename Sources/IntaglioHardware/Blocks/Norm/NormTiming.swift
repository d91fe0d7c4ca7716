import IntaglioNumerics

/// What a norm does in which cycle; no part of it depends on data.
///
/// The multiplier goes from product to product without a pause, but for `idle` cycles of an element
/// in which the digits of the one before are still being decided, or its own deviation is not there.
struct NormTiming: Hashable, Sendable {
  /// Bits of a factor that the multiplier takes in a cycle.
  let digit: Int
  private let turns: [NormProduct: Int]
  /// Cycles of an element in which the multiplier has nothing to do.
  let idle: Int
  private let codeBits: Int

  /// The timing with the fewest bits a cycle that take no longer than `limit` bits a cycle.
  static func fastest(within limit: Int, _ widths: NormBounds, codeBits: Int) -> NormTiming {
    func timing(_ digit: Int) -> NormTiming { NormTiming(digit, widths, codeBits: codeBits) }
    let best = timing(limit)
    for digit in 1..<limit {
      let narrow = timing(digit)
      if narrow.interval <= best.interval && narrow.pace <= best.pace { return narrow }
    }
    return best
  }

  private init(_ digit: Int, _ widths: NormBounds, codeBits: Int) {
    self.digit = digit
    self.codeBits = codeBits
    let turns = Dictionary(
      uniqueKeysWithValues: NormProduct.allCases.map {
        ($0, (widths.factor($0).bits + digit - 1) / digit)
      }
    )
    self.turns = turns
    func cycles(_ products: [NormProduct]) -> Int { products.reduce(0) { $0 + (turns[$1] ?? 1) } }
    // The word of the next channel is asked for when the last product begins; two cycles later its
    // deviation is there. The first digit is decided when that product has ended, and what is decided
    // with is needed until the next element's third product has.
    idle = max(0, 3 - cycles([.base]), codeBits - cycles([.deviation, .left, .curve]))
  }

  /// Cycles of a multiplication.
  func turns(_ product: NormProduct) -> Int { turns[product] ?? 1 }
  /// The most of any.
  var mostTurns: Int { turns.values.max() ?? 1 }

  /// Cycles from one element to the next while a row comes in, at least.
  var pace: Int { turns(.element) }
  /// Cycles from one code of a row to the next.
  var interval: Int {
    [NormProduct.deviation, .left, .curve, .slope, .base].reduce(idle) { $0 + turns($1) }
  }
  /// Cycles from the last element of a row to its energy.
  private var energy: Int { 2 + pace + turns(.sum) }
  /// Cycles from the last element of a row to its first code.
  var latency: Int { energy + interval + codeBits + 2 }
  /// Cycles from the last element of a row of `count` until the next one may come.
  func busy(_ count: Int) -> Int { energy + count * interval + 1 }
}
