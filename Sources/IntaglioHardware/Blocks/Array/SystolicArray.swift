import IntaglioNumerics

/// An output-stationary array of multiply-accumulate units: [rows, k] · [k, columns], a slice of k a
/// cycle.
///
/// With several products an element takes the numbers of so many slices at once, side by side.
///
/// One module with loops over the parts of long words: simulators take that thirty times faster than
/// as many instances. Row operands flow right, column operands down; both enter unskewed and are skewed
/// inside. A tile of k slices whose first is taken at cycle T leaves its column c from the lowest row
/// up: the sum of row r at cycle T + k + stages + rows + c + 1 + (rows − 1 − r), while the next tile
/// accumulates. `ArrayTiming` states it, and the last slices of two tiles must be at least `rows`
/// cycles apart.
public struct SystolicArray: Hashable, Sendable {
  public let shape: ArrayShape

  public init(_ shape: ArrayShape) { self.shape = shape }

  typealias Signal = Verilog.Signal
  typealias Affine = Verilog.Affine

  /// All row operands of a slice, row 0 in the lowest bits.
  var rowsIn: Signal { Signal("row_i", .unsigned(shape.rows * shape.rowNumbers.bits)) }
  /// All column operands of a slice, column 0 in the lowest bits.
  var columnsIn: Signal {
    Signal("column_i", .unsigned(shape.columns * shape.columnNumbers.bits))
  }
  /// Whether this slice is the first of its tile.
  var firstIn: Signal { Signal("first_i", .bit) }
  /// Whether this slice is the last of its tile.
  var lastIn: Signal { Signal("last_i", .bit) }
  /// The sums that leave, column 0 in the lowest bits.
  var sumsOut: Signal { Signal("sum_o", .unsigned(shape.columns * shape.accumulator.bits)) }
  /// Whether a sum leaves a column, column 0 in the lowest bit.
  var validOut: Signal { Signal("valid_o", .unsigned(shape.columns)) }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    try Verilog.Module(
      "systolic_array_\(shape.label)",
      summary: [
        "Output-stationary array of \(shape.rows) x \(shape.columns) elements: "
          + "\(shape.rowOperand) x \(shape.columnOperand) into \(shape.accumulator)"
          + (shape.products == 1 ? "." : ", \(shape.products) products of an element in a cycle."),
        "Slice j of a tile brings row operands a[r][j] and column operands b[j][c]; column c of "
          + "sum_o then shows sum over j of a[r][j] * b[j][c], the lowest row first.",
        "The last slices of two tiles are at least \(shape.drainCycles) enabled cycles apart.",
      ],
      ports: ClockedPorts.all + [rowsIn, columnsIn, firstIn, lastIn].map(Verilog.Port.input)
        + [sumsOut, validOut].map(Verilog.Port.output),
      sections: skews + [operands, tokens] + products + accumulators + [finished] + moves
        + [drain, valid]
    )
  }

  var elements: ElementWords { ElementWords(shape) }
}
