import IntaglioNumerics

/// What a norm does in which cycle; no part of it depends on data.
///
/// The multiplier goes from product to product without a pause, but for `wait` and `idle` cycles of an
/// element in which the square of its deviation, or the next deviation, is not there.
struct NormTiming: Hashable, Sendable {
  /// Bits of a factor that the multiplier takes in a cycle.
  let digit: Int
  private let turns: [NormProduct: Int]
  /// Cycles of an element in which the multiplier waits for d².
  let wait: Int
  /// Cycles of an element in which the multiplier waits for the next element.
  let idle: Int
  private let codeBits: Int

  /// The timing with the fewest cycles for an element that take no more than `limit` bits a cycle; of
  /// several the one with the fewest bits.
  static func fastest(within limit: Int, _ widths: NormBounds, codeBits: Int) -> NormTiming {
    func timing(_ digit: Int) -> NormTiming { NormTiming(digit, widths, codeBits: codeBits) }
    return (2..<max(2, limit + 1)).reduce(timing(1)) { best, digit in
      let wide = timing(digit)
      return wide.interval + wide.pace < best.interval + best.pace ? wide : best
    }
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
    let depth = Self.depth(digit, isCarried: (turns.values.max() ?? 1) > 1)
    let wait = max(0, depth - cycles([.curve, .slope, .base]))
    self.wait = wait
    // The next channel is named when the base begins; its word, its deviation and the size of that are
    // there one cycle after the other. The digits of a code are found from one element to the next.
    let behind = cycles([.base, .left]) + wait
    let busy = cycles([.deviation, .curve, .slope]) + behind
    idle = max(0, 3 - behind, codeBits + 1 - busy)
  }

  /// How many numbers the first stage of the multiplier leaves: each of four bits of a digit.
  static func groups(_ digit: Int) -> Int { (digit + 3) / 4 }

  private static func depth(_ digit: Int, isCarried: Bool) -> Int {
    1 + SumTree.latency(of: groups(digit)) + (isCarried ? 1 : 0)
  }

  /// Cycles from the last digit of a factor to the product.
  var depth: Int { Self.depth(digit, isCarried: mostTurns > 1) }
  /// Cycles from a digit to its product with the other operand, before that is added to earlier ones.
  var stages: Int { depth - (mostTurns > 1 ? 1 : 0) }
  /// Whether d² is used in the only cycle in which it comes out.
  var takesSquareAtOnce: Bool {
    turns(.curve) + turns(.slope) + turns(.base) + wait == depth
  }

  /// Cycles of a multiplication.
  func turns(_ product: NormProduct) -> Int { turns[product] ?? 1 }
  /// The most of any.
  var mostTurns: Int { turns.values.max() ?? 1 }

  /// Cycles from one element to the next while a row comes in, at least.
  var pace: Int { turns(.element) }
  /// From the first product of an element to the end of its last one.
  private var products: Int {
    [NormProduct.deviation, .curve, .slope, .base, .left].reduce(wait) { $0 + turns($1) }
  }
  /// Cycles from one code of a row to the next.
  var interval: Int { products + idle }
  /// Cycles from the end of S · S to the energy.
  var energy: Int { depth + 1 }
  /// Cycles from the last element of a row to its first product: it is on its way to the multiplier, and
  /// in it; then comes S · S.
  private var begin: Int { 2 + pace + turns(.sum) + energy + 1 }
  /// Cycles from the last element of a row to its first code: the difference of both sides is there one
  /// cycle after the last product; digits begin another one later.
  var latency: Int { begin + products + depth + codeBits + 1 }
  /// Cycles from the last element of a row of `count` until the next one may come.
  func busy(_ count: Int) -> Int { begin + (count - 1) * interval + products }
}
