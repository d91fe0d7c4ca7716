/// What every output-stationary element has around its arithmetic: operands and tokens that pass to
/// the neighbours, an accumulator that a token clears, and a drain register.
package struct ElementFrame: Hashable, Sendable {
  package typealias Signal = Verilog.Signal

  package let row: Verilog.SignalType
  package let column: Verilog.SignalType
  package let sum: Verilog.SignalType
  /// Registers between the multiplier and the adder.
  package let productStages: Int
  /// Whether the upper part of a sum has a clock of its own.
  package var splitsSums = false

  package init(
    row: Verilog.SignalType,
    column: Verilog.SignalType,
    sum: Verilog.SignalType,
    productStages: Int,
    splitsSums: Bool = false
  ) {
    (self.row, self.column, self.sum) = (row, column, sum)
    (self.productStages, self.splitsSums) = (productStages, splitsSums)
  }

  package static let firstIn = Signal("first_i", .bit)
  package static let lastIn = Signal("last_i", .bit)
  package static let moveIn = Signal("move_i", .bit)
  package static let firstOut = Signal("first_o", .bit)
  package static let lastOut = Signal("last_o", .bit)
  package static let doneOut = Signal("done_o", .bit)
  package var rowIn: Signal { Signal("row_i", row) }
  package var columnIn: Signal { Signal("column_i", column) }
  package var sumIn: Signal { Signal("sum_i", sum) }
  package var rowOut: Signal { Signal("row_o", row) }
  package var columnOut: Signal { Signal("column_o", column) }
  package var sumOut: Signal { Signal("sum_o", sum) }

  /// The ports of the element; `more` are inputs of the arithmetic alone.
  package func ports(_ more: [Signal] = []) -> [Verilog.Port] {
    let inputs = [rowIn, columnIn, Self.firstIn, Self.lastIn, Self.moveIn, sumIn] + more
    let outputs = [rowOut, columnOut, Self.firstOut, Self.lastOut, Self.doneOut, sumOut]
    return ClockedPorts.all + inputs.map(Verilog.Port.input) + outputs.map(Verilog.Port.output)
  }

  /// The operands of this cycle.
  package var rowOperand: Signal { Signal("row_q", row) }
  package var columnOperand: Signal { Signal("column_q", column) }
  /// The sum that grows.
  package var accumulator: Signal { Signal("accumulator_q", sum) }
  private var first: Signal { Signal("first_q", .bit) }
  private var last: Signal { Signal("last_q", .bit) }
  private var lateFirst: Signal { Signal("late_first_q", .bit) }
  private var lateLast: Signal { Signal("late_last_q", .bit) }
  private var done: Signal { Signal("done_q", .bit) }

  /// Operands and tokens.
  package var operands: Verilog.Section {
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
  package func lateProduct(
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
  package var running: Verilog.Expression {
    let clear = productStages > 0 ? lateFirst : first
    return .conditional(clear.value, .literal(0, sum), accumulator.value)
  }

  /// The accumulator, to which `product` is added.
  package func accumulation(of product: Signal) -> [Verilog.Section] {
    let split = SplitSum(bits: sum.bits, product: product.type)
    let law = "accumulator = (first ? 0 : accumulator) + product"
    guard splitsSums, split.isSplit else {
      return [accumulation(law, running + product.reference.extended(to: sum))]
    }
    let clear = (productStages > 0 ? lateFirst : first).value
    let lower = Signal("lower", split.lower)
    return [
      Verilog.Section(
        "lower = (first ? 0 : lower part of the accumulator) + product, and the product's sign.",
        wires: [lower],
        registers: [accumulator],
        [
          .assign(
            lower.reference,
            split.lower(of: parts(of: accumulator), product.value, clear: clear)
          )
        ]
      ),
      accumulation(
        "\(law), whose upper part changes where lower leaves its part of the accumulator",
        split.assignments(to: parts(of: accumulator), parts(of: lower), clear: clear),
        declares: []
      ),
    ]
  }

  private func parts(of register: Signal) -> SplitSum.Part {
    { register.reference.slice(Verilog.Affine($0), bits: $1) }
  }

  /// The accumulator, which becomes `next`.
  package func accumulation(_ law: String, _ next: Verilog.Expression) -> Verilog.Section {
    accumulation(law, [.assign(accumulator.reference, next)], declares: [accumulator])
  }

  private func accumulation(
    _ law: String,
    _ next: [Verilog.Statement],
    declares: [Signal]
  ) -> Verilog.Section {
    let end = productStages > 0 ? lateLast : last
    return Verilog.Section(
      "\(law); done one cycle after the last product.",
      registers: declares + [done],
      [
        ClockedPorts.clocked(next),
        ClockedPorts.clocked(
          reset: [.assign(done.reference, .bit(false))],
          [.assign(done.reference, end.value)]
        ),
        .assign(Self.doneOut.reference, done.value),
      ]
    )
  }

  /// The drain register.
  package var drain: Verilog.Section {
    let drain = Signal("drain_q", sum)
    return Verilog.Section(
      "Drain: takes the sum when it is done, and that from above while the column moves what it has "
        + "down; in all other cycles nothing is loaded, so that its clock can be gated.",
      registers: [drain],
      [
        ClockedPorts.clocked([
          .when(
            done.value,
            [.assign(drain.reference, accumulator.value)],
            otherwise: [
              .when(Self.moveIn.value, [.assign(drain.reference, sumIn.value)])
            ]
          )
        ]),
        .assign(sumOut.reference, drain.value),
      ]
    )
  }
}
