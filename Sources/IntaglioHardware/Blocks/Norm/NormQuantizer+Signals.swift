import BigInt
import IntaglioNumerics

extension NormQuantizer {
  typealias Signal = Verilog.Signal
  typealias Expression = Verilog.Expression

  /// What the unit does in a cycle.
  enum State: Int {
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
  enum Multiplication: Int {
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

  var validIn: Signal { Signal("valid_i", .bit) }
  var valueIn: Signal { Signal("value_i", .init(value)) }
  var wordIn: Signal { Signal("channel_word_i", .unsigned(parameters.wordBits)) }
  var readyOut: Signal { Signal("ready_o", .bit) }
  var validOut: Signal { Signal("valid_o", .bit) }
  var codeOut: Signal { Signal("code_o", .init(parameters.code)) }
  var channelOut: Signal { Signal("channel_o", place.type) }

  var state: Signal { Signal("state_q", State.type) }
  var task: Signal { Signal("task_q", Multiplication.type) }
  var place: Signal { Signal("place_q", .address(of: parameters.count)) }
  var turn: Signal { Signal("turn_q", .address(of: turns)) }
  var digitPlace: Signal { Signal("digit_q", .address(of: parameters.code.bits)) }
  var takes: Signal { Signal("takes", .bit) }
  var isLast: Signal { Signal("is_last", .bit) }
  var isDecided: Signal { Signal("is_decided", .bit) }

  var left: Signal { Signal("left", parameters.left) }
  var isOdd: Signal { Signal("is_odd", .bit) }
  var step: Signal { Signal("step", parameters.step) }
  var base: Signal { Signal("base", parameters.base) }
  var factor: Signal { Signal("factor", parameters.factor) }

  var sum: Signal { Signal("sum_q", widths.sum) }
  var squares: Signal { Signal("squares_q", widths.squares) }
  var stored: Signal { Signal("stored_q", widths.element) }
  var energy: Signal { Signal("energy_q", widths.energy) }
  var deviation: Signal { Signal("deviation_q", widths.deviation) }
  var leftSquare: Signal { Signal("left_square_q", widths.leftSquare) }
  var isLeftNegative: Signal { Signal("is_left_negative", .bit) }
  var reached: Signal { Signal("reached_q", widths.right) }
  var right: Signal { Signal("right", widths.right) }
  var product: Signal { Signal("product_q", widths.product) }
  var isTaken: Signal { Signal("is_taken", .bit) }

  func isIn(_ wanted: State) -> Expression { state.value.equals(wanted.value) }
  func isAt(_ wanted: Multiplication) -> Expression { task.value.equals(wanted.value) }
  func enter(_ next: State) -> Verilog.Statement { .assign(state.reference, next.value) }
  func begin(_ next: Multiplication) -> Verilog.Statement { .assign(task.reference, next.value) }
  func zero(_ signal: Signal) -> Verilog.Statement {
    .assign(signal.reference, .literal(0, signal.type))
  }

  // MARK: Widths

  var weight: Signal {
    Signal("weight", .unsigned(max(widths.energy.bits, widths.product.bits)))
  }
  var partial: Signal {
    Signal("partial", .unsigned(max(widths.product.bits, widths.wide.bits + digit)))
  }
  var scaled: Signal {
    Signal("scaled", .unsigned(max(widths.leftSquare.bits, widths.product.bits)))
  }

  func size(_ signal: Signal) -> Signal {
    Signal("\(signal.name)_size", .unsigned(signal.type.bits))
  }
}
