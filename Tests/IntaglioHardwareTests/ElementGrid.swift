import IntaglioHardware

/// A systolic array put together from processing elements, wire by wire: what `SystolicArray` is
/// checked against.
struct ElementGrid {
  typealias Signal = Verilog.Signal
  typealias Affine = Verilog.Affine

  let shape: ArrayShape
  private let clock = GridEdge.clock
  private let reset = Signal("rst_ni", .bit)
  private let enable = GridEdge.enable
  private var rowType: Verilog.SignalType { .init(shape.rowOperand) }
  private var columnType: Verilog.SignalType { .init(shape.columnOperand) }
  private var sumType: Verilog.SignalType { .init(shape.accumulator) }

  init(_ shape: ArrayShape) { self.shape = shape }

  private var rowEdge: GridEdge { GridEdge("row", lanes: shape.rows, rowType) }
  private var columnEdge: GridEdge { GridEdge("column", lanes: shape.columns, columnType) }

  private func wire(_ name: String, _ row: Int, _ column: Int, _ type: Verilog.SignalType) -> Signal
  {
    Signal("\(name)_\(row)_\(column)", type)
  }

  /// With all ports of the array but `valid_o`.
  func module() throws -> Verilog.Module {
    let (first, last) = (Signal("first_i", .bit), Signal("last_i", .bit))
    let sumOut = Signal("sum_o", .unsigned(shape.columns * sumType.bits))
    let element = try ProcessingElement(shape).module()
    var sections = [rowEdge.section, columnEdge.section] + moves
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        sections.append(place(element, row, column, first, last))
      }
    }
    sections.append(
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
    )
    return try Verilog.Module(
      "element_grid_\(shape.rows)x\(shape.columns)",
      summary: ["An array of elements."],
      ports: [clock, reset, enable, rowEdge.word, columnEdge.word, first, last]
        .map(Verilog.Port.input) + [.output(sumOut)],
      sections: [wires] + sections
    )
  }

  /// All wires between elements.
  private var wires: Verilog.Section {
    var signals: [Signal] = []
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        signals += [
          wire("row", row, column, rowType), wire("column", row, column, columnType),
          wire("first", row, column, .bit), wire("last", row, column, .bit),
          wire("done", row, column, .bit), wire("sum", row, column, sumType),
        ]
      }
    }
    return Verilog.Section("Between elements.", wires: signals, [])
  }

  private func move(_ row: Int, _ column: Int) -> Signal { wire("move", row, column, .bit) }

  /// Row r loads from above in r cycles from one after its column's lowest sum is done.
  private var moves: [Verilog.Section] {
    (0..<shape.columns).map { column in
      let lowest = wire("done", shape.rows - 1, column, .bit).value
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
              clock,
              [.when(~reset.value, cleared, otherwise: [.when(enable.value, next)])]
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
      if column > 0 { return wire(name, row, column - 1, .bit).value }
      return row > 0 ? wire(name, row - 1, 0, .bit).value : input.value
    }
    let inputs: [String: Verilog.Expression] = [
      "clk_i": clock.value, "rst_ni": reset.value, "enable_i": enable.value,
      "row_i": column > 0
        ? wire("row", row, column - 1, rowType).value : rowEdge.late(row),
      "column_i": row > 0
        ? wire("column", row - 1, column, columnType).value : columnEdge.late(column),
      "first_i": token("first", first), "last_i": token("last", last),
      "move_i": row > 0 ? move(row, column).value : .bit(false),
      "sum_i": row > 0
        ? wire("sum", row - 1, column, sumType).value : .literal(0, sumType),
    ]
    let outputs: [(String, Signal)] = [
      ("row_o", wire("row", row, column, rowType)),
      ("column_o", wire("column", row, column, columnType)),
      ("first_o", wire("first", row, column, .bit)),
      ("last_o", wire("last", row, column, .bit)),
      ("done_o", wire("done", row, column, .bit)),
      ("sum_o", wire("sum", row, column, sumType)),
    ]
    return Verilog.Section(
      "Element (\(row), \(column)).",
      [
        .instance(
          Verilog.Instance(
            "element_\(row)_\(column)",
            of: element,
            inputs: inputs,
            outputs: Dictionary(uniqueKeysWithValues: outputs.map { ($0, $1.reference) })
          )
        )
      ]
    )
  }
}
