import IntaglioNumerics

extension NormQuantizer {
  // MARK: Modules

  /// The unit, which asks for the word of a channel and gets it one cycle later.
  ///
  /// - Throws: `Verilog.ModuleError` when the name is none.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let kind = parameters.isCentered ? "LayerNorm" : "RMSNorm"
    return try Verilog.Module(
      name,
      summary: [
        "\(kind) of rows of \(parameters.count) elements (\(value)) in codes (\(parameters.code)), "
          + "by comparison of squares.",
        "Takes an element in every cycle in which valid_i and ready_o are high; the first code comes "
          + "\(latency) cycles after the last of them, one every \(interval) cycles.",
        "channel_word_i is the word of the channel that channel_o named one cycle before.",
      ],
      ports: ClockedPorts.all + [validIn, valueIn, wordIn].map(Verilog.Port.input)
        + [readyOut, validOut, codeOut, channelOut].map(Verilog.Port.output),
      sections: [
        control(), word(), elements(), numbers(), comparison(), row(), multiplier(), codes(),
      ] + unused()
    )
  }

  /// The unit with a memory of its own for the words of its channels.
  ///
  /// - Throws: `Verilog.ModuleError` when the name is none.
  public func moduleWithMemory() throws(Verilog.ModuleError) -> Verilog.Module {
    let memory = Memory("\(name)_memory", image: image)
    let channel = Signal("channel", place.type)
    let word = Signal("channel_word", wordIn.type)
    func inputs(_ others: [String: Expression], reset: Bool) -> [String: Expression] {
      let clocked = [ClockedPorts.clock, ClockedPorts.enable] + (reset ? [ClockedPorts.reset] : [])
      return others.merging(clocked.map { ($0.name, $0.value) }) { first, _ in first }
    }
    return try Verilog.Module(
      "\(name)_row",
      summary: ["\(name) and the words of its channels."],
      ports: ClockedPorts.all + [validIn, valueIn].map(Verilog.Port.input)
        + [readyOut, validOut, codeOut].map(Verilog.Port.output),
      sections: [
        Verilog.Section(
          "The unit asks for a channel and gets its word one cycle later.",
          wires: [channel, word],
          [
            .instance(
              Verilog.Instance(
                "unit",
                of: try module(),
                inputs: inputs(
                  [
                    "valid_i": validIn.value, "value_i": valueIn.value,
                    "channel_word_i": word.value,
                  ],
                  reset: true
                ),
                outputs: [
                  "ready_o": readyOut.reference, "valid_o": validOut.reference,
                  "code_o": codeOut.reference, "channel_o": channel.reference,
                ]
              )
            ),
            .instance(
              Verilog.Instance(
                "memory",
                of: try memory.module(),
                inputs: inputs(
                  [
                    "address_i": channel.value, "write_i": .bit(false),
                    "write_address_i": .literal(0, place.type),
                    "write_word_i": .literal(0, word.type),
                  ],
                  reset: false
                ),
                outputs: ["word_o": word.reference]
              )
            ),
          ]
        )
      ]
    )
  }

  // MARK: Control

  func control() -> Verilog.Section {
    let next = Verilog.Statement.assign(
      place.reference,
      Expression.literal(0, place.type)
        .when(isLast.value, otherwise: place.value + .literal(1, place.type))
    )
    let firstDigit = Verilog.Statement.assign(
      digitPlace.reference,
      .literal(parameters.code.bits - 1, digitPlace.type)
    )
    let multiplied: Verilog.Statement = .select(
      task.value,
      [
        .init(Multiplication.left.value, [begin(.leftSquare), enter(.begin)]),
        .init(Multiplication.leftSquare.value, [begin(.rightSquare), enter(.begin)]),
        .init(Multiplication.rightSquare.value, [begin(.weighted), enter(.begin)]),
      ],
      otherwise: [enter(.finish)]
    )
    let afterCode: [Verilog.Statement] = [
      begin(.left), firstDigit, next,
      .when(
        isLast.value,
        [begin(.sumSquare), enter(.values)],
        otherwise: [enter(.fetch)]
      ),
    ]
    let finished: Verilog.Statement = .when(
      isAt(.sumSquare),
      [begin(.left), enter(.fetch)],
      otherwise: [
        .when(
          isDecided.value,
          afterCode,
          otherwise: [
            .assign(digitPlace.reference, digitPlace.value - .literal(1, digitPlace.type)),
            begin(.rightSquare), enter(.begin),
          ]
        )
      ]
    )
    return Verilog.Section(
      "States: a row comes in; S * S; then for each element A * d, its square, and for each digit of "
        + "its code R * R and that times the energy.",
      wires: [takes, isLast, isDecided],
      registers: [state, task, place, turn, digitPlace],
      [
        .assign(takes.reference, validIn.value & isIn(.values)),
        .assign(
          isLast.reference,
          place.value.equals(.literal(parameters.count - 1, place.type))
        ),
        .assign(isDecided.reference, digitPlace.value.equals(.literal(0, digitPlace.type))),
        ClockedPorts.clocked(
          reset: [enter(.values), begin(.sumSquare), zero(place), zero(turn), firstDigit],
          [
            .select(
              state.value,
              [
                .init(
                  State.values.value,
                  [.when(takes.value, [next, .when(isLast.value, [enter(.settling)])])]
                ),
                .init(State.settling.value, [enter(.settled)]),
                .init(State.settled.value, [enter(.begin)]),
                .init(
                  State.begin.value,
                  [
                    .assign(turn.reference, .literal(turns - 1, turn.type)), enter(.multiply),
                  ]
                ),
                .init(
                  State.multiply.value,
                  [
                    .when(
                      turn.value.equals(.literal(0, turn.type)),
                      [multiplied],
                      otherwise: [.assign(turn.reference, turn.value - .literal(1, turn.type))]
                    )
                  ]
                ),
                .init(State.finish.value, [finished]),
                .init(State.fetch.value, [enter(.deviate)]),
              ],
              otherwise: [enter(.begin)]
            )
          ]
        ),
        .assign(readyOut.reference, isIn(.values)),
        .assign(channelOut.reference, place.value),
      ]
    )
  }

  /// The parts of a channel's word.
  func word() -> Verilog.Section {
    var low = 0
    let fields = [left, isOdd, step, base, factor].map { field -> Verilog.Item in
      defer { low += field.type.bits }
      let bits = wordIn.reference.slice(Verilog.Affine(low), bits: field.type.bits).value
      return .assign(field.reference, field.type.isSigned ? bits.asSigned : bits)
    }
    return Verilog.Section(
      "The word of a channel: left shift, whether the least code is odd, the step from code to code, "
        + "R of the least code, and A.",
      wires: [left, isOdd, step, base, factor],
      fields
    )
  }

  /// What the sections below share.
  func numbers() -> Verilog.Section {
    Verilog.Section(
      "V * q + p of the row, the deviation of the element, R of the codes reached so far, and what was "
        + "multiplied last.",
      registers: [energy, deviation, reached, product],
      []
    )
  }

  /// The bits above what a number can be, where a wire has some.
  func unused() -> [Verilog.Section] {
    let (wide, factors) = (widths.wide.bits, turns * digit)
    let kept = [
      (weight, widths.energy.bits), (partial, widths.product.bits),
      (scaled, widths.leftSquare.bits), (size(sum), max(wide, factors)), (size(factor), wide),
      (size(deviation), factors), (size(right), max(wide, factors)),
    ]
    let rest = kept.filter { $0.1 < $0.0.type.bits }.map { signal, bits in
      (
        signal, bits, Signal("unused_\(signal.name)", .unsigned(signal.type.bits - bits))
      )
    }
    guard !rest.isEmpty else { return [] }
    return [
      Verilog.Section(
        "Bits that are always zero where these are used.",
        wires: rest.map(\.2),
        rest.map { signal, bits, wire in
          .assign(
            wire.reference,
            signal.reference.slice(Verilog.Affine(bits), bits: wire.type.bits).value
          )
        }
      )
    ]
  }
}
