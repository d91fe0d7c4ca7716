import IntaglioHardware

/// A systolic array put together from processing elements, wire by wire: what `SystolicArray` is
/// checked against.
struct ElementGrid {
  typealias Signal = Verilog.Signal

  let shape: ArrayShape
  private let grid: Grid

  init(_ shape: ArrayShape) { (self.shape, grid) = (shape, Grid(shape)) }

  private var columnEdge: GridEdge { GridEdge("column", lanes: shape.columns, grid.columnType) }

  /// What leaves an element, and how wide it is.
  private var leaving: [(String, Verilog.SignalType)] {
    [
      ("row", grid.rowType), ("column", grid.columnType), ("first", .bit), ("last", .bit),
      ("done", .bit), ("sum", grid.sumType),
    ]
  }

  /// With all ports of the array but `valid_o`.
  func module() throws -> Verilog.Module {
    let (first, last) = (Signal("first_i", .bit), Signal("last_i", .bit))
    let element = try ProcessingElement(shape).module()
    return try Verilog.Module(
      "element_grid_\(shape.rows)x\(shape.columns)",
      summary: ["An array of elements."],
      ports: [
        grid.clock, grid.reset, grid.enable, grid.rowEdge.word, columnEdge.word, first, last,
      ].map(Verilog.Port.input) + [.output(grid.sumOut)],
      sections: [grid.wires(leaving), grid.rowEdge.section, columnEdge.section] + moves
        + grid.places.map { place(element, $0.row, $0.column, first, last) } + [grid.lowestRow]
    )
  }

  private func move(_ row: Int, _ column: Int) -> Signal { grid.wire("move", row, column, .bit) }

  /// Row r loads from above in r cycles from one after its column's lowest sum is done.
  private var moves: [Verilog.Section] {
    (0..<shape.columns).map { column in
      let lowest = grid.wire("done", shape.rows - 1, column, .bit).value
      let registers = (1..<max(1, shape.rows)).map { move($0, column) }
      let next = (1..<max(1, shape.rows)).map { row in
        Verilog.Statement.assign(
          move(row, column).reference,
          row > 1 ? lowest | move(row - 1, column).value : lowest
        )
      }
      let cleared = registers.map { Verilog.Statement.assign($0.reference, .bit(false)) }
      return Verilog.Section(
        "When the rows of column \(column) move.",
        registers: registers,
        registers.isEmpty
          ? []
          : [
            .clocked(
              grid.clock,
              [.when(~grid.reset.value, cleared, otherwise: [.when(grid.enable.value, next)])]
            )
          ]
      )
    }
  }

  private func place(
    _ element: Verilog.Module,
    _ row: Int,
    _ column: Int,
    _ first: Signal,
    _ last: Signal
  ) -> Verilog.Section {
    func token(_ name: String, _ input: Signal) -> Verilog.Expression {
      if column > 0 { return grid.wire(name, row, column - 1, .bit).value }
      return row > 0 ? grid.wire(name, row - 1, 0, .bit).value : input.value
    }
    let inputs: [String: Verilog.Expression] = [
      "clk_i": grid.clock.value, "rst_ni": grid.reset.value, "enable_i": grid.enable.value,
      "row_i": column > 0
        ? grid.wire("row", row, column - 1, grid.rowType).value : grid.rowEdge.late(row),
      "column_i": row > 0
        ? grid.wire("column", row - 1, column, grid.columnType).value : columnEdge.late(column),
      "first_i": token("first", first), "last_i": token("last", last),
      "move_i": row > 0 ? move(row, column).value : .bit(false),
      "sum_i": row > 0
        ? grid.wire("sum", row - 1, column, grid.sumType).value : .literal(0, grid.sumType),
    ]
    return grid.element(element, row, column, inputs, leaving: leaving)
  }
}
