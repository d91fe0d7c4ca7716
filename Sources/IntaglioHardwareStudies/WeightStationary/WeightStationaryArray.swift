public import IntaglioHardware
import IntaglioNumerics

/// A weight-stationary array of multiply-accumulate units: [vectors, rows] · [rows, columns], a vector
/// of activations a cycle, the array of the papers' linear layers.
///
/// Rows are what is summed over, columns the outputs. Activations flow right, one element a cycle;
/// sums flow down at the same pace, so that a sum meets every activation of its vector. It starts as 0
/// where `clear_i` comes with the vector, and otherwise as `sum_i`, the sum of the tile above: a layer
/// with more inputs than the array has rows is added up tile by tile.
///
/// Weights move down the columns into registers of their own, a row of the tile a cycle, the lowest row
/// first, while the tile before still works; `swap_i` comes with the first vector of a tile, and each
/// element takes its next weight as that passes. This second register costs a code an element; without
/// it every tile would wait for rows + columns − 2 cycles more. A row of elements loads at once, not in
/// the skew of the activations: that spares a triangle of registers, and tiles of fewer vectors than
/// rows + columns − 1 make the next one wait. `WeightStationaryTiming` states when.
public struct WeightStationaryArray: Hashable, Sendable {
  /// `rowOperand` is the activations' type, `columnOperand` the weights'.
  public let shape: ArrayShape

  public init(_ shape: ArrayShape) { self.shape = shape }

  typealias Signal = Verilog.Signal
  typealias Affine = Verilog.Affine

  /// All activations of a vector, row 0 in the lowest bits.
  var rowsIn: Signal { Signal("row_i", .unsigned(shape.rows * shape.rowOperand.bits)) }
  /// Whether this vector is the first one of its tile.
  var swapIn: Signal { Signal("swap_i", .bit) }
  /// Whether the sums of this vector start at 0.
  var clearIn: Signal { Signal("clear_i", .bit) }
  /// Whether this is a vector.
  var validIn: Signal { Signal("valid_i", .bit) }
  /// A row of the next tile, column 0 in the lowest bits.
  var weightsIn: Signal { Signal("weight_i", .unsigned(width(shape.columnOperand))) }
  /// Whether there is such a row.
  var loadIn: Signal { Signal("load_i", .bit) }
  /// The sums of the tile above, column 0 in the lowest bits, each one cycle later than the one before.
  var sumsIn: Signal { Signal("sum_i", .unsigned(width(shape.accumulator))) }
  /// The sums that leave, column 0 in the lowest bits, skewed in the same way.
  var sumsOut: Signal { Signal("sum_o", .unsigned(width(shape.accumulator))) }
  /// Whether a sum leaves a column, column 0 in the lowest bit.
  var validOut: Signal { Signal("valid_o", .unsigned(shape.columns)) }

  /// Of a word with a part for each column.
  private func width(_ type: IntegerType) -> Int { shape.columns * type.bits }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let timing = WeightStationaryTiming(shape)
    let inputs = [rowsIn, swapIn, clearIn, validIn, weightsIn, loadIn, sumsIn]
    return try Verilog.Module(
      "weight_stationary_array_\(shape.label)",
      summary: [
        "Weight-stationary array of \(shape.rows) x \(shape.columns) elements: "
          + "\(shape.rowOperand) x \(shape.columnOperand) into \(shape.accumulator).",
        "A vector brings activations a[r]; column c of sum_o shows (clear ? 0 : sum_i[c]) + sum over "
          + "r of a[r] * w[r][c], \(timing.latency) + c cycles later. sum_i[c] is due "
          + "\(timing.sumDelay) + c cycles after the activations.",
        "The \(shape.rows) rows of w enter from the lowest one on, all before the swap, and none "
          + "earlier than \(timing.loadDelay) enabled cycles after the swap before.",
      ],
      ports: ClockedPorts.all + inputs.map(Verilog.Port.input)
        + [sumsOut, validOut].map(Verilog.Port.output),
      sections: [rowSkew.section, tokens, activations, loading, weights] + products + [sums]
    )
  }

  var elements: ElementWords { ElementWords(shape) }
}
