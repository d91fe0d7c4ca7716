public import IntaglioHardware
public import IntaglioNumerics

/// An output-stationary element that dequantizes first: each code is multiplied by its scale before the
/// multiply-accumulate, as a graph that has not been rewritten asks for.
///
/// Scales are unsigned fixed-point numbers of `scaleBits` bits, the row's and the column's, held outside
/// of the element, which is charitable. All products are exact.
public struct DequantizingElement: Hashable, Sendable {
  public let row: IntegerType
  public let column: IntegerType
  public let scaleBits: Int
  public let accumulator: IntegerType

  /// - Precondition: `accumulator` is signed and holds any product.
  public init(
    row: IntegerType,
    column: IntegerType,
    scaleBits: Int = 8,
    accumulator: IntegerType
  ) {
    precondition(
      accumulator.isSigned && accumulator.bits > row.bits + column.bits + 2 * scaleBits,
      "a signed accumulator that holds any product"
    )
    (self.row, self.column, self.scaleBits) = (row, column, scaleBits)
    self.accumulator = accumulator
  }

  var frame: ElementFrame {
    ElementFrame(
      row: .init(row),
      column: .init(column),
      sum: .init(accumulator),
      productStages: 1
    )
  }

  private var rowScale: Verilog.Signal { Verilog.Signal("row_scale_i", .unsigned(scaleBits)) }
  private var columnScale: Verilog.Signal {
    Verilog.Signal("column_scale_i", .unsigned(scaleBits))
  }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let frame = frame
    var pipeline = Pipeline()
    func real(_ name: String, _ code: Verilog.Signal, _ scale: Verilog.Signal) -> Verilog.Signal {
      let bits = code.type.bits + scaleBits + (code.type.isSigned ? 0 : 1)
      let type = Verilog.SignalType.signed(bits)
      return pipeline.wire(
        "\(name)_real",
        type,
        "\(name)_real = \(name) * scale.",
        code.reference.extended(to: type) * scale.reference.extended(to: type)
      )
    }
    pipeline.append(frame.operands)
    let left = real("row", frame.rowOperand, rowScale)
    let right = real("column", frame.columnOperand, columnScale)
    let type = Verilog.SignalType.signed(left.type.bits + right.type.bits)
    let product = pipeline.wire(
      "product",
      type,
      "product = row_real * column_real.",
      left.reference.extended(to: type) * right.reference.extended(to: type)
    )
    let late = frame.lateProduct(product.value, type)
    let accumulation = frame.accumulation(
      "accumulator = (first ? 0 : accumulator) + product",
      frame.running + late.signal.reference.extended(to: frame.sum)
    )
    return try Verilog.Module(
      "dequantizing_element_\(row)_\(column)_u\(scaleBits)_\(accumulator)",
      summary: [
        "One element that dequantizes first: (\(row) * scale) x (\(column) * scale) into "
          + "\(accumulator)."
      ],
      ports: frame.ports([rowScale, columnScale]),
      sections: pipeline.sections + late.sections + [accumulation, frame.drain]
    )
  }
}
