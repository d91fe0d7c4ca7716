import BigInt
import IntaglioNumerics

extension NormQuantizer {
  /// Shows when the square of an element is there: its cycles in the multiplier and behind its last digit.
  private var squaring: Signal { Signal("squaring_q", .unsigned(timing.pace + timing.depth + 1)) }
  private var isSquare: Expression {
    squaring.reference.slice(Verilog.Affine(squaring.type.bits - 1), bits: 1).value
  }

  /// Elements are shifted, added and squared when they come first, and make a deviation when they come
  /// again.
  func elements() -> Verilog.Section {
    let early = Signal("value_q", .init(value))
    let incoming = Signal("incoming", .init(value))
    let mean =
      parameters.isCentered
      ? fitted(sum, widths.deviation) : Expression.literal(0, widths.deviation)
    return Verilog.Section(
      "Elements: x = value * 2^left is added, and squared by the multiplier; when it comes again, "
        + "deviation = \(parameters.count) * x\(parameters.isCentered ? " - sum" : "").",
      wires: [incoming, element],
      registers: [early, squaring, squares, deviation] + (parameters.isCentered ? [sum] : []),
      [
        .assign(incoming.reference, early.value.when(taken.value, otherwise: valueIn.value)),
        .assign(
          element.reference,
          .shift(.left, incoming.reference.extended(to: widths.element), by: left.value)
        ),
        ClockedPorts.clocked([
          .assign(early.reference, valueIn.value),
          .assign(
            deviation.reference,
            fitted(element, widths.deviation) * .literal(parameters.count, widths.deviation) - mean
          ),
        ]),
        sums,
      ]
    )
  }

  /// The sum of the elements, where the norm has a mean, and that of their squares.
  private var sums: Verilog.Item {
    let cleared = [squares.cleared] + (parameters.isCentered ? [sum.cleared] : [])
    let square = squares.value + fitted(product(.element), squares.type)
    let adding: [Verilog.Statement] =
      parameters.isCentered
      ? [.when(taken.value, [.assign(sum.reference, sum.value + fitted(element, sum.type))])] : []
    return ClockedPorts.clocked(
      reset: [squaring.cleared] + cleared,
      [
        .assign(
          squaring.reference,
          .concatenation([
            squaring.reference.slice(0, bits: squaring.type.bits - 1).value, taken.value,
          ])
        ),
        .when(
          isOver.value,
          cleared,
          otherwise: [.when(isSquare, [.assign(squares.reference, square)])] + adding
        ),
      ]
    )
  }

  /// V·q + p of what was added up.
  var weight: Signal {
    let count = BigInt(parameters.count)
    let whole = Verilog.SignalType(
      holding: 0...count * widths.squares.range.upperBound * parameters.weight
        + (parameters.offsets.max() ?? 0)
    )
    return Signal("weight", .unsigned(max(whole.bits, widths.energy.bits)))
  }

  /// The energy of the row.
  func row() -> Verilog.Section {
    let type = weight.type
    let total = Signal("total_q", type)
    let whole = fitted(squares, type) * .literal(parameters.count, type)
    return Verilog.Section(
      "energy = (\(parameters.count) * squares - sum * sum) * \(parameters.weight) + "
        + (hasOffset ? offsetIn.name : "\(parameters.offsets[0])")
        + (parameters.isCentered ? "." : " without the square of the sum."),
      wires: [weight],
      registers: [total, energy],
      [
        .assign(
          weight.reference,
          total.value * .literal(parameters.weight, type)
            + (hasOffset ? fitted(offsetIn, type) : .literal(parameters.offsets[0], type))
        ),
        ClockedPorts.clocked([
          .assign(
            total.reference,
            parameters.isCentered ? whole - fitted(product(.sum), type) : whole
          ),
          .when(isIn(.energy), [.assign(energy.reference, fitted(weight, energy.type))]),
        ]),
      ]
    )
  }
}
