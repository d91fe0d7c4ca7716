import BigInt

extension NormQuantizer {
  /// Elements are shifted, stored, added and squared.
  func elements() -> Verilog.Section {
    let taken = Signal("taken_q", .bit)
    let early = Signal("value_q", .init(value))
    let earlyPlace = Signal("value_place_q", place.type)
    let element = Signal("element", widths.element)
    let isElement = Signal("is_element_q", .bit)
    let late = Signal("element_q", widths.element)
    let square = Signal("square", widths.squares)
    let row = Signal("row_q", widths.element, depth: parameters.count)
    let isOver = isIn(.finish) & isAt(.weighted) & isDecided.value & isLast.value
    return Verilog.Section(
      "Elements: x = value * 2^left is stored and added, its square one cycle later.",
      wires: [element, square],
      registers: [taken, early, earlyPlace, isElement, late, row, stored, sum, squares],
      [
        ClockedPorts.clocked(
          reset: [zero(taken), zero(isElement)],
          [
            .assign(taken.reference, takes.value), .assign(isElement.reference, taken.value),
          ]
        ),
        .assign(
          element.reference,
          .shift(.left, early.reference.extended(to: widths.element), by: left.value)
        ),
        .assign(
          square.reference,
          .reinterpreted(
            late.reference.extended(to: .signed(widths.squares.bits))
              * late.reference.extended(to: .signed(widths.squares.bits)),
            signed: false
          )
        ),
        ClockedPorts.clocked([
          .assign(early.reference, valueIn.value),
          .assign(earlyPlace.reference, place.value),
          .assign(late.reference, element.value),
          .when(taken.value, [.assign(row[earlyPlace.value], element.value)]),
          .assign(stored.reference, row[place.value].value),
        ]),
        ClockedPorts.clocked(
          reset: [zero(sum), zero(squares)],
          [
            .when(
              isOver,
              [zero(sum), zero(squares)],
              otherwise: [
                .when(
                  taken.value,
                  [
                    .assign(
                      sum.reference,
                      sum.value + element.reference.extended(to: sum.type)
                    )
                  ]
                ),
                .when(
                  isElement.value,
                  [.assign(squares.reference, squares.value + square.value)]
                ),
              ]
            )
          ]
        ),
      ]
    )
  }

  /// The energy of the row and the deviation of an element.
  func row() -> Verilog.Section {
    let (p, q) = parameters.epsilon
    let count = parameters.count
    let wide = weight.type
    let total = Signal("total", wide)
    let square =
      parameters.isCentered ? product.reference.extended(to: wide) : Expression.literal(0, wide)
    let mean =
      parameters.isCentered
      ? sum.reference.extended(to: widths.deviation) : Expression.literal(0, widths.deviation)
    return Verilog.Section(
      "energy = (\(count) * squares - sum * sum) * \(q) + \(p)"
        + (parameters.isCentered ? "" : " without the square of the sum")
        + "; deviation = \(count) * x - sum.",
      wires: [total, weight],
      [
        .assign(
          total.reference,
          squares.reference.extended(to: wide) * .literal(count, wide) - square
        ),
        .assign(
          weight.reference,
          total.value * .literal(q, wide) + .literal(p, wide)
        ),
        ClockedPorts.clocked([
          .when(
            isIn(.finish) & isAt(.sumSquare),
            [
              .assign(
                energy.reference,
                weight.reference.slice(0, bits: widths.energy.bits).value
              )
            ]
          ),
          .when(
            isIn(.deviate),
            [
              .assign(
                deviation.reference,
                stored.reference.extended(to: widths.deviation)
                  * .literal(count, widths.deviation) - mean
              )
            ]
          ),
        ]),
      ]
    )
  }
}
