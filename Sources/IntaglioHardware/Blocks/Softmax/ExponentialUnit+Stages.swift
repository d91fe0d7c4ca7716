import BigInt
import IntaglioNumerics

extension ExponentialUnit {
  private typealias Signal = Verilog.Signal

  /// min(`value`, `cap`), in as many bits as that needs, one cycle later.
  private func capped(
    _ value: Verilog.Signal,
    at cap: Int,
    largest: Int,
    _ pipeline: inout Pipeline
  ) -> Verilog.Signal {
    let type = value.type
    guard cap < largest else {
      return pipeline.register("capped", type, "No difference reaches the cap.", value.value)
    }
    let narrow = Verilog.SignalType(holding: 0...cap)
    let low = value.reference.slice(0, bits: narrow.bits).value
    return pipeline.register(
      "capped",
      narrow,
      "At most \(cap), from where on nothing is left of the power.",
      Verilog.Expression.literal(cap, narrow)
        .when(Verilog.Expression.literal(cap, type).isLess(than: value.value), otherwise: low)
    )
  }

  /// `value` times the multiplier, one cycle later, with room for half of 2^shift beside it.
  private func multiplied(
    _ value: Verilog.Signal,
    _ slope: ExponentSlope,
    _ pipeline: inout Pipeline
  ) -> Verilog.Signal {
    let width = slope.multiplier.type.bits + value.type.bits
    let wide = Verilog.SignalType.unsigned(max(width, slope.shift) + 1)
    return pipeline.register(
      "product",
      wide,
      "product = \(value.name) * \(slope.multiplier.text).",
      value.reference.extended(to: wide) * slope.multiplier.expression(wide)
    )
  }

  // MARK: (23)

  /// The table is that of any scale.
  func base2(
    _ base2: Base2Exponential,
    _ slope: ExponentSlope,
    _ pipeline: inout Pipeline
  ) -> Verilog.Signal {
    let capped = capped(differenceIn, at: slope.cap, largest: largest, &pipeline)
    let product = multiplied(capped, slope, &pipeline)
    let rounded = Rounding.shifted(product, by: slope.shift, "rounded", &pipeline)
    let most = Rational(slope.greatestProduct(largest), over: 1 << slope.shift).roundedHalfEven
    let type = Verilog.SignalType(holding: 0...max(most, 1 << base2.fractionBits))
    let exponent = pipeline.register(
      "exponent",
      type,
      "u, \(base2.fractionBits) places behind the point.",
      narrowed(rounded, to: type, &pipeline)
    )
    let fraction = base2.fractionBits
    let halvings = wholePart(of: exponent, below: fraction, &pipeline)
    let entry: Verilog.Expression
    if fraction > 0 {
      entry =
        pipeline.table(
          "entry",
          image("powers", base2.table),
          "Powers of two at fractions of 1 / \(base2.table.count).",
          at: exponent.reference.slice(0, bits: fraction).value
        ).value
    } else {
      entry = .literal(base2.table[0], power)
    }
    return pipeline.register(
      "power",
      power,
      "power = entry >> whole part.",
      .shift(.right, entry, by: halvings.value)
    )
  }

  /// The whole part of `exponent` beside the table, one cycle later.
  private func wholePart(
    of exponent: Verilog.Signal,
    below fraction: Int,
    _ pipeline: inout Pipeline
  ) -> Verilog.Signal {
    let halvings = Signal("halvings_q", .unsigned(exponent.type.bits - fraction))
    let bits = exponent.reference.slice(Verilog.Affine(fraction), bits: halvings.type.bits).value
    pipeline.append(
      Verilog.Section(
        "The whole part of u, beside the table.",
        registers: [halvings],
        [ClockedPorts.clocked([.assign(halvings.reference, bits)])]
      )
    )
    return halvings
  }

  /// `signal` in `type`, wider or with its zeros cut off.
  private func narrowed(
    _ signal: Verilog.Signal,
    to type: Verilog.SignalType,
    _ pipeline: inout Pipeline
  ) -> Verilog.Expression {
    type.bits < signal.type.bits
      ? pipeline.lowest(type.bits, of: signal) : signal.reference.extended(to: type)
  }

  // MARK: (32)

