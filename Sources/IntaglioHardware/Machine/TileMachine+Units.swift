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
      splitsSums: array.splitsSums,
      products: array.products
    )
  }

  /// What stands beside the array, each unit alone, and how many of it there are.
  ///
  /// - Throws: `Verilog.ModuleError` or `Verilog.DesignError`, which would be faults of this generator.
  package func unitsBesideArray() throws -> [(design: Verilog.Design, count: Int)] {
    let (columns, lanes) = (shape.drainGroups.width, shape.rowGroups.width)
    var designs = [(try Verilog.Design(try Sequencer(shape: shape).module()), 1)]
    func add(_ module: Verilog.Module, _ count: Int, _ images: [Verilog.MemoryImage] = []) throws {
      designs.append((try Verilog.Design(module, images: images), count))
    }
    if let steps = shape.steps { try add(try steps.module(), columns) }
    if let search = shape.search { try add(try search.module(), columns, search.images) }
    for stream in shape.streams { try add(try stream.module(), columns) }
    for lookup in shape.lookups { try add(try lookup.module(), columns, [lookup.image]) }
    for unit in shape.rowUnits {
      switch unit {
      case .softmax(let softmax, _): try add(try softmax.module(), lanes, softmax.images)
      case .steps(let steps, _): try add(try steps.module(), lanes)
      case .norm(let norm, _): try add(try norm.module(), lanes)
      }
    }
    return designs
  }
}
