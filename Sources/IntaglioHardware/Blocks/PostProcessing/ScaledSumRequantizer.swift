import BigInt
public import IntaglioGraph
public import IntaglioNumerics

/// One or two integers → a stream: clamp((Σᵢ mᵢ·aᵢ + o) ⊘ n), equations (16) and (17).
///
/// Multipliers, offset and shift of a channel are an input, a word; a shift that all channels share
/// is wired in instead. No cycle does more than one addition: operands are multiplied by two bits of
/// their multiplier, these products and the offset are added up, and rounding, shift and clamp follow.
public struct ScaledSumRequantizer: Hashable, Sendable {
  public let operands: [IntegerType]
  public let result: IntegerType
  private let multipliers: [Verilog.SignalType]
  private let offset: Verilog.SignalType
  private let shifts: ClosedRange<Int>
  /// Holds Σᵢ mᵢ·aᵢ + o, that plus half of 2ⁿ, and what it is clamped to.
  private let sum: Verilog.SignalType

  /// Cycles from the operands to the result.
  public var latency: Int {
    let terms = 1 + multipliers.reduce(0) { $0 + MultiplierDigits.count($1) }
    let rounding = hasShifts ? 2 + shiftParts.count : shifts.upperBound > 0 ? 1 : 0
    return 1 + SumTree.latency(of: terms) + rounding + 1
  }

  /// A unit with room for every channel of `stream`, for operands of these types.
  ///
  /// - Precondition: there is a type for each operand.
  public init(_ stream: ScaledSum, operands: [IntegerType]) {
    precondition(operands.count == stream.multipliers.count, "a type for each operand")
    func type(_ values: [Int]) -> Verilog.SignalType {
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      let bits = Verilog.SignalType(holding: min(low, -1)...max(high, 0)).bits
      return .signed(bits)
    }
    self.operands = operands
    result = stream.type
    multipliers = stream.multipliers.map { type($0.values) }
    offset = type(stream.offset.values)
    shifts = (stream.shift.values.min() ?? 0)...(stream.shift.values.max() ?? 0)
    var bound = BigInt(stream.offset.values.map(\.magnitude).max() ?? 0)
    for (multiplier, operand) in zip(stream.multipliers, operands) {
      let largest = max(operand.range.lowerBound.magnitude, operand.range.upperBound.magnitude)
      bound += BigInt(multiplier.values.map(\.magnitude).max() ?? 0) * BigInt(largest)
    }
    bound += BigInt(1) << shifts.upperBound
    sum = .signed(max(Verilog.SignalType(holding: -bound...bound).bits, result.bits + 1))
  }

  private var shift: Verilog.SignalType { .address(of: shifts.upperBound + 1) }
  private var hasShifts: Bool { shifts.count > 1 }
  /// The bits of a shift by which one cycle shifts, the highest first.
  private var shiftParts: [Range<Int>] {
    shift.bits > 3 ? [3..<shift.bits, 0..<3] : [0..<shift.bits]
  }

  /// The type of a channel's word.
  public var parameters: Verilog.SignalType {
    .unsigned(
      multipliers.reduce(offset.bits) { $0 + $1.bits } + (hasShifts ? shift.bits : 0)
    )
  }

  /// The word of a channel: multipliers, offset, shift; the first multiplier in the lowest bits.
  ///
  /// - Precondition: they are those of a channel that the unit was made for.
  public func word(multipliers values: [Int], offset o: Int, shift n: Int) -> Verilog.PackedWord {
    precondition(
      values.count == multipliers.count && shifts.contains(n),
      "another stream's channel"
    )
    var word = Verilog.PackedWord()
    for (value, type) in zip(values, multipliers) { word.append(value, type) }
    word.append(o, offset)
    if hasShifts { word.append(n, shift) }
    return word
  }

  private var operandsIn: [Verilog.Signal] {
    operands.enumerated().map { Verilog.Signal("value_\($0)_i", .init($1)) }
  }
  private var parametersIn: Verilog.Signal { Verilog.Signal("parameters_i", parameters) }
  private var streamOut: Verilog.Signal { Verilog.Signal("stream_o", .init(result)) }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  public func module() throws(Verilog.ModuleError) -> Verilog.Module {
    var pipeline = Pipeline()
    let terms = terms(&pipeline)
    let total = SumTree.sum(terms, "sum", &pipeline)
    let sums = pipeline.wire(
      "total",
      sum,
      "The sum where rounding has room. The sums of digits are bounded less sharply.",
      total.number.type.bits < sum.bits
        ? total.number.reference.extended(to: sum)
        : total.number.reference.slice(0, bits: sum.bits).value.asSigned
    )
    pipeline.append(.unused([total.number]))
    let rounded =
      hasShifts
      ? shifted(sums, after: 1 + SumTree.latency(of: terms.count), &pipeline)
      : shifted(sums, by: shifts.upperBound, &pipeline)
    pipeline.output(
      streamOut,
      pipeline.register(
        "stream",
        .init(result),
        "Clamped to \(result).",
        Clamp.value(rounded, to: result)
      ).value
    )
    let type = operands.map(\.description).joined(separator: "_")
    return try Verilog.Module(
      "scaled_sum_\(type)_\(result)_\(parameters.bits)_\(shifts.lowerBound)_\(shifts.upperBound)",
      summary: [
        "clamp((\(operands.count) product\(operands.count == 1 ? "" : "s") + offset) / 2^n rounded "
          + "half to even) to \(result); \(latency) cycles.",
        "parameters_i: \(multipliers.map { "multiplier (\($0)), " }.joined())offset (\(offset))"
          + (hasShifts ? ", n (\(shift))." : "; n is \(shifts.lowerBound)."),
      ],
      ports: ClockedPorts.withoutReset + operandsIn.map(Verilog.Port.input)
        + [.input(parametersIn), .output(streamOut)],
      sections: pipeline.sections
    )
  }

