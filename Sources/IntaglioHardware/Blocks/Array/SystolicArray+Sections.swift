extension SystolicArray {
  // Tokens lie as row operands do.

  private var column: Signal { elements.word("column_q", elements.columnType) }
  private var first: Signal { elements.word("first_q") }
  private var last: Signal { elements.word("last_q") }
  private var lateFirst: Signal { elements.word("late_first_q") }
  private var lateLast: Signal { elements.word("late_last_q") }
  /// The token that ends a sum, and comes with its product.
  var end: Signal { shape.productStages > 0 ? lateLast : last }
  var accumulator: Signal { elements.word("accumulator_q", elements.sumType) }

  // MARK: Skew

  private var rowSkew: EdgeSkew { elements.rowSkew(rowsIn) }
  /// Column c waits c cycles.
  private var columnSkew: EdgeSkew {
    EdgeSkew(word: columnsIn, lanes: shape.columns, type: elements.columnType, name: "column")
  }

  var skews: [Verilog.Section] { [rowSkew.section, columnSkew.section] }

  // MARK: Flow

  var operands: Verilog.Section {
    let row = elements.row
    return Verilog.Section(
      "Operands: row codes move right, column codes move down, one element a cycle. Element (r, c) "
        + "is part c * \(shape.rows) + r of row_q and of the tokens, part r * \(shape.columns) + c of "
        + "all other words.",
      registers: [row, column],
      [
        ClockedPorts.clocked([
          .assign(row.reference, row.pushed(rowSkew.edge.reference)),
          .assign(column.reference, column.pushed(columnSkew.edge.reference)),
        ])
      ]
    )
  }

  /// A token enters at element (0, 0), moves down the first column and right along every row.
  private func flow(of token: Signal, from input: Signal) -> Verilog.Statement {
    let (rows, columns) = (shape.rows, shape.columns)
    let right = columns > 1 ? [token.reference.slice(0, bits: rows * (columns - 1)).value] : []
    let down = rows > 1 ? [token.reference.slice(0, bits: rows - 1).value] : []
    return .assign(token.reference, .concatenation(right + down + [input.value]))
  }

  var tokens: Verilog.Section {
    Verilog.Section(
      "Tokens: first and last travel with the slice that they belong to, down the first column and "
        + "right along every row.",
      registers: [first, last],
      [
        ClockedPorts.clocked([flow(of: first, from: firstIn)]),
        ClockedPorts.clocked(reset: [last.cleared], [flow(of: last, from: lastIn)]),
      ]
    )
  }

  // MARK: Sums

  /// The products of arrays with a register behind the multiplier.
  var products: [Verilog.Section] {
    guard shape.productStages > 0 else { return [] }
    return [
      Verilog.Section(
        "Products, and their tokens, one cycle later: product = row * column.",
        registers: [elements.product, lateFirst, lateLast],
        [
          elements.multiplication(column),
          ClockedPorts.clocked([.assign(lateFirst.reference, first.value)]),
          ClockedPorts.clocked(
            reset: [lateLast.cleared],
            [.assign(lateLast.reference, last.value)]
          ),
        ]
      )
    ]
  }

  private var law: String { "accumulator = (first ? 0 : accumulator) + product" }

  /// A sum begins.
  private var clear: Verilog.Expression {
    (shape.productStages > 0 ? lateFirst : first).part(elements.columnwise).value
  }

  var accumulators: [Verilog.Section] {
    let (rowwise, sumType) = (elements.rowwise, elements.sumType)
    let split = SplitSum(bits: sumType.bits, product: shape.product)
    guard shape.splitsSums, split.isSplit else {
      let old = Verilog.Expression.literal(0, sumType).when(
        clear,
        otherwise: accumulator.number(rowwise, sumType)
      )
      let next = (old + elements.addend(column).extended(to: sumType)).bits(of: sumType)
      let sum = accumulator.part(rowwise, sumType)
      return [
        Verilog.Section(
          "Accumulators: \(law).",
          registers: [accumulator],
          [ClockedPorts.clocked([elements.everywhere([.assign(sum, next)])])]
        )
      ]
    }
    return accumulators(split)
  }

  /// Sums in two parts.
  private func accumulators(_ split: SplitSum) -> [Verilog.Section] {
    let lower = elements.word("lower", split.lower)
    func parts(of word: Signal, _ bits: Int) -> SplitSum.Part {
      { word.reference.slice(elements.rowwise * bits + Affine($0), bits: $1) }
    }
    let sums = parts(of: accumulator, elements.sumType.bits)
    let lowers = parts(of: lower, split.lower.bits)
    let next = split.lower(of: sums, elements.addend(column), clear: clear)
    return [
      Verilog.Section(
        "lower = (first ? 0 : lower part of the accumulator) + product, and the product's sign.",
        registers: [accumulator, lower],
        [.combinational([elements.everywhere([.assign(lowers(0, split.lower.bits), next)])])]
      ),
      Verilog.Section(
        "Accumulators: \(law), whose upper part changes where lower leaves its part of it.",
        [
          ClockedPorts.clocked([
            elements.everywhere(split.assignments(to: sums, lowers, clear: clear))
          ])
        ]
      ),
    ]
  }
}
