public import IntaglioHardware
public import IntaglioNumerics

/// One element of a weight-stationary array: the weight stays, activations pass to the right and sums
/// pass down.
///
/// sum_o = sum_i + row_i · weight, two cycles later. Weights are loaded down the column while `load_i`
/// is set.
public struct WeightStationaryElement: Hashable, Sendable {
  public let activation: IntegerType
  public let weight: IntegerType
  public let accumulator: IntegerType

  /// Cycles from an activation and a sum to the sum of both.
  public static let latency = 2

  /// - Precondition: `accumulator` is signed and holds any product.
  public init(activation: IntegerType, weight: IntegerType, accumulator: IntegerType) {
    precondition(
      accumulator.isSigned && accumulator.bits > activation.bits + weight.bits,
      "a signed accumulator that holds any product"
    )
    (self.activation, self.weight, self.accumulator) = (activation, weight, accumulator)
  }

  typealias Signal = Verilog.Signal

  private var rowIn: Signal { Signal("row_i", .init(activation)) }
  private var columnIn: Signal { Signal("column_i", .init(weight)) }
  private var loadIn: Signal { Signal("load_i", .bit) }
  private var sumIn: Signal { Signal("sum_i", .init(accumulator)) }
  private var rowOut: Signal { Signal("row_o", .init(activation)) }
  private var columnOut: Signal { Signal("column_o", .init(weight)) }
  private var sumOut: Signal { Signal("sum_o", .init(accumulator)) }

  private var type: Verilog.SignalType { .init(accumulator) }
  private var row: Signal { Signal("row_q", .init(activation)) }
  private var held: Signal { Signal("weight_q", .init(weight)) }
  private var above: Signal { Signal("above_q", type) }
  private var sum: Signal { Signal("sum_q", type) }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    try Verilog.Module(
      "weight_stationary_element_\(activation)_\(weight)_\(accumulator)",
      summary: [
        "One element of a weight-stationary array: \(activation) x \(weight) into \(accumulator).",
        "sum_o = sum_i + row_i * weight, two cycles later.",
      ],
      ports: ClockedPorts.withoutReset
        + [rowIn, columnIn, loadIn, sumIn].map(Verilog.Port.input)
        + [rowOut, columnOut, sumOut].map(Verilog.Port.output),
      sections: [weights, operands, sums]
    )
  }

  private var weights: Verilog.Section {
    Verilog.Section(
      "The weight moves down while weights are loaded, and stays otherwise.",
      registers: [held],
      [
        ClockedPorts.clocked([.when(loadIn.value, [.assign(held.reference, columnIn.value)])]),
        .assign(columnOut.reference, held.value),
      ]
    )
  }

  private var operands: Verilog.Section {
    Verilog.Section(
      "The activation goes on to the right; the sum from above waits for it.",
      registers: [row, above],
      [
        ClockedPorts.clocked([
          .assign(row.reference, rowIn.value), .assign(above.reference, sumIn.value),
        ]),
        .assign(rowOut.reference, row.value),
      ]
    )
  }

  private var sums: Verilog.Section {
    Verilog.Section(
      "sum = above + activation * weight.",
      registers: [sum],
      [
        ClockedPorts.clocked([
          .assign(
            sum.reference,
            above.value + row.reference.extended(to: type) * held.reference.extended(to: type)
          )
        ]),
        .assign(sumOut.reference, sum.value),
      ]
    )
  }
}
