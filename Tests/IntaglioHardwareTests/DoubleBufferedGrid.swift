import IntaglioHardware
import IntaglioHardwareStudies

/// A weight-stationary array put together from elements, wire by wire, beside the array itself: they
/// must show the same.
struct DoubleBufferedGrid {
  typealias Signal = Verilog.Signal

  let shape: ArrayShape
  private let grid: Grid

  init(_ shape: ArrayShape) { (self.shape, grid) = (shape, Grid(shape)) }

  private let swap = Signal("swap_i", .bit)
  private let clear = Signal("clear_i", .bit)
  private let load = Signal("load_i", .bit)
  private var weightEdge: GridEdge { GridEdge("weight", lanes: shape.columns, grid.columnType) }
  private var sumEdge: GridEdge { GridEdge("sum", lanes: shape.columns, grid.sumType) }
  /// How many rows of weights of the tile have entered.
  private var entered: Signal { Signal("entered", .address(of: shape.rows + 1)) }

  /// What leaves an element, and how wide it is.
  private var leaving: [(String, Verilog.SignalType)] {
    [("row", grid.rowType), ("weight", grid.columnType), ("swap", .bit), ("sum", grid.sumType)]
  }

  private func cleared(_ cycle: Int) -> Signal { Signal("cleared_\(cycle)", .bit) }

  /// With all inputs of the array and `same_o`, whether both show the same, unknown bits included.
  func comparison() throws -> Verilog.Module {
    let array = try WeightStationaryArray(shape).module()
    let inputs = array.ports.filter { $0.direction == .input }
    let same = Signal("same_o", .bit)
    let (whole, built) = (Signal("whole", grid.sumOut.type), Signal("grid", grid.sumOut.type))
    let values = Dictionary(
      uniqueKeysWithValues: inputs.map { ($0.signal.name, $0.signal.value) }
    )
    let module = try self.module()
    let read = Set(module.ports.map(\.signal.name))
    return try Verilog.Module(
      "compared_\(array.name)",
      summary: ["An array and the same of elements."],
      ports: inputs + [.output(same)],
      sections: [
        Verilog.Section(
          "Both.",
          wires: [whole, built],
          [
            .instance(
              Verilog.Instance(
                "array",
                of: array,
                inputs: values,
                outputs: ["sum_o": whole.reference]
              )
            ),
            .instance(
              Verilog.Instance(
                "elements",
                of: module,
                inputs: values.filter { read.contains($0.key) },
                outputs: ["sum_o": built.reference]
              )
            ),
            .assign(same.reference, ~.binary(.notIdentical, whole.value, built.value)),
          ]
        )
      ]
    )
  }

  private func module() throws -> Verilog.Module {
    let element = try DoubleBufferedElement(shape).module()
    return try Verilog.Module(
      "double_buffered_grid_\(shape.rows)x\(shape.columns)",
      summary: ["An array of elements."],
      ports: [
        grid.clock, grid.reset, grid.enable, grid.rowEdge.word, swap, clear, weightEdge.word,
        load, sumEdge.word,
      ].map(Verilog.Port.input) + [.output(grid.sumOut)],
      sections: [grid.wires(leaving), grid.rowEdge.section, counter, clears]
        + grid.places.map { place(element, $0.row, $0.column) } + [grid.lowestRow]
    )
  }

  private var counter: Verilog.Section {
    let isLast = entered.value.equals(.literal(shape.rows - 1, entered.type))
    let next = Verilog.Expression.literal(0, entered.type).when(
      isLast,
      otherwise: entered.value + .literal(1, entered.type)
    )
    return Verilog.Section(
      "How many rows of weights of the tile have entered.",
      registers: [entered],
      [
        .clocked(
          grid.clock,
          [
            .when(
              ~grid.reset.value,
              [.assign(entered.reference, .literal(0, entered.type))],
              otherwise: [
                .when(grid.enable.value & load.value, [.assign(entered.reference, next)])
              ]
            )
          ]
        )
      ]
    )
  }

  /// How long a clear waits for the sum of column 0.
  private var delay: Int { 1 + shape.productStages }

  private var clears: Verilog.Section {
    let count = delay + shape.columns - 1
    return Verilog.Section(
      "Clears, cycle by cycle.",
      registers: (0..<count).map(cleared),
      [
        .clocked(
          grid.clock,
          [
            .when(
              grid.enable.value,
              (0..<count).map { cycle in
                .assign(
                  cleared(cycle).reference,
                  cycle == 0 ? clear.value : cleared(cycle - 1).value
                )
              }
            )
          ]
        )
      ]
    )
  }

  private func place(
    _ element: Verilog.Module,
    _ row: Int,
    _ column: Int
  ) -> Verilog.Section {
    let waiting: Verilog.Expression =
      row > 0 ? grid.wire("swap", row - 1, 0, .bit).value : swap.value
    let entering = Verilog.Expression.literal(0, grid.sumType).when(
      cleared(delay - 1 + column).value,
      otherwise: sumEdge.now(column)
    )
    let reached = Verilog.Expression.literal(row, entered.type).isAtMost(entered.value)
    let inputs: [String: Verilog.Expression] = [
      "clk_i": grid.clock.value, "enable_i": grid.enable.value,
      "row_i": column > 0
        ? grid.wire("row", row, column - 1, grid.rowType).value : grid.rowEdge.late(row),
      "swap_i": column > 0 ? grid.wire("swap", row, column - 1, .bit).value : waiting,
      "load_i": load.value & reached,
      "weight_i": row > 0
        ? grid.wire("weight", row - 1, column, grid.columnType).value : weightEdge.now(column),
      "sum_i": row > 0 ? grid.wire("sum", row - 1, column, grid.sumType).value : entering,
    ]
    return grid.element(element, row, column, inputs, leaving: leaving)
  }
}
