import BigInt
import IntaglioNumerics

/// What every column has for sums with multipliers: a stream's, or a quotient's.
enum StreamUnit {
  case scaledSum(ScaledSumRequantizer)
  case quotient(QuotientRequantizer)

  /// The unit for `table`; `accumulator` is of the sums, `wide` of what is joined or divides.
  init(_ table: ScaledSumTable, accumulator: IntegerType, wide: IntegerType) {
    guard let quotient = table.form.quotient, let shift = table.form.quotientShift else {
      self = .scaledSum(
        ScaledSumRequantizer(
          table.sum,
          operands: [accumulator] + (table.form.hasResidual ? [wide] : [])
        )
      )
      return
    }
    func range(_ numbers: [Int]) -> ClosedRange<Int> { (numbers.min() ?? 0)...(numbers.max() ?? 0) }
    self = .quotient(
      QuotientRequantizer(
        value: accumulator,
        port: wide,
        divisor: quotient.divisor,
        result: table.form.type,
        multipliers: [
          range(table.epilogues.map(\.multiplier)),
          range(table.epilogues.map { $0.residualMultiplier ?? 0 }),
        ],
        shift: shift,
        isLeastOdd: quotient.isLeastOdd
      )
    )
  }

  var latency: Int {
    switch self {
    case .scaledSum(let unit): unit.latency
    case .quotient(let unit): unit.latency
    }
  }

  /// The type of a channel's word.
  var parameters: Verilog.SignalType {
    switch self {
    case .scaledSum(let unit): unit.parameters
    case .quotient(let unit): unit.parameters
    }
  }

  var result: IntegerType {
    switch self {
    case .scaledSum(let unit): unit.result
    case .quotient(let unit): unit.result
    }
  }

  /// Whether it takes a second operand.
  var hasResidual: Bool {
    switch self {
    case .scaledSum(let unit): unit.operands.count > 1
    case .quotient: true
    }
  }

  /// The word of a channel, with `offset` in the place of its addend.
  func word(
    _ epilogue: AccumulatorEpilogue.ScaledSumEpilogue,
    offset: Int
  ) -> Verilog.PackedWord {
    switch self {
    case .scaledSum(let unit):
      unit.word(
        multipliers: [epilogue.multiplier]
          + (hasResidual ? [epilogue.residualMultiplier ?? 0] : []),
        offset: offset,
        shift: epilogue.shift
      )
    case .quotient(let unit): unit.word([epilogue.multiplier, epilogue.residualMultiplier ?? 0])
    }
  }

  /// - Throws: `Verilog.ModuleError`, which would be a fault of this generator.
  func module() throws(Verilog.ModuleError) -> Verilog.Module {
    switch self {
    case .scaledSum(let unit): try unit.module()
    case .quotient(let unit): try unit.module()
    }
  }
}
