import BigInt
import IntaglioNumerics

extension NormQuantizer {
  private typealias Signal = Verilog.Signal
  private typealias Expression = Verilog.Expression

  /// What the unit does in a cycle.
  private enum State: Int {
    /// Elements come in.
    case values
    /// The last of them is on its way to the sums.
    case settling, settled
    /// The multiplier gets its factors, works, and its product is used.
    case begin, multiply, finish
    /// The element and the word of its channel are read; its deviation is computed.
    case fetch, deviate

    static let type = Verilog.SignalType.unsigned(3)
    var value: Verilog.Expression { .literal(rawValue, Self.type) }
  }

  /// What the multiplier multiplies.
  private enum Task: Int {
    /// S², for the energy of a row.
    case sumSquare
    /// A·d, and its square.
    case left, leftSquare
    /// R², and that times the energy.
    case rightSquare, weighted

    static let type = Verilog.SignalType.unsigned(3)
    var value: Verilog.Expression { .literal(rawValue, Self.type) }
  }

  // MARK: Signals

  private var validIn: Signal { Signal("valid_i", .bit) }
  private var valueIn: Signal { Signal("value_i", .init(value)) }
  private var wordIn: Signal { Signal("channel_word_i", .unsigned(parameters.wordBits)) }
  private var readyOut: Signal { Signal("ready_o", .bit) }
  private var validOut: Signal { Signal("valid_o", .bit) }
  private var codeOut: Signal { Signal("code_o", .init(parameters.code)) }
  private var channelOut: Signal { Signal("channel_o", place.type) }

  private var state: Signal { Signal("state_q", State.type) }
  private var task: Signal { Signal("task_q", Task.type) }
  private var place: Signal { Signal("place_q", .address(of: parameters.count)) }
  private var turn: Signal { Signal("turn_q", .address(of: turns)) }
  private var digitPlace: Signal { Signal("digit_q", .address(of: parameters.code.bits)) }
  private var takes: Signal { Signal("takes", .bit) }
  private var isLast: Signal { Signal("is_last", .bit) }
  private var isDecided: Signal { Signal("is_decided", .bit) }

  private var left: Signal { Signal("left", parameters.left) }
  private var isOdd: Signal { Signal("is_odd", .bit) }
  private var step: Signal { Signal("step", parameters.step) }
  private var base: Signal { Signal("base", parameters.base) }
  private var factor: Signal { Signal("factor", parameters.factor) }

  private var sum: Signal { Signal("sum_q", widths.sum) }
  private var squares: Signal { Signal("squares_q", widths.squares) }
  private var stored: Signal { Signal("stored_q", widths.element) }
  private var energy: Signal { Signal("energy_q", widths.energy) }
  private var deviation: Signal { Signal("deviation_q", widths.deviation) }
  private var leftSquare: Signal { Signal("left_square_q", widths.leftSquare) }
  private var isLeftNegative: Signal { Signal("is_left_negative", .bit) }
  private var reached: Signal { Signal("reached_q", widths.right) }
  private var right: Signal { Signal("right", widths.right) }
  private var product: Signal { Signal("product_q", widths.product) }
  private var isTaken: Signal { Signal("is_taken", .bit) }

  private func isIn(_ wanted: State) -> Expression { state.value.equals(wanted.value) }
  private func isAt(_ wanted: Task) -> Expression { task.value.equals(wanted.value) }
  private func enter(_ next: State) -> Verilog.Statement { .assign(state.reference, next.value) }
  private func begin(_ next: Task) -> Verilog.Statement { .assign(task.reference, next.value) }
  private func zero(_ signal: Signal) -> Verilog.Statement {
    .assign(signal.reference, .literal(0, signal.type))
  }

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

