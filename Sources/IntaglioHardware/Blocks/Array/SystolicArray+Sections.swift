extension SystolicArray {
  // Row operands and tokens lie column by column, so that a move to the right is a shift by a column;
  // column operands and sums lie row by row, so that a move down is a shift by a row.

  /// Where element (r, c) is among row operands and tokens.
  private var columnwise: Affine { Affine(c) * shape.rows + Affine(r) }
  /// Where element (r, c) is among column operands and sums.
  private var rowwise: Affine { Affine(r) * shape.columns + Affine(c) }

  private var elements: Int { shape.rows * shape.columns }
  private var rowType: Verilog.SignalType { .init(shape.rowOperand) }
  private var columnType: Verilog.SignalType { .init(shape.columnOperand) }
  private var sumType: Verilog.SignalType { .init(shape.accumulator) }

  private var row: Signal { Signal("row_q", .unsigned(elements * rowType.bits)) }
  private var column: Signal { Signal("column_q", .unsigned(elements * columnType.bits)) }
  private var first: Signal { Signal("first_q", .unsigned(elements)) }
  private var last: Signal { Signal("last_q", .unsigned(elements)) }
  private var product: Signal { Signal("product_q", .unsigned(elements * shape.product.bits)) }
  private var lateFirst: Signal { Signal("late_first_q", .unsigned(elements)) }
  private var lateLast: Signal { Signal("late_last_q", .unsigned(elements)) }
  private var accumulator: Signal { Signal("accumulator_q", .unsigned(elements * sumType.bits)) }
  private var done: Signal { Signal("done_q", .unsigned(elements)) }
  private var drained: Signal { Signal("drain_q", .unsigned(elements * sumType.bits)) }
  private var start: Signal { Signal("start_q", .bit) }
  /// Of all rows but the highest, row by row.
  private var move: Signal { Signal("move_q", .unsigned(elements - shape.columns)) }

  /// For every element.
  private func everywhere(_ body: [Verilog.Statement]) -> Verilog.Statement {
    .loop(r, shape.rows, [.loop(c, shape.columns, body)])
  }

  // MARK: Skew

  /// Row r waits r cycles.
  private var rowSkew: EdgeSkew {
    EdgeSkew(word: rowsIn, lanes: shape.rows, type: rowType, name: "row")
  }
  /// Column c waits c cycles.
  private var columnSkew: EdgeSkew {
    EdgeSkew(word: columnsIn, lanes: shape.columns, type: columnType, name: "column")
  }

  var skews: [Verilog.Section] { [rowSkew.section, columnSkew.section] }

  // MARK: Flow

  var operands: Verilog.Section {
    Verilog.Section(
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

  private var productValue: Verilog.Expression {
    row.number(columnwise, rowType).extended(to: shape.product)
      * column.number(rowwise, columnType).extended(to: shape.product)
  }

  /// The products of arrays with a register behind the multiplier.
  var products: [Verilog.Section] {
    guard shape.productStages > 0 else { return [] }
    return [
      Verilog.Section(
        "Products, and their tokens, one cycle later: product = row * column.",
        registers: [product, lateFirst, lateLast],
        [
          ClockedPorts.clocked([
            everywhere([
              .assign(product.part(rowwise, shape.product), productValue.bits(of: shape.product))
            ])
          ]),
          ClockedPorts.clocked([.assign(lateFirst.reference, first.value)]),
          ClockedPorts.clocked(
            reset: [lateLast.cleared],
            [.assign(lateLast.reference, last.value)]
          ),
        ]
      )
    ]
  }

  var accumulators: [Verilog.Section] {
    let isLate = shape.productStages > 0
    let value = isLate ? product.number(rowwise, shape.product) : productValue
    let clear = (isLate ? lateFirst : first).part(columnwise).value
    let law = "accumulator = (first ? 0 : accumulator) + product"
    let sum = accumulator.part(rowwise, sumType)
    let split = SplitSum(bits: sumType.bits, product: shape.product)
    guard shape.splitsSums, split.isSplit else {
      let old = Verilog.Expression.literal(0, sumType).when(
        clear,
        otherwise: accumulator.number(rowwise, sumType)
      )
      let next = old + value.extended(to: sumType)
      return [
        Verilog.Section(
          "Accumulators: \(law).",
          registers: [accumulator],
          [ClockedPorts.clocked([everywhere([.assign(sum, next.bits(of: sumType))])])]
        )
      ]
    }
    let lower = Signal("lower", .unsigned(elements * split.lower.bits))
    func parts(of word: Signal, _ bits: Int) -> SplitSum.Part {
      { word.reference.slice(rowwise * bits + Affine($0), bits: $1) }
    }
    let sums = parts(of: accumulator, sumType.bits)
    let lowers = parts(of: lower, split.lower.bits)
    return [
      Verilog.Section(
        "lower = (first ? 0 : lower part of the accumulator) + product, and the product's sign.",
        registers: [accumulator, lower],
        [
          .combinational([
            everywhere([
              .assign(lowers(0, split.lower.bits), split.lower(of: sums, value, clear: clear))
            ])
          ])
        ]
      ),
      Verilog.Section(
        "Accumulators: \(law), whose upper part changes where lower leaves its part of it.",
        [
          ClockedPorts.clocked([everywhere(split.assignments(to: sums, lowers, clear: clear))])
        ]
      ),
    ]
  }

  var finished: Verilog.Section {
    let end = shape.productStages > 0 ? lateLast : last
    return Verilog.Section(
      "A sum is done one cycle after its last product; start_q: the lowest sum of column 0 was.",
      registers: [done, start],
      [
        ClockedPorts.clocked(
          reset: [done.cleared, start.cleared],
          [
            .assign(done.reference, end.value),
            .assign(start.reference, done.part(Affine(shape.rows - 1)).value),
          ]
        )
      ]
    )
  }

  /// When the drain registers of a row load what is above them.
  var moves: [Verilog.Section] {
    let (rows, columns) = (shape.rows, shape.columns)
    guard rows > 1 else { return [] }
    let lowest = done.part(Affine(c) * rows + Affine(rows - 1)).value
    let top = Affine(c)
    let highest = Verilog.Statement.loop(c, columns, [.assign(move.part(top), lowest)])
    let others = Verilog.Statement.loop(
      r,
      from: 1,
      below: Affine(rows - 1),
      [
        .loop(
          c,
          columns,
          [.assign(move.part(rowwise), lowest | move.part(rowwise - Affine(columns)).value)]
        )
      ]
    )
    return [
      Verilog.Section(
        "A column moves once the lowest of its sums was done: row r takes the r sums above it in "
          + "the r cycles that follow. Row r is part (r - 1) * \(columns) + c of move_q.",
        registers: [move],
        [ClockedPorts.clocked(reset: [move.cleared], rows > 2 ? [highest, others] : [highest])]
      )
    ]
  }

  // MARK: Drain

  /// What the drain register of an element does, where `others` hold when its sum is not done.
  private func step(_ others: [Verilog.Statement]) -> Verilog.Statement {
    .when(
      done.part(columnwise).value,
      [
        .assign(
          drained.part(rowwise, sumType),
          accumulator.part(rowwise, sumType).value
        )
      ],
      otherwise: others
    )
  }

  /// What the drain registers of all rows but the highest do.
  private var lowerRows: Verilog.Statement {
    let above = rowwise - Affine(shape.columns)
    let taken = Verilog.Statement.assign(
      drained.part(rowwise, sumType),
      drained.part(above, sumType).value
    )
    return .loop(
      r,
      from: 1,
      below: Affine(shape.rows),
      [.loop(c, shape.columns, [step([.when(move.part(above).value, [taken])])])]
    )
  }

  var drain: Verilog.Section {
    let (rows, columns) = (shape.rows, shape.columns)
    let top = Verilog.Statement.loop(r, 1, [.loop(c, columns, [step([])])])
    let width = columns * sumType.bits
    return Verilog.Section(
      "Drain: a register takes its sum when that is done and keeps it until the whole column is, "
        + "which then moves down one row a cycle; in all other cycles nothing is loaded.",
      registers: [drained],
      [
        ClockedPorts.clocked(rows > 1 ? [top, lowerRows] : [top]),
        .assign(
          sumsOut.reference,
          drained.reference.slice(Affine((rows - 1) * width), bits: width).value
        ),
      ]
    )
  }

  /// Column 0 counts its rows; every other column follows one cycle behind.
  var valid: Verilog.Section {
    let (rows, columns) = (shape.rows, shape.columns)
    let left = Signal("left_q", .address(of: rows))
    let begins = start.value
    let zeroLeft = Verilog.Expression.literal(0, left.type)
    let leading = Signal("leading", .bit)
    let followers = Signal("valid_q", .unsigned(max(1, columns - 1)))
    let counting = Verilog.Statement.when(
      begins,
      [.assign(left.reference, .literal(rows - 1, left.type))],
      otherwise: [
        .when(
          left.value.differs(from: zeroLeft),
          [.assign(left.reference, left.value - .literal(1, left.type))]
        )
      ]
    )
    let hasFollowers = columns > 1
    return Verilog.Section(
      "valid: column 0 for \(rows) cycles from its start on, column c one cycle after c - 1.",
      wires: [leading],
      registers: [left] + (hasFollowers ? [followers] : []),
      [
        .assign(leading.reference, begins | left.value.differs(from: zeroLeft)),
        ClockedPorts.clocked(
          reset: [left.cleared] + (hasFollowers ? [followers.cleared] : []),
          [counting]
            + (hasFollowers
              ? [.assign(followers.reference, followers.pushed(leading.reference))] : [])
        ),
        .assign(
          validOut.reference,
          hasFollowers ? .concatenation([followers.value, leading.value]) : leading.value
        ),
      ]
    )
  }
}
