public import IntaglioHardware

/// An output-stationary element on floating-point numbers: a multiplier, a register, an adder.
///
/// Both round to the nearest, ties to even, as `FloatMultiplyAdd` says. One addition a cycle, so that
/// its feedback closes within a cycle as an output-stationary array needs it.
public struct FloatingElement: Hashable, Sendable {
  public let arithmetic: FloatMultiplyAdd

  public init(_ arithmetic: FloatMultiplyAdd) { self.arithmetic = arithmetic }

  typealias Expression = Verilog.Expression
  typealias Signal = Verilog.Signal
  typealias Affine = Verilog.Affine

  var frame: ElementFrame {
    ElementFrame(
      row: .unsigned(arithmetic.operand.bits),
      column: .unsigned(arithmetic.operand.bits),
      sum: .unsigned(arithmetic.sum.bits),
      productStages: 1
    )
  }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    let (frame, operand, sum) = (frame, arithmetic.operand, arithmetic.sum)
    var stages = FloatStages()
    stages.pipeline.append(frame.operands)
    let product = product(&stages)
    let late = frame.lateProduct(product.value, product.type)
    for section in late.sections { stages.pipeline.append(section) }
    // What the sum becomes is computed from the accumulator, which has to be declared before.
    let next = Signal("next", frame.sum)
    stages.pipeline.append(Verilog.Section("What the sum becomes.", wires: [next], []))
    stages.pipeline.append(
      frame.accumulation("accumulator = (first ? 0 : accumulator) + product", next.value)
    )
    let running = stages.pipeline.wire(
      "running",
      frame.sum,
      "The sum so far.",
      frame.running
    )
    let result = add(running, late.signal, &stages)
    stages.pipeline.append(
      Verilog.Section("The new sum.", [.assign(next.reference, result.value)])
    )
    return try Verilog.Module(
      "floating_element_\(operand)_\(sum)",
      summary: [
        "One floating-point element: \(operand) x \(operand) into \(sum), "
          + "each operation rounded to the nearest, ties to even.",
        "Neither subnormals nor infinities: zero below, the greatest number above.",
      ],
      ports: frame.ports(),
      sections: stages.pipeline.sections + [frame.drain]
    )
  }

  /// row · column in the sum's format.
  private func product(_ stages: inout FloatStages) -> Signal {
    let (operand, sum) = (arithmetic.operand, arithmetic.sum)
    let left = stages.parts("row", frame.rowOperand, operand)
    let right = stages.parts("column", frame.columnOperand, operand)
    let width = 2 * (operand.fractionBits + 1)
    let type = Verilog.SignalType.unsigned(width)
    let raw = stages.pipeline.wire(
      "product_raw",
      type,
      "Product of the significands, from 1 to less than 4.",
      left.significand.reference.extended(to: type) * right.significand.reference.extended(to: type)
    )
    let top = raw.reference.slice(Affine(width - 1), bits: 1)
    let fraction = stages.pipeline.wire(
      "product_fraction",
      .unsigned(width - 1),
      "What stands behind the leading one.",
      .conditional(
        top.value,
        raw.reference.slice(0, bits: width - 1).value,
        .concatenation([raw.reference.slice(0, bits: width - 2).value, .bit(false)])
      )
    )
    let signed = Verilog.SignalType.signed(sum.exponentBits + 3)
    let exponent = stages.pipeline.wire(
      "product_exponent",
      signed,
      "Exponents add, less a bias; one more from 2 on.",
      left.exponent.reference.extended(to: signed) + right.exponent.reference.extended(to: signed)
        + .literal(sum.bias - 2 * operand.bias, signed) + top.extended(to: signed)
    )
    return stages.packed(
      "product",
      sign: left.sign ^ right.sign,
      exponent: exponent,
      fraction: fraction,
      isZero:
        ~(Expression.unary(.any, left.exponent.value)
        & Expression.unary(.any, right.exponent.value)),
      sum
    )
  }

  /// The greater magnitude and the smaller one.
  private func ordered(
    _ x: Signal,
    _ y: Signal,
    _ stages: inout FloatStages
  ) -> (greater: Signal, lesser: Signal) {
    let magnitude = arithmetic.sum.bits - 1
    let swap = stages.pipeline.wire(
      "swap",
      .bit,
      "Whether the product is the greater one.",
      x.reference.slice(0, bits: magnitude).value.isLess(
        than: y.reference.slice(0, bits: magnitude).value
      )
    )
    let greater = stages.pipeline.wire(
      "greater",
      x.type,
      "The greater magnitude.",
      .conditional(swap.value, y.value, x.value)
    )
    let lesser = stages.pipeline.wire(
      "lesser",
      x.type,
      "The smaller magnitude.",
      .conditional(swap.value, x.value, y.value)
    )
    return (greater, lesser)
  }

  /// The sum or difference of two magnitudes, the first one the greater, with three bits below.
  private func total(
    _ left: FloatStages.Parts,
    _ right: FloatStages.Parts,
    _ format: FloatFormat,
    _ stages: inout FloatStages
  ) -> Signal {
    let distance = stages.pipeline.wire(
      "distance",
      .unsigned(format.exponentBits),
      "How far the smaller one has to be shifted.",
      left.exponent.value - right.exponent.value
    )
    // Three bits more: half of the last one, half of that, and whether anything is below.
    let width = format.fractionBits + 4
    let spread = stages.pipeline.wire(
      "lesser_spread",
      .unsigned(width),
      "Three bits of room.",
      .concatenation([right.significand.value, .literal(0, .unsigned(3))])
    )
    let aligned = stages.stickyShift("aligned", spread, by: distance)
    let wide = Verilog.SignalType.unsigned(width + 1)
    let base = Expression.concatenation([
      .bit(false), left.significand.value, .literal(0, .unsigned(3)),
    ])
    let other = aligned.reference.extended(to: wide)
    return stages.pipeline.wire(
      "total",
      wide,
      "Sum or difference of the magnitudes.",
      .conditional(left.sign ^ right.sign, base - other, base + other)
    )
  }

  /// x + y in the sum's format.
  private func add(_ x: Signal, _ y: Signal, _ stages: inout FloatStages) -> Signal {
    let format = arithmetic.sum
    let (greater, lesser) = ordered(x, y, &stages)
    let (left, right) = (
      stages.parts("greater", greater, format), stages.parts("lesser", lesser, format)
    )
    let total = total(left, right, format, &stages)
    let (fraction, zeros) = stages.normalized("total", total)
    let signed = Verilog.SignalType.signed(format.exponentBits + 3)
    let exponent = stages.pipeline.wire(
      "total_exponent",
      signed,
      "Of the leading one.",
      left.exponent.reference.extended(to: signed) + .literal(1, signed)
        - zeros.reference.extended(to: signed)
    )
    return stages.packed(
      "total",
      sign: left.sign,
      exponent: exponent,
      fraction: fraction,
      isZero: ~Expression.unary(.any, total.value),
      format
    )
  }
}
