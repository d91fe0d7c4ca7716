import IntaglioHardware

extension WeightStationaryArray {
  private var timing: WeightStationaryTiming { WeightStationaryTiming(shape) }

  private var swaps: Signal { Signal("swap", .unsigned(shape.rows + shape.columns - 1)) }
  private var clear: Signal { Signal("clear_q", .unsigned(timing.sumDelay + shape.columns - 1)) }
  private var valid: Signal { Signal("valid_q", .unsigned(timing.latency + shape.columns - 1)) }
  private var reached: Signal { Signal("reached", .unsigned(shape.rows)) }
  private var next: Signal { elements.word("next_q", elements.columnType) }
  private var weight: Signal { elements.word("weight_q", elements.columnType) }
  private var sum: Signal { elements.word("sum_q", elements.sumType) }

  // MARK: Flow

  var rowSkew: EdgeSkew { elements.rowSkew(rowsIn) }

  /// What a vector brings reaches all elements of an antidiagonal in one cycle, so that a register for
  /// each antidiagonal does for all of them.
  var tokens: Verilog.Section {
    let count = swaps.type.bits - 1
    let passed = Signal("swap_q", .unsigned(max(1, count)))
    let swapMoves: [Verilog.Statement] =
      count > 0 ? [.assign(passed.reference, passed.pushed(swapIn.reference))] : []
    return Verilog.Section(
      "Tokens: element (r, c) swaps r + c cycles after (0, 0), whose swap is that of the inputs; "
        + "column c starts its sum \(timing.sumDelay) + c cycles after the activations and ends it "
        + "\(timing.latency) + c cycles after them.",
      wires: [swaps],
      registers: (count > 0 ? [passed] : []) + [clear, valid],
      [
        ClockedPorts.clocked(
          swapMoves + [.assign(clear.reference, clear.pushed(clearIn.reference))]
        ),
        ClockedPorts.clocked(
          reset: [valid.cleared],
          [.assign(valid.reference, valid.pushed(validIn.reference))]
        ),
        .assign(
          swaps.reference,
          count > 0 ? .concatenation([passed.value, swapIn.value]) : swapIn.value
        ),
        .assign(
          validOut.reference,
          valid.reference.slice(Affine(timing.latency - 1), bits: shape.columns).value
        ),
      ]
    )
  }

  var activations: Verilog.Section {
    let row = elements.row
    return Verilog.Section(
      "Activations move right, one element a cycle. Element (r, c) is part c * \(shape.rows) + r of "
        + "row_q, part r * \(shape.columns) + c of all other words.",
      registers: [row],
      [ClockedPorts.clocked([.assign(row.reference, row.pushed(rowSkew.edge.reference))])]
    )
  }

  // MARK: Weights

  /// Row r is reached by the row that enters as number r, and by all after it.
  var loading: Verilog.Section {
    let rows = shape.rows
    let law =
      "reached: the rows of elements that the row of weights at the input lets move down. The first "
      + "one of a tile moves row 0 alone, so that those below keep theirs until they have swapped."
    guard rows > 1 else {
      return Verilog.Section(law, wires: [reached], [.assign(reached.reference, loadIn.value)])
    }
    let entered = Signal("entered_q", .unsigned(rows - 1))
    let isLast = entered.part(Affine(rows - 2)).value
    return Verilog.Section(
      law,
      wires: [reached],
      registers: [entered],
      [
        ClockedPorts.clocked(
          reset: [entered.cleared],
          [
            .when(
              loadIn.value,
              [
                .when(
                  isLast,
                  [entered.cleared],
                  otherwise: [.assign(entered.reference, entered.pushed(.bit(true)))]
                )
              ]
            )
          ]
        ),
        .assign(
          reached.reference,
          .concatenation([entered.value, .bit(true)]) & .repetition(rows, loadIn.value)
        ),
      ]
    )
  }

  var weights: Verilog.Section {
    let (r, c) = (elements.r, elements.c)
    let (place, type) = (elements.rowwise, elements.columnType)
    let width = shape.columns * type.bits
    func row(_ index: Affine) -> Verilog.Reference {
      next.reference.slice(index * width, bits: width)
    }
    let top = Verilog.Statement.when(
      reached.part(0).value,
      [.assign(row(0), weightsIn.value)]
    )
    let others = Verilog.Statement.loop(
      r,
      from: 1,
      below: Affine(shape.rows),
      [.when(reached.part(Affine(r)).value, [.assign(row(Affine(r)), row(Affine(r) - 1).value)])]
    )
    return Verilog.Section(
      "Weights: the next ones move down while they are loaded; with the swap they begin to work.",
      registers: [next, weight],
      [
        ClockedPorts.clocked(shape.rows > 1 ? [top, others] : [top]),
        ClockedPorts.clocked([
          elements.everywhere([
            .when(
              swaps.part(Affine(r) + Affine(c)).value,
              [.assign(weight.part(place, type), next.part(place, type).value)]
            )
          ])
        ]),
      ]
    )
  }

  // MARK: Sums

  /// The products of arrays with a register behind the multiplier.
  var products: [Verilog.Section] {
    guard shape.productStages > 0 else { return [] }
    return [
      Verilog.Section(
        "Products one cycle later: product = activation * weight.",
        registers: [elements.product],
        [elements.multiplication(weight)]
      )
    ]
  }

  var sums: Verilog.Section {
    let (place, type) = (elements.rowwise, elements.sumType)
    func step(_ above: Verilog.Expression) -> [Verilog.Statement] {
      let next = above + elements.addend(weight).extended(to: type)
      return [.assign(sum.part(place, type), next.bits(of: type))]
    }
    let column = Affine(elements.c)
    let entering = Verilog.Expression.literal(0, type).when(
      clear.part(column + Affine(timing.sumDelay - 1)).value,
      otherwise: sumsIn.number(column, type)
    )
    return Verilog.Section(
      "Sums move down: sum = (sum above, or what enters at the top) + activation * weight.",
      registers: [sum],
      [
        ClockedPorts.clocked(
          elements.rows(top: step(entering), others: step(sum.number(elements.above, type)))
        ),
        .assign(sumsOut.reference, elements.lowestRow(of: sum, type)),
      ]
    )
  }
}
