import IntaglioNumerics

extension NormQuantizer {
  /// What follows a state when the row has not ended.
  private func next(_ state: State) -> State {
    switch state {
    case .values: .settling
    case .settling: .sum
    case .sum: .energy
    case .energy, .idle: .deviation
    case .deviation: .curve
    case .curve: .slope
    case .slope: .base
    case .base: timing.wait > 0 ? .wait : .left
    case .wait: .left
    case .left: timing.idle > 0 ? .idle : .deviation
    }
  }

  /// How many cycles a state lasts.
  private func cycles(_ state: State) -> Int {
    switch state {
    case .values: 1
    // The last element is on its way to the multiplier, and in it.
    case .settling: 2 + timing.pace
    case .sum: timing.turns(.sum)
    case .energy: timing.energy
    case .deviation: timing.turns(.deviation)
    case .curve: timing.turns(.curve)
    case .slope: timing.turns(.slope)
    case .base: timing.turns(.base)
    case .wait: timing.wait
    case .left: timing.turns(.left)
    case .idle: timing.idle
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

  /// The next channel is named in the last cycle in which the word of this one is needed.
  private var naming: Expression {
    timing.turns(.slope) > 1
      ? isIn(.slope) & turn.equals(1) : isIn(.curve) & isLast.value
  }

  /// What happens at the end of a state.
  private func leave(_ state: State) -> [Verilog.Statement] {
    state == .left
      ? [.when(isOver.value, enter(.values), otherwise: enter(next(.left)))] : enter(next(state))
  }

  /// Which product when: nothing waits for data.
  func control() -> Verilog.Section {
    let others =
      [State.settling, .sum, .energy, .deviation, .curve, .slope, .base]
      + (timing.wait > 0 ? [.wait] : []) + (timing.idle > 0 ? [.idle] : [])
    let leaving = Verilog.Statement.select(
      state.value,
      others.map { .init($0.value, leave($0)) },
      otherwise: leave(.left)
    )
    return Verilog.Section(
      "The states: a row comes in; S * S; then for each element d * d, the energy times three constants, and "
        + "d * d times A^2 * q. place is one ahead from the base on.",
      wires: [takes, isLast, isOver],
      registers: [state, turn, place, taken],
      [
        .assign(takes.reference, validIn.value & isIn(.values)),
        .assign(isLast.reference, turn.equals(0) & ~isIn(.values)),
        .assign(isOver.reference, isIn(.left) & isLast.value & place.equals(0)),
        ClockedPorts.clocked(
          reset: enter(.values) + [place.cleared, taken.cleared],
          [
            .assign(taken.reference, takes.value),
            .when(takes.value | naming, [following]),
            .when(
              takes.value,
              [.when(place.equals(parameters.count - 1), enter(.settling))],
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

  /// Which products are in the multiplier.
  func tokens() -> Verilog.Section {
    Verilog.Section(
      "A product comes out \(timing.depth) cycles after the last digit of its factor.",
      registers: awaited.map(arrivals),
      [
        ClockedPorts.clocked(
          reset: awaited.map { arrivals(of: $0).cleared },
          awaited.map { state in
            let token = arrivals(of: state)
            let enters = isIn(state) & isLast.value
            let earlier = token.reference.slice(0, bits: max(1, token.type.bits - 1)).value
            return .assign(
              token.reference,
              token.type.bits > 1 ? .concatenation([earlier, enters]) : enters
            )
          }
        )
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
