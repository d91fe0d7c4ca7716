import IntaglioHardware

/// A weight-stationary array put together from elements, wire by wire, beside the array itself: they
/// must show the same.
struct DoubleBufferedGrid {
  typealias Signal = Verilog.Signal
  typealias Affine = Verilog.Affine

  let shape: ArrayShape

  init(_ shape: ArrayShape) { self.shape = shape }

  private let reset = Signal("rst_ni", .bit)
  private let swap = Signal("swap_i", .bit)
  private let clear = Signal("clear_i", .bit)
  private let load = Signal("load_i", .bit)
  private var rowType: Verilog.SignalType { .init(shape.rowOperand) }
  private var weightType: Verilog.SignalType { .init(shape.columnOperand) }
  private var sumType: Verilog.SignalType { .init(shape.accumulator) }
  private var rowEdge: GridEdge { GridEdge("row", lanes: shape.rows, rowType) }
  private var weightEdge: GridEdge { GridEdge("weight", lanes: shape.columns, weightType) }
  private var sumEdge: GridEdge { GridEdge("sum", lanes: shape.columns, sumType) }
  private var sumOut: Signal { Signal("sum_o", sumEdge.word.type) }
  /// How many rows of weights of the tile have entered.
  private var entered: Signal { Signal("entered", .address(of: shape.rows + 1)) }

  private func wire(_ name: String, _ row: Int, _ column: Int, _ type: Verilog.SignalType) -> Signal
  {
    Signal("\(name)_\(row)_\(column)", type)
  }

  private func cleared(_ cycle: Int) -> Signal { Signal("cleared_\(cycle)", .bit) }

  /// With all inputs of the array and `same_o`, whether both show the same, unknown bits included.
  func comparison() throws -> Verilog.Module {
    let array = try WeightStationaryArray(shape).module()
    let inputs = array.ports.filter { $0.direction == .input }
    let same = Signal("same_o", .bit)
    let (whole, grid) = (Signal("whole", sumOut.type), Signal("grid", sumOut.type))
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
          wires: [whole, grid],
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
                outputs: ["sum_o": grid.reference]
              )
            ),
            .assign(same.reference, ~.binary(.notIdentical, whole.value, grid.value)),
          ]
        )
      ]
    )
  }

  private func module() throws -> Verilog.Module {
    let element = try DoubleBufferedElement(shape).module()
    let places = (0..<shape.rows).flatMap { row in
      (0..<shape.columns).map { (row, $0) }
    }
    return try Verilog.Module(
      "double_buffered_grid_\(shape.rows)x\(shape.columns)",
      summary: ["An array of elements."],
      ports: [
        GridEdge.clock, reset, GridEdge.enable, rowEdge.word, swap, clear, weightEdge.word, load,
        sumEdge.word,
      ].map(Verilog.Port.input) + [.output(sumOut)],
      sections: [
        Verilog.Section(
          "Between elements.",
          wires: places.flatMap { row, column in
            [
              wire("row", row, column, rowType), wire("weight", row, column, weightType),
              wire("swap", row, column, .bit), wire("sum", row, column, sumType),
            ]
          },
          []
        ),
        rowEdge.section, counter, clears,
      ]
        + places.map { place(element, $0, $1) }
        + [
          Verilog.Section(
            "The lowest row leaves.",
            (0..<shape.columns).map { column in
              let sum = wire("sum", shape.rows - 1, column, sumType).value
              return .assign(
                sumOut.reference.slice(Affine(column * sumType.bits), bits: sumType.bits),
                sumType.isSigned ? sum.asUnsigned : sum
              )
            }
          )
        ]
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
          GridEdge.clock,
          [
            .when(
              ~reset.value,
              [.assign(entered.reference, .literal(0, entered.type))],
              otherwise: [
                .when(GridEdge.enable.value & load.value, [.assign(entered.reference, next)])
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
          GridEdge.clock,
          [
            .when(
              GridEdge.enable.value,
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
    let waiting: Verilog.Expression = row > 0 ? wire("swap", row - 1, 0, .bit).value : swap.value
    let entering = Verilog.Expression.literal(0, sumType).when(
      cleared(delay - 1 + column).value,
      otherwise: sumEdge.now(column)
    )
    let reached = Verilog.Expression.literal(row, entered.type).isAtMost(entered.value)
    let inputs: [String: Verilog.Expression] = [
      "clk_i": GridEdge.clock.value, "enable_i": GridEdge.enable.value,
      "row_i": column > 0 ? wire("row", row, column - 1, rowType).value : rowEdge.late(row),
      "swap_i": column > 0 ? wire("swap", row, column - 1, .bit).value : waiting,
      "load_i": load.value & reached,
      "weight_i": row > 0
        ? wire("weight", row - 1, column, weightType).value : weightEdge.now(column),
      "sum_i": row > 0 ? wire("sum", row - 1, column, sumType).value : entering,
    ]
    return Verilog.Section(
      "Element (\(row), \(column)).",
      [
        .instance(
          Verilog.Instance(
            "element_\(row)_\(column)",
            of: element,
            inputs: inputs,
            outputs: [
              "row_o": wire("row", row, column, rowType).reference,
              "weight_o": wire("weight", row, column, weightType).reference,
              "swap_o": wire("swap", row, column, .bit).reference,
              "sum_o": wire("sum", row, column, sumType).reference,
            ]
          )
        )
      ]
    )
  }
}