  /// What is dropped is that of any scale.
  func product(
    _ product: Base2ProductExponential,
    _ slope: ExponentSlope,
    _ pipeline: inout Pipeline
  ) -> Verilog.Signal {
    let unit = Base2ProductExponential.self
    let exponent = exponent(of: product, slope, &pipeline)
    let (fine, fraction) = (unit.fineBits, unit.fractionBits)
    let coarse = pipeline.table(
      "coarse",
      image("coarse", unit.coarse),
      "Powers of two at fractions of 1 / \(unit.coarse.count).",
      at: exponent.reference.slice(Verilog.Affine(fine), bits: fraction - fine).value
    )
    let loss = pipeline.table(
      "fine",
      image("fine", unit.fine),
      "What smaller fractions take from a power.",
      at: exponent.reference.slice(0, bits: fine).value
    )
    let whole = pipeline.wire(
      "whole",
      .unsigned(exponent.type.bits - fraction),
      "The whole part of u.",
      exponent.reference.slice(Verilog.Affine(fraction), bits: exponent.type.bits - fraction).value
    )
    let halvings = pipeline.delay(whole, 3, "halvings")
    let rest = less(loss, of: coarse, &pipeline)
    return halved(rest, by: halvings, &pipeline)
  }

  /// u, the exponent, one cycle after it is rounded.
  private func exponent(
    of product: Base2ProductExponential,
    _ slope: ExponentSlope,
    _ pipeline: inout Pipeline
  ) -> Verilog.Signal {
    let fraction = Base2ProductExponential.fractionBits
    let reduced = reduced(product.dropped, &pipeline)
    let most =
      (largest + (product.dropped == 0 ? 0 : 1 << (product.dropped - 1))) >> product.dropped
    let capped = capped(reduced, at: slope.cap, largest: most, &pipeline)
    let scaled = multiplied(capped, slope, &pipeline)
    // At least one place, half rounded up.
    let half = Verilog.Expression.literal(1 << (slope.shift - 1), scaled.type)
    let rounded = pipeline.wire(
      "rounded",
      scaled.type,
      "product / 2^\(slope.shift), halves up.",
      .shift(
        .right,
        scaled.value + half,
        by: .literal(slope.shift, .address(of: slope.shift + 1))
      )
    )
    let top = (slope.greatestProduct(most) + 1 << (slope.shift - 1)) >> slope.shift
    let type = Verilog.SignalType(holding: 0...max(top, 1 << fraction))
    return pipeline.register(
      "exponent",
      type,
      "u, \(fraction) places behind the point.",
      narrowed(rounded, to: type, &pipeline)
    )
  }

  /// What is left of `coarse` when `loss`, a fraction of 2^16, is taken from it, two cycles later.
  private func less(
    _ loss: Verilog.Signal,
    of coarse: Verilog.Signal,
    _ pipeline: inout Pipeline
  ) -> Verilog.Signal {
    let wide = Verilog.SignalType.unsigned(coarse.type.bits + loss.type.bits)
    let taken = pipeline.register(
      "taken",
      wide,
      "taken = coarse * fine.",
      coarse.reference.extended(to: wide) * loss.reference.extended(to: wide)
    )
    let late = pipeline.delay(coarse, 1, "coarse_late")
    let places = Verilog.Expression.literal(16, .unsigned(5))
    let share = pipeline.wire(
      "share",
      wide,
      "taken / 2^16.",
      .shift(.right, taken.value, by: places)
    )
    let shareBits = max(1, wide.bits - 16)
    return pipeline.register(
      "fraction",
      coarse.type,
      "coarse less its share.",
      late.value - .extended(pipeline.lowest(shareBits, of: share), coarse.type)
    )
  }

  /// `fraction` halved so many times, to the nearest, one cycle later.
  private func halved(
    _ fraction: Verilog.Signal,
    by halvings: Verilog.Signal,
    _ pipeline: inout Pipeline
  ) -> Verilog.Signal {
    let room = Verilog.SignalType.unsigned(fraction.type.bits + 1)
    let shifted = pipeline.wire(
      "shifted",
      room,
      "The fraction shifted by the whole part, one more than half of which is the power.",
      .shift(.right, fraction.reference.extended(to: room), by: halvings.value)
        + .literal(1, room)
    )
    let rounding = pipeline.wire(
      "halved",
      room,
      "Half of it.",
      .shift(.right, shifted.value, by: .bit(true))
    )
    return pipeline.register(
      "power",
      power,
      "The power.",
      narrowed(rounding, to: power, &pipeline)
    )
  }

