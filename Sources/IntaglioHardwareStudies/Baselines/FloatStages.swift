import IntaglioHardware

/// The parts that a floating-point product and a floating-point sum are made of.
struct FloatStages {
  typealias Expression = Verilog.Expression
  typealias Signal = Verilog.Signal
  typealias Affine = Verilog.Affine

  var pipeline = Pipeline()

  /// A pattern as sign, exponent and significand; the significand of zero is zero.
  struct Parts {
    let sign: Expression
    let exponent: Signal
    let significand: Signal
  }

  mutating func parts(_ name: String, _ pattern: Signal, _ format: FloatFormat) -> Parts {
    let exponent = pipeline.wire(
      "\(name)_exponent",
      .unsigned(format.exponentBits),
      "The exponent of \(name); 0 says zero.",
      pattern.reference.slice(Affine(format.fractionBits), bits: format.exponentBits).value
    )
    let isNumber = Expression.unary(.any, exponent.value)
    let fraction = pattern.reference.slice(0, bits: format.fractionBits).value
    let significand = pipeline.wire(
      "\(name)_significand",
      .unsigned(format.fractionBits + 1),
      "1.fraction, or nothing.",
      .conditional(
        isNumber,
        .concatenation([.bit(true), fraction]),
        .literal(0, .unsigned(format.fractionBits + 1))
      )
    )
    let sign = pattern.reference.slice(Affine(format.bits - 1), bits: 1).value
    return Parts(sign: sign, exponent: exponent, significand: significand)
  }

  /// `value` shifted to the right by `distance`; what falls out is kept as one bit, the lowest one.
  mutating func stickyShift(_ name: String, _ value: Signal, by distance: Signal) -> Signal {
    let width = value.type.bits
    var current = value
    for stage in 0..<distance.type.bits {
      let places = 1 << stage
      let lost = Expression.unary(
        .any,
        current.reference.slice(0, bits: min(places + 1, width)).value
      )
      let shifted: Expression
      if places < width - 1 {
        let kept = current.reference.slice(Affine(places + 1), bits: width - places - 1).value
        shifted = .concatenation([.literal(0, .unsigned(places)), kept, lost])
      } else {
        shifted = .concatenation([.literal(0, .unsigned(width - 1)), lost])
      }
      current = pipeline.wire(
        "\(name)_\(stage)",
        value.type,
        "Shifted by \(places) more where the distance says so; bits that fall out stick.",
        .conditional(distance.reference.slice(Affine(stage), bits: 1).value, shifted, current.value)
      )
    }
    return current
  }

  /// `value` shifted to the left until its highest bit is set, without that bit.
  ///
  /// - Returns: the bits behind the leading one, and by how much they were shifted.
  mutating func normalized(
    _ name: String,
    _ value: Signal
  ) -> (fraction: Signal, zeros: Signal) {
    let width = value.type.bits
    let stages = Int.bitWidth - (width - 1).leadingZeroBitCount
    var current = value
    var counts: [Expression] = []
    for stage in (0..<stages).reversed() {
      let places = 1 << stage
      let isEmpty = pipeline.wire(
        "\(name)_empty_\(stage)",
        .bit,
        "Whether the highest \(places) bits are zero.",
        ~.unary(
          .any,
          current.reference.slice(Affine(width - places), bits: places).value
        )
      )
      counts.append(isEmpty.value)
      // The last stage drops the leading one.
      let dropped = stage == 0 ? 1 : 0
      let kept = current.reference.slice(0, bits: width - places - dropped).value
      let whole = current.reference.slice(0, bits: width - dropped).value
      current = pipeline.wire(
        "\(name)_\(stage)",
        .unsigned(width - dropped),
        "Shifted by \(places) where those are zero.",
        .conditional(
          isEmpty.value,
          .concatenation([kept, .literal(0, .unsigned(places))]),
          whole
        )
      )
    }
    let zeros = pipeline.wire(
      "\(name)_zeros",
      .unsigned(stages),
      "How many zeros were in front.",
      .concatenation(counts)
    )
    return (current, zeros)
  }

  /// `fraction` in `bits` bits, to the nearest, ties to even; the bit above says that it became 2.
  private mutating func rounded(_ name: String, _ fraction: Signal, to bits: Int) -> Signal {
    let surplus = fraction.type.bits - bits
    let wide = Verilog.SignalType.unsigned(bits + 1)
    let kept: Expression
    if surplus < 0 {
      kept = .concatenation([.bit(false), fraction.value, .literal(0, .unsigned(-surplus))])
    } else {
      kept = fraction.reference.slice(Affine(surplus), bits: bits).extended(to: wide)
    }
    var up = Expression.bit(false)
    if surplus > 0 {
      let half = fraction.reference.slice(Affine(surplus - 1), bits: 1).value
      // Above half of the last bit, or exactly half of an odd one.
      let odd = fraction.reference.slice(Affine(surplus), bits: 1).value
      let below: Expression =
        surplus > 1
        ? .unary(.any, fraction.reference.slice(0, bits: surplus - 1).value) : .bit(false)
      up = half & (below | odd)
    }
    return pipeline.wire(
      "\(name)_rounded",
      wide,
      "The fraction rounded half to even; the highest bit says that it became 2.",
      kept + up.extended(to: wide)
    )
  }

  /// sign · 2^(exponent − bias) · 1.fraction, rounded to the nearest, ties to even, as a pattern.
  mutating func packed(
    _ name: String,
    sign: Expression,
    exponent: Signal,
    fraction: Signal,
    isZero: Expression,
    _ format: FloatFormat
  ) -> Signal {
    let bits = format.fractionBits
    let rounded = rounded(name, fraction, to: bits)
    let carry = rounded.reference.slice(Affine(bits), bits: 1).value
    let carried: Expression = .concatenation([
      .literal(0, .unsigned(exponent.type.bits - 1)), carry,
    ])
    let power = pipeline.wire(
      "\(name)_power",
      exponent.type,
      "The exponent after rounding.",
      exponent.value + carried.asSigned
    )
    let isSmall = power.value.isLess(than: .literal(1, power.type)) | isZero
    let isLarge = Expression.literal(format.greatestExponent, power.type).isLess(than: power.value)
    let magnitude = Expression.concatenation([
      power.reference.slice(0, bits: format.exponentBits).value,
      rounded.reference.slice(0, bits: bits).value,
    ])
    let ones = Expression.repetition(format.bits - 1, .bit(true))
    return pipeline.wire(
      "\(name)_pattern",
      .unsigned(format.bits),
      "Zero below the least number, the greatest one above it.",
      .conditional(
        isSmall,
        .literal(0, .unsigned(format.bits)),
        .concatenation([sign, .conditional(isLarge, ones, magnitude)])
      )
    )
  }
}
