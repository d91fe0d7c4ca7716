// How finished sums leave.

extension SystolicArray {
  private var done: Signal { elements.word("done_q") }
  private var drained: Signal { elements.word("drain_q", elements.sumType) }
  private var start: Signal { Signal("start_q", .bit) }
  /// Of all rows but the highest, row by row.
  private var move: Signal { Signal("move_q", .unsigned(elements.count - shape.columns)) }

  var finished: Verilog.Section {
    Verilog.Section(
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
    let (r, c) = (elements.r, elements.c)
    let lowest = done.part(Affine(c) * rows + Affine(rows - 1)).value
    let highest = elements.inRow([.assign(move.part(Affine(c)), lowest)])
    let others = Verilog.Statement.loop(
      r,
      from: 1,
      below: Affine(rows - 1),
      [
        elements.inRow([
          .assign(
            move.part(elements.rowwise),
            lowest | move.part(elements.above).value
          )
        ])
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
  private func step(_ others: [Verilog.Statement]) -> [Verilog.Statement] {
    let (place, type) = (elements.rowwise, elements.sumType)
    return [
      .when(
        done.part(elements.columnwise).value,
        [.assign(drained.part(place, type), accumulator.part(place, type).value)],
        otherwise: others
      )
    ]
  }

  var drain: Verilog.Section {
    let type = elements.sumType
    /// Loads the sum above while the column moves.
    var moving: Verilog.Statement {
      .when(
        move.part(elements.above).value,
        [
          .assign(
            drained.part(elements.rowwise, type),
            drained.part(elements.above, type).value
          )
        ]
      )
    }
    return Verilog.Section(
      "Drain: a register takes its sum when that is done and keeps it until the whole column is, "
        + "which then moves down one row a cycle; in all other cycles nothing is loaded.",
      registers: [drained],
      [
        ClockedPorts.clocked(
          elements.rows(top: step([]), others: step([moving]))
        ),
        .assign(sumsOut.reference, elements.lowestRow(of: drained, type)),
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
          [left.decreased]
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