  /// Operands times two bits of their multipliers, and the offset.
  private func terms(_ pipeline: inout Pipeline) -> [SumTree.Term] {
    var low = 0
    var terms: [SumTree.Term] = []
    for (index, (value, multiplier)) in zip(operandsIn, multipliers).enumerated() {
      let digits = MultiplierDigits(multiplier, of: parametersIn, from: low)
      terms += digits.terms(times: value, index: index, &pipeline)
      low += multiplier.bits
    }
    let addend = pipeline.register(
      "offset",
      offset,
      "The offset beside the products.",
      parametersIn.reference.slice(Verilog.Affine(low), bits: offset.bits).value.asSigned
    )
    return terms + [SumTree.Term(number: addend, place: 0, range: offset.range)]
  }

  // MARK: Rounding

  /// `sums` + `half` + `odd` in one addition: the last place carries into the others.
  private func raised(
    _ sums: Verilog.Signal,
    half: Verilog.Expression,
    odd: Verilog.Expression,
    _ pipeline: inout Pipeline
  ) -> Verilog.Signal {
    let wide = pipeline.register(
      "raised",
      .unsigned(sum.bits + 1),
      "Half of 2^n less one is added, and one more where the floor is odd: ties go to the even side.",
      .concatenation([sums.value, .bit(true)]) + .concatenation([half, odd])
    )
    pipeline.append(.unused([wide]))
    return pipeline.wire(
      "raised",
      sum,
      "Without the place that carried.",
      wide.reference.slice(1, bits: sum.bits).value.asSigned
    )
  }

  /// sum ⊘ n = (sum + 2ⁿ⁻¹ − 1 + ((sum ≫ n) mod 2)) ≫ n, and sum for n = 0.
  private func shifted(
    _ sums: Verilog.Signal,
    by places: Int,
    _ pipeline: inout Pipeline
  ) -> Verilog.Signal {
    guard places > 0 else { return sums }
    let raised = raised(
      sums,
      half: .literal((BigInt(1) << (places - 1)) - 1, .unsigned(sum.bits)),
      odd: sums.reference.slice(Verilog.Affine(places), bits: 1).value,
      &pipeline
    )
    return pipeline.wire(
      "rounded",
      sum,
      "sum / 2^\(places) rounded half to even.",
      .shift(.right, raised.value, by: .literal(places, .address(of: places + 1)))
    )
  }

  /// The same for the shift of the channel, `cycles` cycles after that has come.
  private func shifted(
    _ sums: Verilog.Signal,
    after cycles: Int,
    _ pipeline: inout Pipeline
  ) -> Verilog.Signal {
    let n = pipeline.wire(
      "shift",
      shift,
      "The shift of the channel.",
      parametersIn.reference.slice(
        Verilog.Affine(parameters.bits - shift.bits),
        bits: shift.bits
      ).value
    )
    let early = pipeline.delay(n, cycles - 1, "shift_early")
    let (unit, half) = powers(of: early, &pipeline)
    let floor = sums.reference.slice(1, bits: unit.type.bits).value
    let odd = pipeline.register(
      "odd",
      .bit,
      "Whether sum / 2^n rounded down is odd.",
      .unary(.any, floor & unit.value)
    )
    let raised = raised(
      pipeline.delay(sums, 1, "total_late"),
      half: .concatenation([
        .literal(0, .unsigned(sum.bits - half.type.bits)),
        pipeline.delay(half, 1, "half_late").value,
      ]),
      odd: odd.value,
      &pipeline
    )
    return shifted(raised, by: pipeline.delay(early, 3, "shift_late"), &pipeline)
  }

  /// 2ⁿ without its place 0, from the first place on which one is the lowest of the floor; and 2ⁿ⁻¹ − 1.
  private func powers(
    of n: Verilog.Signal,
    _ pipeline: inout Pipeline
  ) -> (unit: Verilog.Signal, half: Verilog.Signal) {
    func places(_ list: [Int], _ bit: (Int) -> Verilog.Expression) -> Verilog.Expression {
      list.count == 1 ? bit(list[0]) : .concatenation(list.reversed().map(bit))
    }
    let unit = pipeline.register(
      "unit",
      .unsigned(shifts.upperBound),
      "2^n without its place 0.",
      places(Array(1...shifts.upperBound)) { n.equals($0) }
    )
    let half = pipeline.register(
      "half",
      .unsigned(max(1, shifts.upperBound - 1)),
      "2^(n - 1) - 1, and 0 for n = 0.",
      places(Array(1...max(1, shifts.upperBound - 1))) {
        $0 < shifts.upperBound ? .literal($0, shift).isLess(than: n.value) : .bit(false)
      }
    )
    return (unit, half)
  }

  /// `value` ≫ `n`, some bits of n a cycle.
  private func shifted(
    _ value: Verilog.Signal,
    by n: Verilog.Signal,
    _ pipeline: inout Pipeline
  ) -> Verilog.Signal {
    var result = value
    for (index, part) in shiftParts.enumerated() {
      let bits = pipeline.wire(
        "amount_\(index)",
        .unsigned(part.count),
        "The bits of n from \(part.lowerBound) on.",
        n.reference.slice(Verilog.Affine(part.lowerBound), bits: part.count).value
      )
      let amount = pipeline.delay(bits, index, "amount_\(index)").value
      result = pipeline.register(
        "shifted_\(index)",
        sum,
        "Shifted by these.",
        .shift(
          .right,
          result.value,
          by: part.lowerBound > 0
            ? .concatenation([amount, .literal(0, .unsigned(part.lowerBound))]) : amount
        )
      )
    }
    return result
  }
}
