extension TileMachine {
  /// The machine's array, of up to 8 × 8 elements.
  ///
  /// - Throws: `ArrayShapeError`, which would be a fault of this generator.
  package func smallArray() throws(ArrayShapeError) -> ArrayShape {
    let array = shape.array
    return try ArrayShape(
      rows: min(8, tile),
      columns: min(8, tile),
      rowOperand: array.rowOperand,
      columnOperand: array.columnOperand,
      accumulator: array.accumulator,
      productStages: array.productStages,
      splitsSums: array.splitsSums
    )
  }

  /// What stands once beside the array, or once beside every column or lane, each unit alone.
  ///
  /// - Throws: `Verilog.ModuleError` or `Verilog.DesignError`, which would be faults of this generator.
  package func unitsBesideArray() throws -> [Verilog.Design] {
    var designs = [try Verilog.Design(try Sequencer(shape: shape).module())]
    if let steps = shape.steps { designs.append(try Verilog.Design(try steps.module())) }
    if let search = shape.search {
      designs.append(try Verilog.Design(try search.module(), images: search.images))
    }
    for stream in shape.streams { designs.append(try Verilog.Design(try stream.module())) }
    for lookup in shape.lookups {
      designs.append(try Verilog.Design(try lookup.module(), images: [lookup.image]))
    }
    for unit in shape.rowUnits {
      switch unit {
      case .softmax(let softmax, _):
        designs.append(try Verilog.Design(try softmax.module(), images: softmax.images))
      case .steps(let steps, _): designs.append(try Verilog.Design(try steps.module()))
      case .norm(let norm, _): designs.append(try Verilog.Design(try norm.module()))
      }
    }
    return designs
  }
}
