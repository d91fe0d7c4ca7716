import IntaglioHardware

/// What grids of elements have in common: a wire of every kind for each element, and sums that leave
/// at the lower edge.
struct Grid {
  typealias Signal = Verilog.Signal

  let shape: ArrayShape
  let clock = Signal("clk_i", .bit)
  let reset = Signal("rst_ni", .bit)
  let enable = Signal("enable_i", .bit)
  var rowType: Verilog.SignalType { shape.rowNumbers }
  var columnType: Verilog.SignalType { shape.columnNumbers }
  var sumType: Verilog.SignalType { .init(shape.accumulator) }

  init(_ shape: ArrayShape) { self.shape = shape }

  /// The row operands as they enter.
  var rowEdge: GridEdge { GridEdge("row", lanes: shape.rows, rowType) }
  /// All sums that leave.
  var sumOut: Signal { Signal("sum_o", .unsigned(shape.columns * sumType.bits)) }

  func wire(_ name: String, _ row: Int, _ column: Int, _ type: Verilog.SignalType) -> Signal {
    Signal("\(name)_\(row)_\(column)", type)
  }

  /// Row by row.
  var places: [(row: Int, column: Int)] {
    (0..<shape.rows).flatMap { row in (0..<shape.columns).map { (row, $0) } }
  }

  func wires(_ names: [(String, Verilog.SignalType)]) -> Verilog.Section {
    Verilog.Section(
      "Between elements.",
      wires: places.flatMap { place in names.map { wire($0, place.row, place.column, $1) } },
      []
    )
  }

  /// Element (`row`, `column`), whose ports in `leaving` go to the wires of these names.
  func element(
    _ module: Verilog.Module,
    _ row: Int,
    _ column: Int,
    _ inputs: [String: Verilog.Expression],
    leaving: [(String, Verilog.SignalType)]
  ) -> Verilog.Section {
    Verilog.Section(
      "Element (\(row), \(column)).",
      [
        .instance(
          Verilog.Instance(
            "element_\(row)_\(column)",
            of: module,
            inputs: inputs,
            outputs: Dictionary(
              uniqueKeysWithValues: leaving.map {
                ("\($0)_o", wire($0, row, column, $1).reference)
              }
            )
          )
        )
      ]
    )
  }

  var lowestRow: Verilog.Section {
    Verilog.Section(
      "The lowest row leaves.",
      (0..<shape.columns).map { column in
        let sum = wire("sum", shape.rows - 1, column, sumType).value
        return .assign(
          sumOut.reference.slice(Verilog.Affine(column * sumType.bits), bits: sumType.bits),
          sumType.isSigned ? sum.asUnsigned : sum
        )
      }
    )
  }
}