  private func control() -> Verilog.Section {
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
        .init(Task.left.value, [begin(.leftSquare), enter(.begin)]),
        .init(Task.leftSquare.value, [begin(.rightSquare), enter(.begin)]),
        .init(Task.rightSquare.value, [begin(.weighted), enter(.begin)]),
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
  private func word() -> Verilog.Section {
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
  private func numbers() -> Verilog.Section {
    Verilog.Section(
      "V * q + p of the row, the deviation of the element, R of the codes reached so far, and what was "
        + "multiplied last.",
      registers: [energy, deviation, reached, product],
      []
    )
  }

  // MARK: Row

  /// Elements are shifted, stored, added and squared.
  private func elements() -> Verilog.Section {
    let taken = Signal("taken_q", .bit)
    let early = Signal("value_q", .init(value))
    let earlyPlace = Signal("value_place_q", place.type)
    let element = Signal("element", widths.element)
    let isElement = Signal("is_element_q", .bit)
    let late = Signal("element_q", widths.element)
    let square = Signal("square", widths.squares)
    let row = Signal("row_q", widths.element, depth: parameters.count)
    let isOver = isIn(.finish) & isAt(.weighted) & isDecided.value & isLast.value
    return Verilog.Section(
      "Elements: x = value * 2^left is stored and added, its square one cycle later.",
      wires: [element, square],
      registers: [taken, early, earlyPlace, isElement, late, row, stored, sum, squares],
      [
        ClockedPorts.clocked(
          reset: [zero(taken), zero(isElement)],
          [
            .assign(taken.reference, takes.value), .assign(isElement.reference, taken.value),
          ]
        ),
        .assign(
          element.reference,
          .shift(.left, early.reference.extended(to: widths.element), by: left.value)
        ),
        .assign(
          square.reference,
          .reinterpreted(
            late.reference.extended(to: .signed(widths.squares.bits))
              * late.reference.extended(to: .signed(widths.squares.bits)),
            signed: false
          )
        ),
        ClockedPorts.clocked([
          .assign(early.reference, valueIn.value),
          .assign(earlyPlace.reference, place.value),
          .assign(late.reference, element.value),
          .when(taken.value, [.assign(row[earlyPlace.value], element.value)]),
          .assign(stored.reference, row[place.value].value),
        ]),
        ClockedPorts.clocked(
          reset: [zero(sum), zero(squares)],
          [
            .when(
              isOver,
              [zero(sum), zero(squares)],
              otherwise: [
                .when(
                  taken.value,
                  [
                    .assign(
                      sum.reference,
                      sum.value + element.reference.extended(to: sum.type)
                    )
                  ]
                ),
                .when(
                  isElement.value,
                  [.assign(squares.reference, squares.value + square.value)]
                ),
              ]
            )
          ]
        ),
      ]
    )
  }

  /// The energy of the row and the deviation of an element.
  private func row() -> Verilog.Section {
    let (p, q) = parameters.epsilon
    let count = parameters.count
    let wide = weight.type
    let total = Signal("total", wide)
    let square =
      parameters.isCentered ? product.reference.extended(to: wide) : Expression.literal(0, wide)
    let mean =
      parameters.isCentered
      ? sum.reference.extended(to: widths.deviation) : Expression.literal(0, widths.deviation)
    return Verilog.Section(
      "energy = (\(count) * squares - sum * sum) * \(q) + \(p)"
        + (parameters.isCentered ? "" : " without the square of the sum")
        + "; deviation = \(count) * x - sum.",
      wires: [total, weight],
      [
        .assign(
          total.reference,
          squares.reference.extended(to: wide) * .literal(count, wide) - square
        ),
        .assign(
          weight.reference,
          total.value * .literal(q, wide) + .literal(p, wide)
        ),
        ClockedPorts.clocked([
          .when(
            isIn(.finish) & isAt(.sumSquare),
            [
              .assign(
                energy.reference,
                weight.reference.slice(0, bits: widths.energy.bits).value
              )
            ]
          ),
          .when(
            isIn(.deviate),
            [
              .assign(
                deviation.reference,
                stored.reference.extended(to: widths.deviation)
                  * .literal(count, widths.deviation) - mean
              )
            ]
          ),
        ]),
      ]
    )
  }

  // MARK: Widths

  private var weight: Signal {
    Signal("weight", .unsigned(max(widths.energy.bits, widths.product.bits)))
  }
  private var partial: Signal {
    Signal("partial", .unsigned(max(widths.product.bits, widths.wide.bits + digit)))
  }
  private var scaled: Signal {
    Signal("scaled", .unsigned(max(widths.leftSquare.bits, widths.product.bits)))
  }

  /// The bits above what a number can be, where a wire has some.
  private func unused() -> [Verilog.Section] {
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

  // MARK: Multiplier

  private func size(_ signal: Signal) -> Signal {
    Signal("\(signal.name)_size", .unsigned(signal.type.bits))
  }

  /// |`signal`|.
  private func magnitude(_ signal: Signal) -> (wire: Signal, item: Verilog.Item) {
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
  private func multiplier() -> Verilog.Section {
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
                  .init(Task.sumSquare.value, load(sizes[0].wire, sizes[0].wire)),
                  .init(Task.left.value, load(sizes[1].wire, sizes[2].wire)),
                  .init(Task.leftSquare.value, load(product, product)),
                  .init(Task.rightSquare.value, load(sizes[3].wire, sizes[3].wire)),
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

  private func comparison() -> Verilog.Section {
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

  private func codes() -> Verilog.Section {
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
