/// A running sum in two parts: the lower one, as wide as a product, adds it; the upper one counts.
///
/// With n the width of a product p, and the parts u and l: u·2ⁿ + l + p = (u + c)·2ⁿ + s mod 2ⁿ, where
/// s = l + p and c = ⌊s/2ⁿ⌋ is 0, or 1 for p ≥ 0 and −1 for p < 0. It is 0 for most products, and the clock
/// of the upper part can be gated. Wraps round as one sum does.
package struct SplitSum {
  /// Of the whole sum.
  package let bits: Int
  package let product: Verilog.SignalType

  /// The fewest flip-flops that get a clock gate, as in commercial synthesis.
  package static let leastGatedRegister = 3

  /// Bits of a register from a place on.
  package typealias Part = (_ low: Int, _ bits: Int) -> Verilog.Reference

  private var low: Int { product.bits }
  private var upper: Verilog.SignalType { .unsigned(bits - low) }
  private var lowSum: Verilog.SignalType { .signed(low + 1) }
  /// Of whether p < 0, whether c is not 0, and s mod 2ⁿ, side by side.
  package var lower: Verilog.SignalType { .unsigned(low + 2) }

  /// Whether the upper part is wide enough for a clock of its own.
  package var isSplit: Bool { bits - low >= Self.leastGatedRegister }

  /// What is in `lower`; `clear` begins a new sum.
  package func lower(
    of sum: Part,
    _ product: Verilog.Expression,
    clear: Verilog.Expression
  ) -> Verilog.Expression {
    let old = sum(0, low).extended(to: lowSum)
    let s =
      Verilog.Expression.literal(0, lowSum).when(clear, otherwise: old)
      + product.extended(to: lowSum)
    let isNegative: Verilog.Expression =
      self.product.isSigned ? product.isLess(than: .literal(0, self.product)) : .bit(false)
    return .concatenation([isNegative, s.asUnsigned])
  }

  /// What becomes of both parts.
  package func assignments(
    to sum: Part,
    _ lower: Part,
    clear: Verilog.Expression
  ) -> [Verilog.Statement] {
    let moves = lower(low, 1).value
    let isNegative = lower(low + 1, 1).value
    let count = sum(low, bits - low)
    let old = Verilog.Expression.literal(0, upper).when(clear, otherwise: count.value)
    let step = Verilog.Expression.concatenation([
      .repetition(bits - low - 1, isNegative), isNegative | ~clear,
    ])
    return [
      .assign(sum(0, low), lower(0, low).value),
      .when(clear | moves, [.assign(count, old + step)]),
    ]
  }
}
