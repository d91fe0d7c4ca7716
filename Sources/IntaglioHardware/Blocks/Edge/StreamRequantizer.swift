import BigInt
public import IntaglioGraph
public import IntaglioNumerics

/// One or two integers → a stream: clamp((Σᵢ mᵢ·aᵢ + o) ⊘ n), equations (16) and (17).
///
/// Multipliers, offset and shift of a channel are an input, a word; a shift that all channels share
/// is wired in instead.
public struct StreamRequantizer: Hashable, Sendable {
  public let operands: [IntegerType]
  public let result: IntegerType
  private let multipliers: [Verilog.SignalType]
  private let offset: Verilog.SignalType
  private let shifts: ClosedRange<Int>
  /// Holds Σᵢ mᵢ·aᵢ + o, and that plus half of 2ⁿ.
  private let sum: Verilog.SignalType

  /// Cycles from the operands to the result.
  public static let latency = 3

  /// A unit with room for every channel of `stream`, for operands of these types.
  ///
  /// - Precondition: there is a type for each operand.
  public init(_ stream: StreamSum, operands: [IntegerType]) {
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
    let products = zip(operands, multipliers).map(Self.product)
    // Wide enough for what enters and for the ends that the result is clamped to, too.
    sum = .signed(
      ([Verilog.SignalType(holding: -bound...bound).bits, result.bits + 1] + products.map(\.bits))
        .max() ?? 1
    )
  }

  /// The product of any two numbers of these types, an unsigned one with a sign bit of its own.
  private static func product(
    _ value: IntegerType,
    _ multiplier: Verilog.SignalType
  ) -> Verilog.SignalType {
    .signed(value.bits + (value.isSigned ? 0 : 1) + multiplier.bits)
  }

  private var shift: Verilog.SignalType { .address(of: shifts.upperBound + 1) }
  private var hasShifts: Bool { shifts.count > 1 }

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
    let (products, o, n) = products(&pipeline)
    let total = products.reduce(o.reference.extended(to: sum)) {
      $0 + $1.reference.extended(to: sum)
    }
    let sums = pipeline.register("sum", sum, "sum = offset + products.", total)
    let late = n.map { pipeline.delay($0, 1, "shift_late") }
    let rounded = rounded(sums, late, &pipeline)
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
      "stream_requantizer_\(type)_\(result)_\(parameters.bits)_\(shifts.lowerBound)_\(shifts.upperBound)",
      summary: [
        "clamp((\(operands.count) product\(operands.count == 1 ? "" : "s") + offset) / 2^n rounded "
          + "half to even) to \(result); \(Self.latency) cycles.",
        "parameters_i: \(multipliers.map { "multiplier (\($0)), " }.joined())offset (\(offset))"
          + (hasShifts ? ", n (\(shift))." : "; n is \(shifts.lowerBound)."),
      ],
      ports: ClockedPorts.withoutReset + operandsIn.map(Verilog.Port.input)
        + [.input(parametersIn), .output(streamOut)],
      sections: pipeline.sections
    )
  }

  /// The products, and offset and shift beside them.
  private func products(
    _ pipeline: inout Pipeline
  ) -> (products: [Verilog.Signal], offset: Verilog.Signal, shift: Verilog.Signal?) {
    var low = 0
    func field(_ type: Verilog.SignalType) -> Verilog.Expression {
      defer { low += type.bits }
      let bits = parametersIn.reference.slice(Verilog.Affine(low), bits: type.bits).value
      return type.isSigned ? bits.asSigned : bits
    }
    var products: [Verilog.Signal] = []
    for (index, (value, type)) in zip(operandsIn, multipliers).enumerated() {
      let multiplier = pipeline.wire(
        "multiplier_\(index)",
        type,
        "The multiplier of operand \(index).",
        field(type)
      )
      let wide = Self.product(operands[index], type)
      products.append(
        pipeline.register(
          "product_\(index)",
          wide,
          "product = value * multiplier.",
          value.reference.extended(to: wide) * multiplier.reference.extended(to: wide)
        )
      )
    }
    let late = pipeline.register("offset", offset, "The offset beside the products.", field(offset))
    guard hasShifts else { return (products, late, nil) }
    let n = pipeline.register("shift", shift, "The shift beside the products.", field(shift))
    return (products, late, n)
  }

  /// sum ⊘ n = (sum + 2ⁿ⁻¹ − 1 + ((sum ≫ n) mod 2)) ≫ n, and sum for n = 0.
  private func rounded(
    _ sums: Verilog.Signal,
    _ shift: Verilog.Signal?,
    _ pipeline: inout Pipeline
  ) -> Verilog.Signal {
    guard let shift else {
      return Rounding.shifted(sums, by: shifts.lowerBound, "rounded", &pipeline)
    }
    let one = Verilog.Expression.literal(1, sum)
    let unit = pipeline.wire("unit", sum, "2^n.", .shift(.left, one, by: shift.value))
    // The lowest bit of the floor, sum >> n.
    let odd = pipeline.wire(
      "odd",
      .bit,
      "Whether sum / 2^n rounded down is odd.",
      .unary(.any, sums.value & unit.value)
    )
    let isShifted = shift.value.differs(from: .literal(0, shift.type))
    // 2ⁿ⁻¹ − 1 + odd for n ≥ 1, and 0 for n = 0.
    let carry = pipeline.wire(
      "carry",
      sum,
      "Half of 2^n less one, one more where the floor is odd: ties go to the even side.",
      (.shift(.right, unit.value, by: .bit(true)) - one + odd.reference.extended(to: sum))
        .when(isShifted, otherwise: .literal(0, sum))
    )
    return pipeline.wire(
      "rounded",
      sum,
      "sum / 2^n rounded half to even.",
      .shift(.right, sums.value + carry.value, by: shift.value)
    )
  }
}
