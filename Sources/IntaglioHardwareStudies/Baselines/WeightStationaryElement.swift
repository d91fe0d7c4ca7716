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

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let type = Verilog.SignalType(accumulator)
    let (row, held) = (Signal("row_q", .init(activation)), Signal("weight_q", .init(weight)))
    let (above, sum) = (Signal("above_q", type), Signal("sum_q", type))
    return try Verilog.Module(
      "weight_stationary_element_\(activation)_\(weight)_\(accumulator)",
      summary: [
        "One element of a weight-stationary array: \(activation) x \(weight) into \(accumulator).",
        "sum_o = sum_i + row_i * weight, two cycles later.",
      ],
      ports: ClockedPorts.withoutReset
        + [rowIn, columnIn, loadIn, sumIn].map(Verilog.Port.input)
        + [rowOut, columnOut, sumOut].map(Verilog.Port.output),
      sections: [
        Verilog.Section(
          "The weight moves down while weights are loaded, and stays otherwise.",
          registers: [held],
          [
            ClockedPorts.clocked([.when(loadIn.value, [.assign(held.reference, columnIn.value)])]),
            .assign(columnOut.reference, held.value),
          ]
        ),
        Verilog.Section(
          "The activation goes on to the right; the sum from above waits for it.",
          registers: [row, above],
          [
            ClockedPorts.clocked([
              .assign(row.reference, rowIn.value), .assign(above.reference, sumIn.value),
            ]),
            .assign(rowOut.reference, row.value),
          ]
        ),
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
        ),
      ]
    )
  }
}
