/// One multiply-accumulate unit of the output-stationary array, as a module of its own.
///
/// For area and power of a single element, and to check `SystolicArray` against: an array built from
/// these is equal to it in every cycle.
public struct ProcessingElement: Hashable, Sendable {
  public let shape: ArrayShape

  public init(_ shape: ArrayShape) { self.shape = shape }

  package var frame: ElementFrame {
    ElementFrame(
      row: shape.rowNumbers,
      column: shape.columnNumbers,
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
      shape.products == 1
        ? "product = row * column."
        : "product = sum of \(shape.products) row numbers * column numbers.",
      wires: [product],
      [
        .assign(
          product.reference,
          shape.sum(frame.rowOperand, 0, frame.columnOperand, 0)
        )
      ]
    )
    let late: (signal: Verilog.Signal, sections: [Verilog.Section]) =
      shape.productStages > 0
      ? frame.lateProduct(product.value, shape.product) : (product, [])
    return try Verilog.Module(
      "processing_element_\(shape.elementLabel)",
      summary: [
        "One element of an output-stationary array: "
          + "\(shape.products == 1 ? "" : "\(shape.products) times ")\(shape.rowOperand) x "
          + "\(shape.columnOperand) into \(shape.accumulator).",
        "Operands and tokens pass to the neighbours; a finished sum moves to the drain register, "
          + "and from there down the column while the next sum grows.",
      ],
      ports: frame.ports(),
      sections: [frame.operands, direct] + late.sections
        + frame.accumulation(of: late.signal) + [frame.drain]
    )
  }
}

extension ArrayShape {
  /// What an element adds: the products of its row numbers, part `row` of `rows`, and its column numbers, part
  /// `column` of `columns`.
  package func sum(
    _ rows: Verilog.Signal,
    _ row: Verilog.Affine,
    _ columns: Verilog.Signal,
    _ column: Verilog.Affine
  ) -> Verilog.Expression {
    let (left, right) = (
      Verilog.SignalType(rowOperand), Verilog.SignalType(columnOperand)
    )
    func number(_ index: Int) -> Verilog.Expression {
      let a = rows.number(row * products + Verilog.Affine(index), left)
      let b = columns.number(column * products + Verilog.Affine(index), right)
      let one = a.extended(to: oneProduct) * b.extended(to: oneProduct)
      return products == 1 ? one : one.extended(to: product)
    }
    return (1..<products).reduce(number(0)) { $0 + number($1) }
  }
}
