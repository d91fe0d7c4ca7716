import IntaglioNumerics

extension NormQuantizer {
  /// What follows a state when the row has not ended.
  private func next(_ state: State) -> State {
    let first: State = timing.idle > 0 ? .idle : .deviation
    return switch state {
    case .values: .settling
    case .settling: .sum
    case .sum: .energy
    case .energy: first
    case .idle: .deviation
    case .deviation: .left
    case .left: .curve
    case .curve: .slope
    case .slope: .base
    case .base: first
    }
  }

  /// How many cycles a state lasts.
  private func cycles(_ state: State) -> Int {
    switch state {
    case .values, .energy: 1
    // The last element is on its way to the multiplier, and in it.
    case .settling: 1 + timing.pace
    case .sum: timing.turns(.sum)
    case .idle: timing.idle
    case .deviation: timing.turns(.deviation)
    case .left: timing.turns(.left)
    case .curve: timing.turns(.curve)
    case .slope: timing.turns(.slope)
    case .base: timing.turns(.base)
    }
  }

  private func enter(_ state: State) -> [Verilog.Statement] {
    [
      .assign(self.state.reference, state.value),
      .assign(turn.reference, .literal(cycles(state) - 1, turn.type)),
    ]
  }

  private var following: Verilog.Statement {
    let isEnd = place.equals(parameters.count - 1)
    return .assign(
      place.reference,
      Expression.literal(0, place.type)
        .when(isEnd, otherwise: place.value + .literal(1, place.type))
    )
  }

  /// What happens at the end of a state.
  private func leave(_ state: State) -> [Verilog.Statement] {
    switch state {
    case .values, .settling, .sum, .energy, .idle, .deviation, .left, .curve: enter(next(state))
    case .slope: enter(.base) + [following]
    case .base: [.when(isOver.value, enter(.values), otherwise: enter(next(.base)))]
    }
  }

  /// Which product when: nothing waits for data.
  func control() -> Verilog.Section {
    let idle: [State] = timing.idle > 0 ? [.idle] : []
    let others = [State.settling, .sum, .energy] + idle + [.deviation, .left, .curve, .slope]
    let leaving = Verilog.Statement.select(
      state.value,
      others.map { .init($0.value, leave($0)) },
      otherwise: leave(.base)
    )
    return Verilog.Section(
      "The states: a row comes in; S * S; then for each element d * d, that times A^2 * q, and the "
        + "energy times three constants. place is one ahead from the last of these on.",
      wires: [takes, isLast, isOver],
      registers: [state, turn, place, taken],
      [
        .assign(takes.reference, validIn.value & isIn(.values)),
        .assign(isLast.reference, turn.equals(0) & ~isIn(.values)),
        .assign(isOver.reference, isIn(.base) & isLast.value & place.equals(0)),
        ClockedPorts.clocked(
          reset: enter(.values) + [place.cleared, taken.cleared],
          [
            .assign(taken.reference, takes.value),
            .when(
              takes.value,
              [following, .when(place.equals(parameters.count - 1), enter(.settling))],
              otherwise: [
                .when(
                  isLast.value,
                  [leaving],
                  otherwise: [.when(~isIn(.values), [turn.decreased])]
                )
              ]
            ),
          ]
        ),
        .assign(readyOut.reference, isIn(.values)),
        .assign(channelOut.reference, place.value),
      ]
    )
  }

  /// The parts of a channel's word.
  func word() -> Verilog.Section {
    let fields =
      [left, isOdd, isFactorNegative, isBaseNegative]
      + NormParameters.Constant.allCases.map(constant)
    var low = 0
    let items = fields.map { field -> Verilog.Item in
      defer { low += field.type.bits }
      return .assign(
        field.reference,
        wordIn.reference.slice(Verilog.Affine(low), bits: field.type.bits).value
      )
    }
    return Verilog.Section(
      "The word of a channel: left shift, whether the least code is odd, the signs of A and of R of "
        + "the least code, and the constants that the multiplier takes.",
      wires: fields,
      items
    )
  }
}
