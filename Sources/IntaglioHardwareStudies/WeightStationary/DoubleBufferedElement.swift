public import IntaglioHardware

/// One multiply-accumulate unit of `WeightStationaryArray`, as a module of its own.
///
/// sum_o = sum_i + row · weight, one cycle after the activation; beside the weight that works stands
/// the next one. For area of a single element, and to check the array against: an array built from
/// these is equal to it in every cycle.
public struct DoubleBufferedElement: Hashable, Sendable {
  public let shape: ArrayShape

  public init(_ shape: ArrayShape) { self.shape = shape }

  typealias Signal = Verilog.Signal

  private var rowType: Verilog.SignalType { .init(shape.rowOperand) }
  private var weightType: Verilog.SignalType { .init(shape.columnOperand) }
  private var sumType: Verilog.SignalType { .init(shape.accumulator) }

  private var rowIn: Signal { Signal("row_i", rowType) }
  private var weightIn: Signal { Signal("weight_i", weightType) }
  private var loadIn: Signal { Signal("load_i", .bit) }
  private var swapIn: Signal { Signal("swap_i", .bit) }
  private var sumIn: Signal { Signal("sum_i", sumType) }
  private var rowOut: Signal { Signal("row_o", rowType) }
  private var weightOut: Signal { Signal("weight_o", weightType) }
  private var swapOut: Signal { Signal("swap_o", .bit) }
  private var sumOut: Signal { Signal("sum_o", sumType) }

  private var row: Signal { Signal("row_q", rowType) }
  private var swap: Signal { Signal("swap_q", .bit) }
  private var next: Signal { Signal("next_q", weightType) }
  private var weight: Signal { Signal("weight_q", weightType) }
  private var late: Signal { Signal("product_q", shape.product) }
  private var sum: Signal { Signal("sum_q", sumType) }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    try Verilog.Module(
      "double_buffered_element_\(shape.elementLabel)",
      summary: [
        "One element of a weight-stationary array: \(shape.rowOperand) x \(shape.columnOperand) "
          + "into \(shape.accumulator).",
        "Activations and swaps pass to the right, weights and sums down.",
      ],
      ports: ClockedPorts.withoutReset
        + [rowIn, weightIn, loadIn, swapIn, sumIn].map(Verilog.Port.input)
        + [rowOut, weightOut, swapOut, sumOut].map(Verilog.Port.output),
      sections: [flow, weights] + sums
    )
  }

  private var flow: Verilog.Section {
    Verilog.Section(
      "The activation and its swap: one cycle to the next element.",
      registers: [row, swap],
      [
        ClockedPorts.clocked([
          .assign(row.reference, rowIn.value), .assign(swap.reference, swapIn.value),
        ]),
        .assign(rowOut.reference, row.value),
        .assign(swapOut.reference, swap.value),
      ]
    )
  }

  private var weights: Verilog.Section {
    Verilog.Section(
      "The next weight moves down while weights are loaded; with a swap it begins to work.",
      registers: [next, weight],
      [
        ClockedPorts.clocked([
          .when(loadIn.value, [.assign(next.reference, weightIn.value)]),
          .when(swapIn.value, [.assign(weight.reference, next.value)]),
        ]),
        .assign(weightOut.reference, next.value),
      ]
    )
  }

  private var sums: [Verilog.Section] {
    let product =
      row.reference.extended(to: shape.product) * weight.reference.extended(to: shape.product)
    let isLate = shape.productStages > 0
    let stage = Verilog.Section(
      "The product one cycle later.",
      registers: [late],
      [ClockedPorts.clocked([.assign(late.reference, product)])]
    )
    let added = (isLate ? late.value : product).extended(to: sumType)
    return (isLate ? [stage] : []) + [
      Verilog.Section(
        "sum = sum from above + activation * weight.",
        registers: [sum],
        [
          ClockedPorts.clocked([.assign(sum.reference, sumIn.value + added)]),
          .assign(sumOut.reference, sum.value),
        ]
      )
    ]
  }
}
