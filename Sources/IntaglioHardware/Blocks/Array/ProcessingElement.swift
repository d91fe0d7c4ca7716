/// One multiply-accumulate unit of the output-stationary array, as a module of its own.
///
/// For area and power of a single element, and to check `SystolicArray` against: an array built from
/// these is equal to it in every cycle.
public struct ProcessingElement: Hashable, Sendable {
  public let shape: ArrayShape

  public init(_ shape: ArrayShape) { self.shape = shape }

  typealias Signal = Verilog.Signal

  private var rowIn: Signal { Signal("row_i", .init(shape.rowOperand)) }
  private var columnIn: Signal { Signal("column_i", .init(shape.columnOperand)) }
  private var firstIn: Signal { Signal("first_i", .bit) }
  private var lastIn: Signal { Signal("last_i", .bit) }
  private var startIn: Signal { Signal("start_i", .bit) }
  private var sumIn: Signal { Signal("sum_i", .init(shape.accumulator)) }
  private var rowOut: Signal { Signal("row_o", .init(shape.rowOperand)) }
  private var columnOut: Signal { Signal("column_o", .init(shape.columnOperand)) }
  private var firstOut: Signal { Signal("first_o", .bit) }
  private var lastOut: Signal { Signal("last_o", .bit) }
  private var doneOut: Signal { Signal("done_o", .bit) }
  private var sumOut: Signal { Signal("sum_o", .init(shape.accumulator)) }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    try Verilog.Module(
      "processing_element_\(shape.elementLabel)",
      summary: [
        "One element of an output-stationary array: \(shape.rowOperand) x \(shape.columnOperand) "
          + "into \(shape.accumulator).",
        "Operands and tokens pass to the neighbours; a finished sum moves to the drain register, "
          + "and from there down the column while the next sum grows.",
      ],
      ports: ClockedPorts.all
        + [rowIn, columnIn, firstIn, lastIn, startIn, sumIn].map(Verilog.Port.input)
        + [rowOut, columnOut, firstOut, lastOut, doneOut, sumOut].map(Verilog.Port.output),
      sections: [operands] + product + [accumulator, drain]
    )
  }

  private var row: Signal { Signal("row_q", .init(shape.rowOperand)) }
  private var column: Signal { Signal("column_q", .init(shape.columnOperand)) }
  private var first: Signal { Signal("first_q", .bit) }
  private var last: Signal { Signal("last_q", .bit) }
  private var done: Signal { Signal("done_q", .bit) }

  private var operands: Verilog.Section {
    Verilog.Section(
      "Operands and tokens: one cycle to the next element. first clears the sum, last ends it.",
      registers: [row, column, first, last],
      [
        ClockedPorts.clocked([
          .assign(row.reference, rowIn.value),
          .assign(column.reference, columnIn.value),
          .assign(first.reference, firstIn.value),
        ]),
        ClockedPorts.clocked(
          reset: [.assign(last.reference, .bit(false))],
          [.assign(last.reference, lastIn.value)]
        ),
        .assign(rowOut.reference, row.value),
        .assign(columnOut.reference, column.value),
        .assign(firstOut.reference, first.value),
        .assign(lastOut.reference, last.value),
      ]
    )
  }

  /// The product, and the tokens as late as it is.
  private var product: [Verilog.Section] {
    let product = Signal("product", shape.product)
    let value =
      row.reference.extended(to: shape.product) * column.reference.extended(to: shape.product)
    let direct = Verilog.Section(
      "product = row * column.",
      wires: [product],
      [.assign(product.reference, value)]
    )
    guard shape.productStages > 0 else { return [direct] }
    let (late, lateFirst, lateLast) = (latePair.product, latePair.first, latePair.last)
    return [
      direct,
      Verilog.Section(
        "The product and its tokens one cycle later.",
        registers: [late, lateFirst, lateLast],
        [
          ClockedPorts.clocked([
            .assign(late.reference, product.value),
            .assign(lateFirst.reference, first.value),
          ]),
          ClockedPorts.clocked(
            reset: [.assign(lateLast.reference, .bit(false))],
            [.assign(lateLast.reference, last.value)]
          ),
        ]
      ),
    ]
  }

  private var latePair: (product: Signal, first: Signal, last: Signal) {
    (Signal("product_q", shape.product), Signal("late_first_q", .bit), Signal("late_last_q", .bit))
  }

  private var accumulator: Verilog.Section {
    let sum = Signal("accumulator_q", .init(shape.accumulator))
    let isLate = shape.productStages > 0
    let product = isLate ? latePair.product : Signal("product", shape.product)
    let (clear, end) = isLate ? (latePair.first, latePair.last) : (first, last)
    let zero = Verilog.Expression.literal(0, sum.type)
    return Verilog.Section(
      "accumulator = (first ? 0 : accumulator) + product; done one cycle after the last product.",
      registers: [sum, done],
      [
        ClockedPorts.clocked([
          .assign(
            sum.reference,
            zero.when(clear.value, otherwise: sum.value)
              + product.reference.extended(to: sum.type)
          )
        ]),
        ClockedPorts.clocked(
          reset: [.assign(done.reference, .bit(false))],
          [.assign(done.reference, end.value)]
        ),
        .assign(doneOut.reference, done.value),
      ]
    )
  }

  private var drain: Verilog.Section {
    let sum = Signal("accumulator_q", .init(shape.accumulator))
    let drain = Signal("drain_q", .init(shape.accumulator))
    let fresh = Signal("fresh_q", .bit)
    return Verilog.Section(
      "Drain: takes the sum when it is done and keeps it until the whole column is; from start on "
        + "the column moves down, and an element with a new sum no longer takes that from above.",
      registers: [drain, fresh],
      [
        ClockedPorts.clocked([
          .when(
            done.value,
            [.assign(drain.reference, sum.value), .assign(fresh.reference, .bit(true))],
            otherwise: [
              .when(
                startIn.value | ~fresh.value,
                [
                  .assign(drain.reference, sumIn.value),
                  .assign(fresh.reference, .bit(false)),
                ]
              )
            ]
          )
        ]),
        .assign(sumOut.reference, drain.value),
      ]
    )
  }
}
