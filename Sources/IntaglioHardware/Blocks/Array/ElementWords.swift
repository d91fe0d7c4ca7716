/// Words with a part for each element of an array, and loops over these parts.
///
/// Row operands lie column by column, so that a move to the right is a shift by a column; all other
/// words lie row by row, so that a move down is a shift by a row.
package struct ElementWords {
  package typealias Signal = Verilog.Signal
  package typealias Affine = Verilog.Affine

  package let shape: ArrayShape
  package let r = Verilog.LoopIndex("r")
  package let c = Verilog.LoopIndex("c")

  package init(_ shape: ArrayShape) { self.shape = shape }

  package var count: Int { shape.rows * shape.columns }
  package var rowType: Verilog.SignalType { shape.rowNumbers }
  package var columnType: Verilog.SignalType { shape.columnNumbers }
  package var sumType: Verilog.SignalType { .init(shape.accumulator) }

  package func word(_ name: String, _ type: Verilog.SignalType = .bit) -> Signal {
    Signal(name, .unsigned(count * type.bits))
  }

  /// The operands that move right.
  package var row: Signal { word("row_q", rowType) }
  /// What the registers behind the multipliers hold.
  package var product: Signal { word("product_q", shape.product) }

  // MARK: Places

  /// Where element (r, c) is among what lies column by column.
  package var columnwise: Affine { Affine(c) * shape.rows + Affine(r) }
  /// Where element (r, c) is among what lies row by row.
  package var rowwise: Affine { Affine(r) * shape.columns + Affine(c) }
  /// Where the element above it is.
  package var above: Affine { rowwise - Affine(shape.columns) }

  /// The part of `word` that leaves at the lower edge.
  package func lowestRow(of word: Signal, _ type: Verilog.SignalType) -> Verilog.Expression {
    let width = shape.columns * type.bits
    return word.reference.slice(Affine((shape.rows - 1) * width), bits: width).value
  }

  // MARK: Loops

  /// For every element.
  package func everywhere(_ body: [Verilog.Statement]) -> Verilog.Statement {
    .loop(r, shape.rows, [inRow(body)])
  }

  /// For every element of row r.
  package func inRow(_ body: [Verilog.Statement]) -> Verilog.Statement {
    .loop(c, shape.columns, body)
  }

  /// `top` for the elements of the highest row, `others` for those that have one above, where there are any.
  package func rows(
    top: [Verilog.Statement],
    others: @autoclosure () -> [Verilog.Statement]
  ) -> [Verilog.Statement] {
    let highest = Verilog.Statement.loop(r, 1, [inRow(top)])
    guard shape.rows > 1 else { return [highest] }
    return [highest, .loop(r, from: 1, below: Affine(shape.rows), [inRow(others())])]
  }

  // MARK: Products

  /// The row skew of an array: row r waits r cycles.
  package func rowSkew(_ word: Signal) -> EdgeSkew {
    EdgeSkew(word: word, lanes: shape.rows, type: rowType, name: "row")
  }

  /// What the adder of an element takes: the row operand times its part of `column`, one cycle later
  /// where there is a register.
  package func addend(_ column: Signal) -> Verilog.Expression {
    shape.productStages > 0 ? product.number(rowwise, shape.product) : productValue(column)
  }

  private func productValue(_ column: Signal) -> Verilog.Expression {
    shape.sum(row, columnwise, column, rowwise)
  }

  /// Loads the registers behind the multipliers.
  package func multiplication(_ column: Signal) -> Verilog.Item {
    ClockedPorts.clocked([
      everywhere([
        .assign(
          product.part(rowwise, shape.product),
          productValue(column).bits(of: shape.product)
        )
      ])
    ])
  }
}
