import IntaglioNumerics

extension NormQuantizer {
  typealias Signal = Verilog.Signal
  typealias Expression = Verilog.Expression

  /// What the multiplier does in a cycle.
  enum State: Int {
    /// Elements come in and are squared.
    case values
    /// The last of them is squared; S²; the energy is made of both.
    case settling, sum, energy
    /// The products of an element; in between d² is waited for, behind them the next element.
    case deviation, curve, slope, base, wait, left, idle

    static let type = Verilog.SignalType.unsigned(4)
    var value: Verilog.Expression { .literal(rawValue, Self.type) }
  }

  // MARK: Ports

  var validIn: Signal { Signal("valid_i", .bit) }
  var valueIn: Signal { Signal("value_i", .init(value)) }
  var wordIn: Signal { Signal("channel_word_i", .unsigned(parameters.word.bits)) }
  /// p of the row's norm, from its first element until its energy is there; none where all norms share it.
  var offsetIn: Signal { Signal("offset_i", .unsigned(max(1, parameterBits))) }
  var hasOffset: Bool { parameterBits > 0 }
  var readyOut: Signal { Signal("ready_o", .bit) }
  var validOut: Signal { Signal("valid_o", .bit) }
  var codeOut: Signal { Signal("code_o", .init(parameters.code)) }
  var channelOut: Signal { Signal("channel_o", place.type) }

  // MARK: Control

  var state: Signal { Signal("state_q", State.type) }
  /// Cycles that the state lasts beyond this one.
  var turn: Signal {
    Signal(
      "turn_q",
      .address(
        of: max(timing.mostTurns, timing.pace + 2, timing.energy, timing.wait, timing.idle)
      )
    )
  }
  /// Whether this is the last cycle of a state.
  var isLast: Signal { Signal("is_last", .bit) }
  /// The element that is coming in, or that is worked for next.
  var place: Signal { Signal("place_q", .address(of: parameters.count)) }
  var takes: Signal { Signal("takes", .bit) }
  /// An element has come; its size is there, and the multiplier gets it.
  var taken: Signal { Signal("taken_q", .bit) }
  var sized: Signal { Signal("sized_q", .bit) }
  /// The last product of the last element ends.
  var isOver: Signal { Signal("is_over", .bit) }

  func isIn(_ wanted: State) -> Expression { state.value.equals(wanted.value) }
  /// At the end of which the last product of an element is loaded.
  var beforeLeft: State { timing.wait > 0 ? .wait : .base }

  /// High in the cycle in which the product of `state` comes out.
  func arrival(of state: State) -> Expression {
    arrivals(of: state).reference.slice(Verilog.Affine(timing.depth - 1), bits: 1).value
  }
  /// A bit for every cycle since the last one of `state`.
  func arrivals(of state: State) -> Signal {
    Signal("\(state)_token_q", .unsigned(timing.depth))
  }
  /// The states whose products are waited for.
  var awaited: [State] {
    (timing.takesSquareAtOnce ? [] : [.deviation]) + [.curve, .slope, .base, .left]
  }

  // MARK: Channel

  var left: Signal { Signal("left", parameters.word.left) }
  var isOdd: Signal { Signal("is_odd", .bit) }
  var isFactorNegative: Signal { Signal("is_factor_negative", .bit) }
  var isBaseNegative: Signal { Signal("is_base_negative", .bit) }
  func constant(_ constant: NormParameters.Constant) -> Signal {
    Signal("constant_\(constant)", parameters.word.type(constant))
  }

  // MARK: Row

  var element: Signal { Signal("element", widths.element) }
  var sum: Signal { Signal("sum_q", widths.sum) }
  var squares: Signal { Signal("squares_q", widths.squares) }
  var energy: Signal { Signal("energy_q", widths.energy) }
  var deviation: Signal { Signal("deviation_q", widths.deviation) }

  // MARK: Multiplier

  /// |x|, |S| or |d|.
  var size: Signal {
    Signal(
      "size_q",
      .unsigned([widths.element, widths.sum, widths.deviation].map(\.bits).max() ?? 1)
    )
  }
  /// What is multiplied with the factor's next digits, and what comes out beside what is carried.
  var partial: Signal { Signal("partial", .unsigned(widths.wide.bits + timing.digit)) }
  /// What came out last.
  var high: Signal { Signal(timing.mostTurns > 1 ? "high_q" : "high", partial.type) }
  func product(_ product: NormProduct) -> Signal {
    Signal("product_\(product)", widths.product(product))
  }

  // MARK: Codes

  /// A²·q of the element whose d² is multiplied next.
  var keptFactor: Signal { Signal("factor_kept_q", parameters.word.type(.factor)) }
  /// Whether A·d of the element that is decided is below zero.
  var isLeftNegative: Signal { Signal("is_left_negative_q", .bit) }
  /// How many digits are not decided.
  var undecided: Signal { Signal("undecided_q", .address(of: parameters.code.bits + 1)) }
  /// The cycle before the first digit; a digit is decided; it is the last one; the digit.
  var begins: Signal { Signal("begins_q", .bit) }
  var isDeciding: Signal { Signal("is_deciding", .bit) }
  var isDecided: Signal { Signal("is_decided", .bit) }
  var isTaken: Signal { Signal("is_taken", .bit) }

  /// A number in a type that holds all it can be here, wider or narrower than its own.
  func fitted(_ signal: Signal, _ type: Verilog.SignalType) -> Expression {
    let from = signal.type
    if from.bits < type.bits || from == type {
      return from == type ? signal.value : signal.reference.extended(to: type)
    }
    let bits = signal.reference.slice(0, bits: type.bits).value
    return type.isSigned ? bits.asSigned : bits
  }
}