  /// (D + 2^(a−1)) ≫ a.
  private func reduced(_ dropped: Int, _ pipeline: inout Pipeline) -> Verilog.Signal {
    guard dropped > 0 else { return differenceIn }
    let wide = Verilog.SignalType.unsigned(max(bits, dropped) + 1)
    return pipeline.wire(
      "reduced",
      wide,
      "The difference / 2^\(dropped), halves up.",
      .shift(
        .right,
        differenceIn.reference.extended(to: wide) + .literal(BigInt(1) << (dropped - 1), wide),
        by: .literal(dropped, .address(of: dropped + 1))
      )
    )
  }

  // MARK: (24)

  /// With P = −p, U = −x₀: q = ⌊P / U⌋, R = P − q·U and e = ((2U − R)·2^(n − q)) ≫ 1.
  func shift(_ shift: ShiftExponential, _ pipeline: inout Pipeline) -> Verilog.Signal {
    let (unit, range) = (-shift.unit, shift.range)
    let wide = Verilog.SignalType.signed(
      max(bits + 2, Verilog.SignalType(holding: 0...range * unit).bits + 1)
    )
    let x = pipeline.wire(
      "x",
      wide,
      "x = -difference.",
      .literal(0, wide) - differenceIn.reference.extended(to: wide)
    )
    func right(_ places: Int) -> Verilog.Expression {
      .shift(.right, x.value, by: .literal(places, .unsigned(3)))
    }
    let slope = pipeline.wire(
      "slope",
      wide,
      "-p = -(x + x / 2 - x / 16), rounded down each.",
      right(4) - right(1) - x.value
    )
    let limit = range * unit
    let distance = pipeline.register(
      "distance",
      wide,
      "At most \(limit): \(range) halvings.",
      Verilog.Expression.literal(limit, wide)
        .when(
          Verilog.Expression.literal(limit, wide).isLess(than: slope.value),
          otherwise: slope.value
        )
    )
    let (quotient, rest) = divided(distance, by: unit, &pipeline)
    let raised = line(of: rest, quotient, unit: unit, range: range, &pipeline)
    return pipeline.register("power", power, "The power.", narrowed(raised, to: power, &pipeline))
  }

  /// The four digits of how many times `unit` is in `distance`, and the rest.
  private func divided(
    _ distance: Verilog.Signal,
    by unit: Int,
    _ pipeline: inout Pipeline
  ) -> (quotient: Verilog.Signal?, rest: Verilog.Signal) {
    var (quotient, rest): (Verilog.Signal?, Verilog.Signal) = (nil, distance)
    for digit in (0..<4).reversed() {
      let step = Verilog.Expression.literal(unit << digit, rest.type)
      let takes = pipeline.wire(
        "takes_\(digit)",
        .bit,
        "Whether \(unit << digit) is in the rest.",
        step.isAtMost(rest.value)
      )
      quotient = pipeline.register(
        "quotient_\(digit)",
        .unsigned(4 - digit),
        "The digits so far.",
        quotient.map { .concatenation([$0.value, takes.value]) } ?? takes.value
      )
      rest = pipeline.register(
        "rest_\(digit)",
        rest.type,
        "The rest behind digit \(digit).",
        (rest.value - step).when(takes.value, otherwise: rest.value)
      )
    }
    return (quotient, rest)
  }

  /// The line between two powers of two, shifted to where the quotient says.
  private func line(
    of rest: Verilog.Signal,
    _ quotient: Verilog.Signal?,
    unit: Int,
    range: Int,
    _ pipeline: inout Pipeline
  ) -> Verilog.Signal {
    let line = Verilog.SignalType.unsigned(
      Verilog.SignalType(holding: 0...2 * unit).bits + range
    )
    // The rest is below U, so that the line is positive.
    let low = Verilog.SignalType(holding: 0...unit)
    let lineStart = pipeline.wire(
      "line",
      line,
      "2 * \(unit) - rest.",
      .literal(2 * unit, line)
        - .extended(pipeline.lowest(low.bits, of: rest), line)
    )
    let turns = pipeline.wire(
      "turns",
      .unsigned(4),
      "\(range) - quotient.",
      .literal(range, .unsigned(4)) - (quotient?.value ?? .literal(0, .unsigned(4)))
    )
    return pipeline.wire(
      "raised",
      line,
      "The line shifted up, twice the power.",
      .shift(.right, .shift(.left, lineStart.value, by: turns.value), by: .bit(true))
    )
  }
}
