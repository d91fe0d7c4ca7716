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

  /// The digits of j, the highest first: rest = R_j² · W − A² · q · d².
  func comparison() -> Verilog.Section {
    let lowest = parameters.code.bits - 1
    let slopeFound = Signal("slope", slope.type)
    let (nextRest, nextSlope) = (Signal("next_rest", rest.type), Signal("next_slope", slope.type))
    let isTie = nextRest.value.equals(.literal(0, rest.type))
    let isLess = nextRest.value.isLess(than: .literal(0, rest.type))
    let isRightNegative = Signal("is_right_negative", .bit)
    let isEven = Signal("is_even", .bit)
    let none = Expression.literal(0, slope.type)
    func halved(_ signal: Signal, _ places: Int) -> Expression {
      .shift(.right, signal.value, by: .literal(places, .address(of: places + 1)))
    }
    return Verilog.Section(
      "The comparison for the digit 2^k of j: rest = R^2 * energy - A^2 * q * d^2 for the j so far, "
        + "slope and curve what it grows by. A * d against R * sqrt(energy) by signs, and by squares "
        + "where they agree; on a tie the even code wins. R has the sign of the slope.",
      wires: [slopeFound, nextRest, nextSlope, isRightNegative, isEven, isTaken],
      registers: [near, rest, slope, curve, isLeftNegative, isLeastOdd],
      [
        .assign(slopeFound.reference, scaled(product(.slope), .slope, by: lowest, slope.type)),
        .assign(
          nextRest.reference,
          rest.value + fitted(slope, rest.type) + fitted(curve, rest.type)
        ),
        .assign(
          nextSlope.reference,
          slope.value + .shift(.left, fitted(curve, slope.type), by: .bit(true))
        ),
        .assign(isRightNegative.reference, nextSlope.value.isLess(than: none)),
        // The code that this digit begins: odd where the least one is, but for the last digit.
        .assign(isEven.reference, isLeastOdd.value ^ ~isDecided.value),
        .assign(
          isTaken.reference,
          isRightNegative.value.when(
            isLeftNegative.value ^ isRightNegative.value,
            otherwise: isEven.value.when(isTie, otherwise: isLess ^ isLeftNegative.value)
          )
        ),
        ClockedPorts.clocked([
          .when(
            isFirst.value & isIn(.curve),
            [.assign(near.reference, product(.left).value)]
          ),
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
          ),
          .when(
            isFirst.value & isIn(.base),
            [
              .assign(
                slope.reference,
                (none - slopeFound.value).when(isBaseNegative.value, otherwise: slopeFound.value)
              )
            ],
            otherwise: [
              .when(
                isDeciding.value,
                [
                  .assign(
                    slope.reference,
                    halved(nextSlope, 1).when(isTaken.value, otherwise: halved(slope, 1))
                  )
                ]
              )
            ]
          ),
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
          ),
        ]),
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
        .assign(isDecided.reference, undecided.value.equals(.literal(1, undecided.type))),
        ClockedPorts.clocked([.when(isDeciding.value, [.assign(digits.reference, next)])]),
        ClockedPorts.clocked(
          reset: [zero(begins), zero(undecided), zero(isValid)],
          [
            .assign(begins.reference, isIn(.base) & isLast.value),
            .when(
              begins.value,
              [.assign(undecided.reference, .literal(bits, undecided.type))],
              otherwise: [
                .when(
                  isDeciding.value,
                  [
                    .assign(
                      undecided.reference,
                      undecided.value - .literal(1, undecided.type)
                    )
                  ]
                )
              ]
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
