import BigInt
import IntaglioNumerics

extension NormQuantizer {
  private var begins: Signal { Signal("begins_q", .bit) }

  /// `signal`, whose constant is stored without its zeros, `places` higher.
  private func scaled(
    _ signal: Signal,
    _ constant: NormParameters.Constant,
    by places: Int = 0,
    _ type: Verilog.SignalType
  ) -> Expression {
    let zeros = places + parameters.word.zeros(constant)
    let value = fitted(signal, type)
    return zeros == 0
      ? value : .shift(.left, value, by: .literal(zeros, .address(of: zeros + 1)))
  }

  private var slopeFound: Signal { Signal("slope", slope.type) }
  private var nextRest: Signal { Signal("next_rest", rest.type) }
  private var nextSlope: Signal { Signal("next_slope", slope.type) }
  private var isRightNegative: Signal { Signal("is_right_negative", .bit) }
  private var isEven: Signal { Signal("is_even", .bit) }
  /// How far the lowest digit of a code is below the highest one.
  private var lowest: Int { parameters.code.bits - 1 }

  /// The digits of j, the highest first: rest = R_j² · W − A² · q · d².
  func comparison() -> Verilog.Section {
    Verilog.Section(
      "The comparison for the digit 2^k of j: rest = R^2 * energy - A^2 * q * d^2 for the j so far, "
        + "slope and curve what it grows by. A * d against R * sqrt(energy) by signs, and by squares "
        + "where they agree; on a tie the even code wins. R has the sign of the slope.",
      wires: [slopeFound, nextRest, nextSlope, isRightNegative, isEven, isTaken],
      registers: [near, rest, slope, curve, isLeftNegative, isLeastOdd],
      decision + [
        ClockedPorts.clocked([
          .when(isFirst.value & isIn(.curve), [.assign(near.reference, product(.left).value)]),
          curveAndSigns, slopeStep, restStep,
        ])
      ]
    )
  }

  /// What j with this digit would leave, and whether the digit is one.
  private var decision: [Verilog.Item] {
    let isLess = nextRest.value.isLess(than: .literal(0, rest.type))
    return [
      .assign(slopeFound.reference, scaled(product(.slope), .slope, by: lowest, slope.type)),
      .assign(
        nextRest.reference,
        rest.value + fitted(slope, rest.type) + fitted(curve, rest.type)
      ),
      .assign(
        nextSlope.reference,
        slope.value + .shift(.left, fitted(curve, slope.type), by: .bit(true))
      ),
      .assign(
        isRightNegative.reference,
        nextSlope.value.isLess(than: .literal(0, slope.type))
      ),
      // The code that this digit begins: odd where the least one is, but for the last digit.
      .assign(isEven.reference, isLeastOdd.value ^ ~isDecided.value),
      .assign(
        isTaken.reference,
        isRightNegative.value.when(
          isLeftNegative.value ^ isRightNegative.value,
          otherwise: isEven.value.when(nextRest.equals(0), otherwise: isLess ^ isLeftNegative.value)
        )
      ),
    ]
  }

  private func halved(_ signal: Signal, _ places: Int) -> Expression {
    .shift(.right, signal.value, by: .literal(places, .address(of: places + 1)))
  }

  private var curveAndSigns: Verilog.Statement {
    .when(
      isFirst.value & isIn(.slope),
      [
        .assign(curve.reference, scaled(product(.curve), .curve, by: 2 * lowest, curve.type)),
        .assign(
          isLeftNegative.reference,
          (deviation.value.isLess(than: .literal(0, deviation.type)) ^ isFactorNegative.value)
            & near.value.differs(from: .literal(0, near.type))
        ),
        .assign(isLeastOdd.reference, isOdd.value),
      ],
      otherwise: [.when(isDeciding.value, [.assign(curve.reference, halved(curve, 2))])]
    )
  }

  private var slopeStep: Verilog.Statement {
    let opposite = Expression.literal(0, slope.type) - slopeFound.value
    let next = halved(nextSlope, 1).when(isTaken.value, otherwise: halved(slope, 1))
    return .when(
      isFirst.value & isIn(.base),
      [
        .assign(
          slope.reference,
          opposite.when(isBaseNegative.value, otherwise: slopeFound.value)
        )
      ],
      otherwise: [.when(isDeciding.value, [.assign(slope.reference, next)])]
    )
  }

  private var restStep: Verilog.Statement {
    .when(
      begins.value,
      [
        .assign(
          rest.reference,
          scaled(product(.base), .base, rest.type) - scaled(near, .factor, rest.type)
        )
      ],
      otherwise: [
        .when(isDeciding.value & isTaken.value, [.assign(rest.reference, nextRest.value)])
      ]
    )
  }

  func codes() -> Verilog.Section {
    let bits = parameters.code.bits
    let digits = Signal("digits_q", .unsigned(bits))
    let isValid = Signal("is_valid_q", .bit)
    let next: Expression =
      bits > 1
      ? .concatenation([digits.reference.slice(0, bits: bits - 1).value, isTaken.value])
      : isTaken.value
    let code =
      digits.value + .literal(parameters.code.isSigned ? 1 << (bits - 1) : 0, .unsigned(bits))
    return Verilog.Section(
      "A digit of a code in each cycle, once all products are there; the code is theirs above the "
        + "least one.",
      wires: [isDeciding, isDecided],
      registers: [begins, undecided, digits, isValid],
      [
        .assign(isDeciding.reference, undecided.value.differs(from: .literal(0, undecided.type))),
        .assign(isDecided.reference, undecided.equals(1)),
        ClockedPorts.clocked([.when(isDeciding.value, [.assign(digits.reference, next)])]),
        ClockedPorts.clocked(
          reset: [begins.cleared, undecided.cleared, isValid.cleared],
          [
            .assign(begins.reference, isIn(.base) & isLast.value),
            .when(
              begins.value,
              [.assign(undecided.reference, .literal(bits, undecided.type))],
              otherwise: [.when(isDeciding.value, [undecided.decreased])]
            ),
            .assign(isValid.reference, isDecided.value),
          ]
        ),
        .assign(validOut.reference, isValid.value),
        .assign(codeOut.reference, parameters.code.isSigned ? code.asSigned : digits.value),
      ]
    )
  }
}
