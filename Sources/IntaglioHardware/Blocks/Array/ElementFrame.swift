/// What every output-stationary element has around its arithmetic: operands and tokens that pass to
/// the neighbours, an accumulator that a token clears, and a drain register.
struct ElementFrame: Hashable, Sendable {
  typealias Signal = Verilog.Signal

  let row: Verilog.SignalType
  let column: Verilog.SignalType
  let sum: Verilog.SignalType
  /// Registers between the multiplier and the adder.
  let productStages: Int

  static let firstIn = Signal("first_i", .bit)
  static let lastIn = Signal("last_i", .bit)
  static let startIn = Signal("start_i", .bit)
  static let firstOut = Signal("first_o", .bit)
  static let lastOut = Signal("last_o", .bit)
  static let doneOut = Signal("done_o", .bit)
  var rowIn: Signal { Signal("row_i", row) }
  var columnIn: Signal { Signal("column_i", column) }
  var sumIn: Signal { Signal("sum_i", sum) }
  var rowOut: Signal { Signal("row_o", row) }
  var columnOut: Signal { Signal("column_o", column) }
  var sumOut: Signal { Signal("sum_o", sum) }

  /// The ports of the element; `more` are inputs of the arithmetic alone.
  func ports(_ more: [Signal] = []) -> [Verilog.Port] {
    let inputs = [rowIn, columnIn, Self.firstIn, Self.lastIn, Self.startIn, sumIn] + more
    let outputs = [rowOut, columnOut, Self.firstOut, Self.lastOut, Self.doneOut, sumOut]
    return ClockedPorts.all + inputs.map(Verilog.Port.input) + outputs.map(Verilog.Port.output)
  }

  /// The operands of this cycle.
  var rowOperand: Signal { Signal("row_q", row) }
  var columnOperand: Signal { Signal("column_q", column) }
  /// The sum that grows.
  var accumulator: Signal { Signal("accumulator_q", sum) }
  private var first: Signal { Signal("first_q", .bit) }
  private var last: Signal { Signal("last_q", .bit) }
  private var lateFirst: Signal { Signal("late_first_q", .bit) }
  private var lateLast: Signal { Signal("late_last_q", .bit) }
  private var done: Signal { Signal("done_q", .bit) }

  /// Operands and tokens.
  var operands: Verilog.Section {
    Verilog.Section(
      "Operands and tokens: one cycle to the next element. first clears the sum, last ends it.",
      registers: [rowOperand, columnOperand, first, last],
      [
        ClockedPorts.clocked([
          .assign(rowOperand.reference, rowIn.value),
          .assign(columnOperand.reference, columnIn.value),
          .assign(first.reference, Self.firstIn.value),
        ]),
        ClockedPorts.clocked(
          reset: [.assign(last.reference, .bit(false))],
          [.assign(last.reference, Self.lastIn.value)]
        ),
        .assign(rowOut.reference, rowOperand.value),
        .assign(columnOut.reference, columnOperand.value),
        .assign(Self.firstOut.reference, first.value),
        .assign(Self.lastOut.reference, last.value),
      ]
    )
  }

  /// `product` as late as it is added, with its tokens; nothing where that is at once.
  func lateProduct(
    _ product: Verilog.Expression,
    _ type: Verilog.SignalType
  ) -> (signal: Signal, sections: [Verilog.Section]) {
    let late = Signal("product_q", type)
    let section = Verilog.Section(
      "The product and its tokens one cycle later.",
      registers: [late, lateFirst, lateLast],
      [
        ClockedPorts.clocked([
          .assign(late.reference, product), .assign(lateFirst.reference, first.value),
        ]),
        ClockedPorts.clocked(
          reset: [.assign(lateLast.reference, .bit(false))],
          [.assign(lateLast.reference, last.value)]
        ),
      ]
    )
    return (late, [section])
  }

  /// What the accumulator holds before the next addition: 0 where a tile begins.
  var running: Verilog.Expression {
    let clear = productStages > 0 ? lateFirst : first
    return .conditional(clear.value, .literal(0, sum), accumulator.value)
  }

  /// The accumulator, which becomes `next`.
  func accumulation(_ law: String, _ next: Verilog.Expression) -> Verilog.Section {
    let end = productStages > 0 ? lateLast : last
    return Verilog.Section(
      "\(law); done one cycle after the last product.",
      registers: [accumulator, done],
      [
        ClockedPorts.clocked([.assign(accumulator.reference, next)]),
        ClockedPorts.clocked(
          reset: [.assign(done.reference, .bit(false))],
          [.assign(done.reference, end.value)]
        ),
        .assign(Self.doneOut.reference, done.value),
      ]
    )
  }

  /// The drain register.
  var drain: Verilog.Section {
    let drain = Signal("drain_q", sum)
    let fresh = Signal("fresh_q", .bit)
    return Verilog.Section(
      "Drain: takes the sum when it is done and keeps it until the whole column is; from start on "
        + "the column moves down, and an element with a new sum no longer takes that from above.",
      registers: [drain, fresh],
      [
        ClockedPorts.clocked([
          .when(
            done.value,
            [
              .assign(drain.reference, accumulator.value), .assign(fresh.reference, .bit(true)),
            ],
            otherwise: [
              .when(
                Self.startIn.value | ~fresh.value,
                [.assign(drain.reference, sumIn.value), .assign(fresh.reference, .bit(false))]
              )
            ]
          )
        ]),
        .assign(sumOut.reference, drain.value),
      ]
    )
  }
}
