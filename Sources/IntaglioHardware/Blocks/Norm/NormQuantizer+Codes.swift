import BigInt
import IntaglioNumerics

extension NormQuantizer {
  /// A bit of an element that follows it from the base's beginning to its digits.
  private struct Kept {
    let early: Signal
    let late: Signal

    init(_ name: String) {
      early = Signal("\(name)_early_q", .bit)
      late = Signal("\(name)_late_q", .bit)
    }
  }

  private var isNegative: Kept { Kept("is_left_negative") }
  private var isLeastOdd: Kept { Kept("is_least_odd") }
  private var isSlopeNegative: Signal { Signal("is_slope_negative_q", .bit) }

  /// What of a channel is needed when the word of the next one is there.
  func signs() -> Verilog.Section {
    let isNonzero =
      deviation.value.differs(from: .literal(0, deviation.type))
      & constant(.factor).value.differs(from: .literal(0, constant(.factor).type))
    let isBelow = deviation.value.isLess(than: .literal(0, deviation.type))
    return Verilog.Section(
      "What is needed of an element and its channel when the next one is there: the factor of d * d, and "
        + "signs on their way with the products.",
      registers: [
        keptFactor, isSlopeNegative, isNegative.early, isNegative.late, isLeastOdd.early,
        isLeastOdd.late,
      ],
      [
        ClockedPorts.clocked([
          .when(
            isIn(.slope) & isLast.value,
            [
              .assign(keptFactor.reference, constant(.factor).value),
              .assign(isSlopeNegative.reference, isBaseNegative.value),
              .assign(
                isNegative.early.reference,
                (isBelow ^ isFactorNegative.value) & isNonzero
              ),
              .assign(isLeastOdd.early.reference, isOdd.value),
            ]
          ),
          .when(
            isIn(beforeLeft) & isLast.value,
            [
              .assign(isNegative.late.reference, isNegative.early.value),
              .assign(isLeastOdd.late.reference, isLeastOdd.early.value),
            ]
          ),
        ])
      ]
    )
  }

  // MARK: Both sides

  private var bits: Int { parameters.code.bits }
  /// How far the lowest digit of a code is below the highest one.
  private var lowest: Int { bits - 1 }

  private var curve: Signal { Signal("curve_q", widths.curve) }
  private var slope: Signal { Signal("slope_q", widths.slope) }
  private var base: Signal { Signal("base_q", widths.product(.base)) }
  private var difference: Signal { Signal("difference_q", rest.type) }
  /// Whether a tie is not less, and so is one less than that.
  private var isLower: Signal { Signal("is_lower_q", .bit) }

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

  private var isLess: Signal { Signal("is_lower", .bit) }
  private var far: Signal { Signal("right_side", rest.type) }
  private var nearOpposite: Signal { Signal("left_complement", rest.type) }
  private var differenceSum: BlockSum {
    BlockSum(Signal("found_difference", rest.type), far, nearOpposite, carry: ~isLess.value)
  }

  /// The products of an element as they come out, and R_0² · W − A² · q · d².
  func sides() -> Verilog.Section {
    let found = Signal("slope", slope.type)
    let opposite = Expression.literal(0, slope.type) - found.value
    let rest = widths.rest
    return Verilog.Section(
      "Both sides as their products come out: difference = R^2 * energy - A^2 * q * d^2 for j = 0, less 1 where "
        + "a tie has to be below zero for the digits above the last one; slope and curve are what it grows by.",
      wires: [found, isLess, far, nearOpposite] + differenceSum.wires,
      registers: [curve, slope, base, difference, isLeftNegative, isLower, begins],
      [
        .assign(found.reference, scaled(product(.slope), .slope, by: lowest, slope.type)),
        // The code that a digit above the last one begins is even where the least one is odd.
        .assign(isLess.reference, ~isLeastOdd.late.value ^ isNegative.late.value),
        .assign(far.reference, scaled(base, .base, rest).asUnsigned),
        .assign(
          nearOpposite.reference,
          ~scaled(product(.left), .factor, rest).asUnsigned
        ),
      ] + differenceSum.items + [
        ClockedPorts.clocked([
          .when(
            arrival(of: .curve),
            [.assign(curve.reference, scaled(product(.curve), .curve, by: 2 * lowest, curve.type))]
          ),
          .when(
            arrival(of: .slope),
            [
              .assign(
                slope.reference,
                opposite.when(isSlopeNegative.value, otherwise: found.value)
              )
            ]
          ),
          .when(arrival(of: .base), [.assign(base.reference, product(.base).value)]),
          .when(
            arrival(of: .left),
            [
              .assign(difference.reference, differenceSum.sum.value),
              .assign(isLeftNegative.reference, isNegative.late.value),
              .assign(isLower.reference, isLess.value),
            ]
          ),
        ]),
        ClockedPorts.clocked(
          reset: [begins.cleared],
          [.assign(begins.reference, arrival(of: .left))]
        ),
      ]
    )
  }

  // MARK: Digits

  /// What R_j² · W − A² · q · d² is for the j of the digit that is tried, modulo 2^width.
  private var rest: Signal { Signal("rest_q", .unsigned(widths.rest.bits)) }
  private var nextSlope: Signal { Signal("next_slope_q", widths.slope) }
  private var nextCurve: Signal { Signal("next_curve_q", widths.curve) }
  /// Whether the next digit is tried below this one, because this one is zero.
  private var falls: Signal { Signal("falls", .bit) }

