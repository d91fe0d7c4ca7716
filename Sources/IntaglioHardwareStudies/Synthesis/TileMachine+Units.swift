public import IntaglioHardware

extension TileMachine {
  /// The units that the machine is made of, each alone: the element, an array of up to 8 × 8 of them,
  /// what stands beside them, and how many of each it has.
  ///
  /// Beside the element and the array stand those that would keep weights instead of sums; of these, and
  /// of the small array, it has none.
  ///
  /// - Throws: `ArrayShapeError`, `Verilog.ModuleError` or `Verilog.DesignError`, which would be faults
  ///   of this generator.
  public func units() throws -> [(design: Verilog.Design, count: Int)] {
    let small = try smallArray()
    let elements = shape.array.rows * shape.array.columns
    return [
      (try Verilog.Design(try ProcessingElement(shape.array).module()), elements),
      (try Verilog.Design(try SystolicArray(small).module()), 0),
      (try Verilog.Design(try DoubleBufferedElement(shape.array.withOneProduct).module()), 0),
      (try Verilog.Design(try WeightStationaryArray(small.withOneProduct).module()), 0),
    ] + (try unitsBesideArray())
  }
}
