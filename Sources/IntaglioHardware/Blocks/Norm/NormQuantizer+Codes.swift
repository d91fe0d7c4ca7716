import BigInt
import IntaglioNumerics

extension NormQuantizer {
  /// |`signal`|.
  func magnitude(_ signal: Signal) -> (wire: Signal, item: Verilog.Item) {
    let wire = size(signal)
    let zero = Expression.literal(0, signal.type)
    return (
      wire,
      .assign(
        wire.reference,
        (zero - signal.value).when(signal.value.isLess(than: zero), otherwise: signal.value)
          .asUnsigned
      )
    )
  }

  /// One multiplication after the other: product = wide * factor, from the factor's highest digit on.
  func multiplier() -> Verilog.Section {
    let factorType = Verilog.SignalType.unsigned(turns * digit)
    let (wide, factorBits) = (Signal("wide_q", widths.wide), Signal("factor_bits_q", factorType))
    let sizes = [sum, factor, deviation, right].map(magnitude)
    let partialType = partial.type
    /// A signal in a type that holds all it can be here, wider or narrower than its own.
    func fitted(_ signal: Signal, _ type: Verilog.SignalType) -> Expression {
      signal.type.bits <= type.bits
        ? signal.reference.extended(to: type) : signal.reference.slice(0, bits: type.bits).value
    }
    func load(_ first: Signal, _ second: Signal) -> [Verilog.Statement] {
      [
        .assign(wide.reference, fitted(first, widths.wide)),
        .assign(factorBits.reference, fitted(second, factorType)),
      ]
    }
    let leading = factorBits.reference.slice(
      Verilog.Affine(factorType.bits - digit),
      bits: digit
    ).value
    let shifted =
      turns > 1
      ? Expression.concatenation([
        factorBits.reference.slice(0, bits: factorType.bits - digit).value,
        .literal(0, .unsigned(digit)),
      ]) : .literal(0, factorType)
    let raised = Expression.shift(
      .left,
      product.reference.extended(to: partialType),
      by: .literal(digit, .address(of: digit + 1))
    )
    return Verilog.Section(
      "The multiplier: \(digit) bits of a factor a cycle, \(turns) cycles for a product.",
      wires: sizes.map(\.wire) + [partial],
      registers: [wide, factorBits],
      sizes.map(\.item) + [
        .assign(
          partial.reference,
          raised + wide.reference.extended(to: partialType) * .extended(leading, partialType)
        ),
        ClockedPorts.clocked([
          .when(
            isIn(.begin),
            [
              zero(product),
              .select(
                task.value,
                [
                  .init(Multiplication.sumSquare.value, load(sizes[0].wire, sizes[0].wire)),
                  .init(Multiplication.left.value, load(sizes[1].wire, sizes[2].wire)),
                  .init(Multiplication.leftSquare.value, load(product, product)),
                  .init(Multiplication.rightSquare.value, load(sizes[3].wire, sizes[3].wire)),
                ],
                otherwise: load(product, energy)
              ),
            ]
          ),
          .when(
            isIn(.multiply),
            [
              .assign(
                product.reference,
                partialType.bits > widths.product.bits
                  ? partial.reference.slice(0, bits: widths.product.bits).value : partial.value
              ),
              .assign(factorBits.reference, shifted),
            ]
          ),
        ]),
      ]
    )
  }

  // MARK: Codes

  func comparison() -> Verilog.Section {
    let type = Verilog.SignalType.unsigned(max(widths.leftSquare.bits, widths.product.bits))
    let (near, far) = (Signal("near", type), Signal("far", type))
    let isRightNegative = right.value.isLess(than: .literal(0, right.type))
    let isTie = near.value.equals(far.value)
    let isNearLess = near.value.isLess(than: far.value)
    let isEven = Signal("is_even", .bit)
    let noDeviation = Verilog.Expression.literal(0, deviation.type)
    return Verilog.Section(
      "The comparison: A * d against R * sqrt(energy) by signs, and by squares where they agree; on a "
        + "tie the even code wins.",
      wires: [right, isLeftNegative, near, far, isEven, isTaken, scaled],
      registers: [leftSquare],
      [
        .assign(
          right.reference,
          reached.value
            + .shift(.left, step.reference.extended(to: right.type), by: digitPlace.value)
        ),
        .assign(
          isLeftNegative.reference,
          (deviation.value.isLess(than: noDeviation)
            ^ factor.value.isLess(than: .literal(0, factor.type)))
            & deviation.value.differs(from: noDeviation)
        ),
        .assign(
          scaled.reference,
          product.reference.extended(to: type) * .literal(parameters.epsilon.denominator, type)
        ),
        .assign(near.reference, leftSquare.reference.extended(to: type)),
        .assign(far.reference, product.reference.extended(to: type)),
        // The code that this digit begins: odd where the least one is, but for the last digit.
        .assign(isEven.reference, isOdd.value ^ ~isDecided.value),
        .assign(
          isTaken.reference,
          isRightNegative.when(
            isLeftNegative.value ^ isRightNegative,
            otherwise: isEven.value.when(isTie, otherwise: isNearLess ^ ~isLeftNegative.value)
          )
        ),
        ClockedPorts.clocked([
          .when(
            isIn(.begin) & isAt(.rightSquare)
              & digitPlace.value.equals(.literal(parameters.code.bits - 1, digitPlace.type)),
            [
              .assign(
                leftSquare.reference,
                type.bits > leftSquare.type.bits
                  ? scaled.reference.slice(0, bits: leftSquare.type.bits).value : scaled.value
              )
            ]
          ),
          .when(
            isIn(.deviate),
            [.assign(reached.reference, base.reference.extended(to: reached.type))]
          ),
          .when(
            isIn(.finish) & isAt(.weighted) & isTaken.value,
            [.assign(reached.reference, right.value)]
          ),
        ]),
      ]
    )
  }

  func codes() -> Verilog.Section {
    let bits = parameters.code.bits
    let digits = Signal("digits_q", .unsigned(bits))
    let isValid = Signal("is_valid_q", .bit)
    let isChosen = isIn(.finish) & isAt(.weighted)
    let next: Expression =
      bits > 1
      ? .concatenation([digits.reference.slice(0, bits: bits - 1).value, isTaken.value])
      : isTaken.value
    let code =
      digits.value + .literal(parameters.code.isSigned ? 1 << (bits - 1) : 0, .unsigned(bits))
    return Verilog.Section(
      "The digits of a code, the highest first; the code is theirs above the least one.",
      registers: [digits, isValid],
      [
        ClockedPorts.clocked([.when(isChosen, [.assign(digits.reference, next)])]),
        ClockedPorts.clocked(
          reset: [zero(isValid)],
          [.assign(isValid.reference, isChosen & isDecided.value)]
        ),
        .assign(validOut.reference, isValid.value),
        .assign(codeOut.reference, parameters.code.isSigned ? code.asSigned : digits.value),
      ]
    )
  }
}
