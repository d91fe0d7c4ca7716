extension TileMachine {
  /// The units that the machine is made of, each alone: the element, an array of up to 8 × 8 of them,
  /// what stands once beside every column or lane.
  ///
  /// Beside the element and the array stand those that would keep their weights instead of their sums.
  ///
  /// - Throws: `ArrayShapeError`, `Verilog.ModuleError` or `Verilog.DesignError`, which would be faults
  ///   of this generator.
  public func units() throws -> [Verilog.Design] {
    let array = shape.array
    let small = try ArrayShape(
      rows: min(8, tile),
      columns: min(8, tile),
      rowOperand: array.rowOperand,
      columnOperand: array.columnOperand,
      accumulator: array.accumulator,
      productStages: array.productStages,
      splitsSums: array.splitsSums
    )
    var designs = [
      try Verilog.Design(try ProcessingElement(array).module()),
      try Verilog.Design(try SystolicArray(small).module()),
      try Verilog.Design(try DoubleBufferedElement(array).module()),
      try Verilog.Design(try WeightStationaryArray(small).module()),
      try Verilog.Design(try Sequencer(shape: shape).module()),
    ]
    if let steps = shape.steps { designs.append(try Verilog.Design(try steps.module())) }
    for stream in shape.streams { designs.append(try Verilog.Design(try stream.module())) }
    for lookup in shape.lookups {
      designs.append(try Verilog.Design(try lookup.module(), images: [lookup.image]))
    }
    for unit in shape.rowUnits {
      switch unit {
      case .softmax(let softmax, _):
        designs.append(try Verilog.Design(try softmax.module(), images: softmax.images))
      case .norm(let norm, _): designs.append(try Verilog.Design(try norm.module()))
      }
    }
    return designs
  }
}
