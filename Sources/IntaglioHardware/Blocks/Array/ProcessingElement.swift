/// One multiply-accumulate unit of the output-stationary array, as a module of its own.
///
/// For area and power of a single element, and to check `SystolicArray` against: an array built from
/// these is equal to it in every cycle.
public struct ProcessingElement: Hashable, Sendable {
  public let shape: ArrayShape

  public init(_ shape: ArrayShape) { self.shape = shape }

  package var frame: ElementFrame {
    ElementFrame(
      row: .init(shape.rowOperand),
      column: .init(shape.columnOperand),
      sum: .init(shape.accumulator),
      productStages: shape.productStages,
      splitsSums: shape.splitsSums
    )
  }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let frame = frame
    let product = Verilog.Signal("product", shape.product)
    let direct = Verilog.Section(
      "product = row * column.",
      wires: [product],
      [
        .assign(
          product.reference,
          frame.rowOperand.reference.extended(to: shape.product)
            * frame.columnOperand.reference.extended(to: shape.product)
        )
      ]
    )
    let late: (signal: Verilog.Signal, sections: [Verilog.Section]) =
      shape.productStages > 0
      ? frame.lateProduct(product.value, shape.product) : (product, [])
    return try Verilog.Module(
      "processing_element_\(shape.elementLabel)",
      summary: [
        "One element of an output-stationary array: \(shape.rowOperand) x \(shape.columnOperand) "
          + "into \(shape.accumulator).",
        "Operands and tokens pass to the neighbours; a finished sum moves to the drain register, "
          + "and from there down the column while the next sum grows.",
      ],
      ports: frame.ports(),
      sections: [frame.operands, direct] + late.sections
        + frame.accumulation(of: late.signal) + [frame.drain]
    )
  }
}
