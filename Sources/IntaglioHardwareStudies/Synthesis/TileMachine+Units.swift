public import IntaglioHardware

extension TileMachine {
  /// The units that the machine is made of, each alone: the element, an array of up to 8 × 8 of them,
  /// what stands once beside every column or lane.
  ///
  /// Beside the element and the array stand those that would keep their weights instead of their sums.
  ///
  /// - Throws: `ArrayShapeError`, `Verilog.ModuleError` or `Verilog.DesignError`, which would be faults
  ///   of this generator.
  public func units() throws -> [Verilog.Design] {
    let small = try smallArray()
    return [
      try Verilog.Design(try ProcessingElement(shape.array).module()),
      try Verilog.Design(try SystolicArray(small).module()),
      try Verilog.Design(try DoubleBufferedElement(shape.array).module()),
      try Verilog.Design(try WeightStationaryArray(small).module()),
    ] + (try unitsBesideArray())
  }
}