  private func halved(_ signal: Signal, _ places: Int) -> Expression {
    .shift(.right, signal.value, by: .literal(places, .address(of: places + 1)))
  }

  private var restNow: Signal { Signal("rest", rest.type) }
  private var slopeNow: Signal { Signal("half_slope", slope.type) }
  private var curveNow: Signal { Signal("step_curve", curve.type) }

  /// The digits of j, the highest first.
  func comparison() -> Verilog.Section {
    let sums = [restSum, slopeSum]
    func first(_ signal: Signal, otherwise other: Expression) -> Expression {
      signal.value.when(begins.value, otherwise: other)
    }
    return Verilog.Section(
      "The comparison for the digit 2^k of j: rest is there for the j with this digit. It is taken by signs of "
        + "A * d and R, and by squares where they agree. The next j is half a digit above or below, so slope and "
        + "curve are added or taken away: rest' = rest +- slope / 2 + curve / 4, slope' = slope / 2 +- curve / 2. "
        + "The first time both are added, before any digit. On a tie the even code wins.",
      wires: [restNow, slopeNow, curveNow, falls, isTaken, restSlope, restCurve, restSums]
        + [restMajority, restCarries, slopeBefore, slopeChange] + sums.flatMap(\.wires),
      registers: [rest, nextSlope, nextCurve],
      [
        .assign(restNow.reference, first(difference, otherwise: rest.value)),
        .assign(slopeNow.reference, first(slope, otherwise: halved(nextSlope, 1))),
        .assign(curveNow.reference, first(curve, otherwise: nextCurve.value)),
      ] + decision + restTerms + slopeTerms + sums.flatMap(\.items) + [
        ClockedPorts.clocked([
          .assign(rest.reference, restSum.sum.value),
          .assign(nextSlope.reference, slopeSum.sum.value.asSigned),
          .assign(nextCurve.reference, halved(curveNow, 2)),
        ])
      ]
    )
  }

  /// Whether the digit is one.
  private var decision: [Verilog.Item] {
    let isBelow = rest.reference.slice(Verilog.Affine(rest.type.bits - 1), bits: 1).value
    let isRightNegative = nextSlope.reference
      .slice(Verilog.Affine(nextSlope.type.bits - 1), bits: 1).value
    let differ = isLeftNegative.value ^ isRightNegative
    let isTie = rest.value.equals(.repetition(rest.type.bits, isLower.value))
    let isReached = isRightNegative.when(differ, otherwise: isBelow ^ isLeftNegative.value)
    return [
      .assign(falls.reference, ~(begins.value | isReached)),
      // The last digit begins a code of the other parity, so that a tie is the other one's.
      .assign(isTaken.reference, isReached ^ (isDecided.value & isTie & ~differ)),
    ]
  }

  private var restSlope: Signal { Signal("rest_slope", rest.type) }
  private var restCurve: Signal { Signal("rest_curve", rest.type) }
  private var restSums: Signal { Signal("rest_sums", rest.type) }
  private var restMajority: Signal { Signal("rest_majority", rest.type) }
  private var restCarries: Signal { Signal("rest_carries", rest.type) }
  private var restSum: BlockSum {
    BlockSum(Signal("next_rest", rest.type), restSums, restCarries, carry: .bit(false))
  }

  /// rest ± half the slope + curve, as sums and carries.
  private var restTerms: [Verilog.Item] {
    let type = Verilog.SignalType.signed(rest.type.bits)
    let (a, b, c) = (restNow.value, restSlope.value, restCurve.value)
    let below = restMajority.reference.slice(0, bits: rest.type.bits - 1).value
    return [
      .assign(
        restSlope.reference,
        fitted(slopeNow, type).asUnsigned ^ .repetition(type.bits, falls.value)
      ),
      .assign(restCurve.reference, fitted(curveNow, type).asUnsigned),
      .assign(restSums.reference, a ^ b ^ c),
      .assign(restMajority.reference, (a & b) | (c & (a | b))),
      .assign(restCarries.reference, .concatenation([below, falls.value])),
    ]
  }

  private var slopeBits: Verilog.SignalType { .unsigned(slope.type.bits) }
  private var slopeBefore: Signal { Signal("slope_before", slopeBits) }
  private var slopeChange: Signal { Signal("slope_change", slopeBits) }
  private var slopeSum: BlockSum {
    BlockSum(Signal("next_slope", slopeBits), slopeBefore, slopeChange, carry: falls.value)
  }

  /// Half the slope ± two curves.
  private var slopeTerms: [Verilog.Item] {
    let double = Expression.shift(.left, fitted(curveNow, slope.type), by: .bit(true))
    return [
      .assign(slopeBefore.reference, slopeNow.value.asUnsigned),
      .assign(slopeChange.reference, double.asUnsigned ^ .repetition(slopeBits.bits, falls.value)),
    ]
  }

  /// Carries that nobody reads.
  var unusedParts: [Signal] {
    [restMajority] + differenceSum.unused + restSum.unused + slopeSum.unused
  }

  // MARK: Codes

  func codes() -> Verilog.Section {
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
      registers: [undecided, digits, isValid],
      [
        .assign(isDeciding.reference, undecided.value.differs(from: .literal(0, undecided.type))),
        .assign(isDecided.reference, undecided.equals(1)),
        ClockedPorts.clocked([.when(isDeciding.value, [.assign(digits.reference, next)])]),
        ClockedPorts.clocked(
          reset: [undecided.cleared, isValid.cleared],
          [
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
