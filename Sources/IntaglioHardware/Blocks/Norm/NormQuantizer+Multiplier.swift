import IntaglioNumerics

extension NormQuantizer {
  private var wide: Signal { Signal("wide_q", widths.wide) }
  private var factor: Signal { Signal("factor_q", widths.factor) }
  /// The digits of a product below what came out last.
  private var low: Signal { Signal("low_q", .unsigned(max(1, (timing.mostTurns - 1) * digit))) }
  private var hasLow: Bool { timing.mostTurns > 1 }

  /// One multiplication after the other: wide * factor, from the factor's lowest digit on.
  ///
  /// What comes out of a cycle is above the digits that are done, so it is added one digit lower.
  func multiplier() -> Verilog.Section {
    let subject = Signal("subject", .signed(size.type.bits))
    let none = Expression.literal(0, subject.type)
    let sum = parameters.isCentered ? fitted(self.sum, subject.type) : none
    return Verilog.Section(
      "The multiplier: \(digit) bits of a factor a cycle, the lowest first. A product is there in the "
        + "cycle in which the next one begins.",
      wires: [subject, size, loads, partial, deviationSquare],
      registers: [wide, factor, high, isFirst] + (hasLow ? [low] : []),
      [
        .assign(
          subject.reference,
          fitted(element, subject.type).when(
            taken.value,
            otherwise: sum.when(isIn(.settling), otherwise: fitted(deviation, subject.type))
          )
        ),
        .assign(
          size.reference,
          (none - subject.value).when(subject.value.isLess(than: none), otherwise: subject.value)
            .asUnsigned
        ),
        .assign(loads.reference, taken.value | isLast.value),
        .assign(partial.reference, nextPartial),
        .assign(
          deviationSquare.reference,
          done(.deviation, [(partial, partial.type.bits)] + (hasLow ? [(high, digit)] : []))
        ),
        ClockedPorts.clocked(
          [
            .assign(isFirst.reference, loads.value), .assign(high.reference, partial.value),
            operandStep,
          ] + (hasLow ? [lowStep] : [])
        ),
      ]
    )
  }

  /// A multiplication begins in the next cycle.
  private var loads: Signal { Signal("loads", .bit) }

  /// This cycle's digit times wide, above what came out before.
  private var nextPartial: Expression {
    let leading = factor.reference.slice(0, bits: digit).extended(to: partial.type)
    let fresh = wide.reference.extended(to: partial.type) * leading
    guard hasLow else { return fresh }
    let carried = high.reference.slice(Verilog.Affine(digit), bits: wide.type.bits)
    return fresh
      + Expression.literal(0, wide.type).when(isFirst.value, otherwise: carried.value)
      .extended(to: partial.type)
  }

  /// The operands of the next multiplication, or the next digit of this one.
  private var operandStep: Verilog.Statement {
    func load(_ first: Signal, _ second: Signal) -> [Verilog.Statement] {
      [
        .assign(wide.reference, fitted(first, wide.type)),
        .assign(factor.reference, fitted(second, factor.type)),
      ]
    }
    let places = Expression.literal(digit, .address(of: digit + 1))
    return .when(
      loads.value,
      [
        .select(
          state.value,
          [
            .init(State.deviation.value, load(deviationSquare, constant(.factor))),
            .init(State.left.value, load(energy, constant(.curve))),
            .init(State.curve.value, load(energy, constant(.slope))),
            .init(State.slope.value, load(energy, constant(.base))),
          ],
          otherwise: load(size, size)
        )
      ],
      otherwise: [.assign(factor.reference, .shift(.right, factor.value, by: places))]
    )
  }

  /// The digits that are done move down.
  private var lowStep: Verilog.Statement {
    let digits = high.reference.slice(0, bits: digit).value
    let rest = low.type.bits - digit
    let kept = low.reference.slice(Verilog.Affine(digit), bits: max(1, rest)).value
    return .assign(low.reference, rest > 0 ? .concatenation([digits, kept]) : digits)
  }

  /// d² in the cycle in which it comes out.
  private var deviationSquare: Signal {
    Signal("deviation_square", widths.product(.deviation))
  }

  /// A product, the highest part of which is in `parts`, the lowest digits in low.
  private func done(_ product: NormProduct, _ parts: [(Signal, Int)]) -> Expression {
    var bits = widths.product(product).bits
    var pieces: [Expression] = []
    // From the lowest digit on; the first ones have moved down from the top of low.
    let below = timing.turns(product) - parts.count
    if below > 0 {
      let count = min(bits, below * digit)
      let from = low.type.bits - below * digit
      pieces.append(low.reference.slice(Verilog.Affine(from), bits: count).value)
      bits -= count
    }
    for (signal, count) in parts.prefix(timing.turns(product)).reversed() where bits > 0 {
      pieces.append(signal.reference.slice(0, bits: min(bits, count)).value)
      bits -= min(bits, count)
    }
    return pieces.count == 1 ? pieces[0] : .concatenation(pieces.reversed())
  }

  /// The products in the cycle in which the next one begins.
  func products() -> Verilog.Section {
    let kept: [NormProduct] =
      [.element] + (parameters.isCentered ? [.sum] : []) + [.left, .curve, .slope, .base]
    return Verilog.Section(
      "What was multiplied: what came out last above the digits that were done before.",
      wires: kept.map(product),
      kept.map { .assign(product($0).reference, done($0, [(high, high.type.bits)])) }
    )
  }
}
