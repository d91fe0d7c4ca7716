import BigInt

/// A signed multiplier among the bits of a word, taken two bits at a time: no product is wider than its value
/// by more than these.
struct MultiplierDigits {
  private let multiplier: Verilog.SignalType
  private let word: Verilog.Signal
  private let low: Int

  /// - Parameters:
  ///   - multiplier: its type; signed.
  ///   - word: the signal that it is a part of.
  ///   - low: where its lowest bit stands.
  init(_ multiplier: Verilog.SignalType, of word: Verilog.Signal, from low: Int) {
    (self.multiplier, self.word, self.low) = (multiplier, word, low)
  }

  /// How many digits a multiplier has.
  static func count(_ multiplier: Verilog.SignalType) -> Int { (multiplier.bits + 1) / 2 }

  /// `value` times every digit, one cycle later; `index` is its number among the operands.
  func terms(
    times value: Verilog.Signal,
    index: Int,
    _ pipeline: inout Pipeline
  ) -> [SumTree.Term] {
    stride(from: 0, to: multiplier.bits, by: 2).map { first in
      let count = min(2, multiplier.bits - first)
      let isTop = first + count == multiplier.bits
      let bits = word.reference.slice(Verilog.Affine(low + first), bits: count).value
      // The highest digit has the sign.
      let factors = Verilog.SignalType(bits: count, signed: isTop).range
      let products = [value.type.range.lowerBound, value.type.range.upperBound].flatMap {
        [$0 * factors.lowerBound, $0 * factors.upperBound]
      }
      let range = (products.min() ?? 0)...(products.max() ?? 0)
      let type = SumTree.type(range)
      let operand = value.type == type ? value.value : value.reference.extended(to: type)
      let number = pipeline.register(
        "product_\(index)_\(first)",
        type,
        "Operand \(index) times bits of its multiplier from \(first) on.",
        operand * .extended(isTop ? bits.asSigned : bits, type)
      )
      return SumTree.Term(number: number, place: first, range: range)
    }
  }
}
