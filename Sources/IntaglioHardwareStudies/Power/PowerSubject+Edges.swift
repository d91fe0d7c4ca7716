import BigInt
public import IntaglioGraph
public import IntaglioHardware
public import IntaglioNumerics

extension PowerSubject {
  /// Thresholds for accumulators: each value with the table of its channel.
  ///
  /// - Parameters:
  ///   - values: accumulators in the order in which they leave a column, and the table of each.
  ///   - accumulator: holds every value.
  ///   - operands: where they come from.
  /// - Returns: the unit and its trace; `nil` without values.
  /// - Throws: `PowerError`, which would be a fault of the generator.
  public static func thresholds(
    _ values: [(value: Int, table: ThresholdTable)],
    accumulator: IntegerType,
    operands: String
  ) throws(PowerError) -> PowerSubject? {
    let tables = Array(Set(values.map(\.table)))
    let codes = tables.flatMap { table in
      ([accumulator.range.lowerBound] + table.thresholds).map { table($0) }
    }
    guard let low = codes.min(), let high = codes.max(),
      let code = IntegerType(holding: low...high)
    else { return nil }
    let unit = ThresholdRequantizer(tables: tables, value: accumulator, code: code)
    let words = Dictionary(uniqueKeysWithValues: tables.map { ($0, unit.word($0).pattern) })
    return PowerSubject(
      .thresholds,
      operands,
      pipeline: try made(unit.module),
      latency: ThresholdRequantizer.latency,
      inputs: values.map {
        [Verilog.SignalType(accumulator).pattern($0.value), words[$0.table] ?? 0]
      },
      results: values.map { Verilog.SignalType(code).pattern($0.table($0.value)) }
    )
  }

  /// Multiplication and shift for accumulators, and for the stream that they join.
  ///
  /// - Parameters:
  ///   - values: accumulators in the order in which they leave a column, with what becomes of each.
  ///   - accumulator: holds every value.
  ///   - residual: holds everything that they join; `nil` where they join nothing.
  ///   - operands: where they come from.
  /// - Returns: the unit and its trace; `nil` without values, where lanes differ, or some join a stream and others
  ///   do not.
  /// - Throws: `PowerError`, which would be a fault of the generator.
  public static func scaledSum(
    _ values: [StreamSum],
    accumulator: IntegerType,
    residual: IntegerType?,
    operands: String
  ) throws(PowerError) -> PowerSubject? {
    let epilogues = Array(Set(values.map(\.epilogue)))
    guard let type = epilogues.first?.type,
      epilogues.allSatisfy({
        ($0.residualMultiplier == nil) == (residual == nil) && $0.laneAddends == nil
          && $0.quotient == nil && $0.type == type
      }), values.allSatisfy({ ($0.residual == nil) == (residual == nil) })
    else { return nil }
    func parameters(_ part: (AccumulatorEpilogue.ScaledSumEpilogue) -> Int) -> Broadcast<Int> {
      Broadcast(epilogues.map(part), shape: [epilogues.count])
    }
    let sum = ScaledSum(
      type,
      multipliers: [parameters(\.multiplier)]
        + (residual == nil ? [] : [parameters { $0.residualMultiplier ?? 0 }]),
      offset: parameters(\.addend),
      shift: parameters(\.shift)
    )
    let types = [accumulator] + (residual.map { [$0] } ?? [])
    let unit = ScaledSumRequantizer(sum, operands: types)
    return PowerSubject(
      .multiplication,
      operands,
      pipeline: try made(unit.module),
      latency: unit.latency,
      inputs: values.map { sum in
        let epilogue = sum.epilogue
        let word = unit.word(
          multipliers: [epilogue.multiplier]
            + (epilogue.residualMultiplier.map { [$0] } ?? []),
          offset: epilogue.addend,
          shift: epilogue.shift
        )
        let numbers = [sum.value] + (sum.residual.map { [$0] } ?? [])
        return zip(types, numbers).map { Verilog.SignalType($0).pattern($1) } + [word.pattern]
      },
      results: values.map { Verilog.SignalType(type).pattern($0.withoutLookup) }
    )
  }

  /// Codes of accumulators over an integer of their row.
  ///
  /// - Parameters:
  ///   - values: accumulators in the order in which they leave a column, with what divides each and its numbers.
  ///   - accumulator: holds every value.
  ///   - divisors: holds everything that divides.
  ///   - operands: where they come from.
  /// - Returns: the unit and its trace; `nil` without values, or where they are no quotients of one form.
  /// - Throws: `PowerError`, which would be a fault of the generator.
  public static func quotient(
    _ values: [StreamSum],
    accumulator: IntegerType,
    divisors: IntegerType,
    operands: String
  ) throws(PowerError) -> PowerSubject? {
    let epilogues = Array(Set(values.map(\.epilogue)))
    guard let first = epilogues.first, let quotient = first.quotient,
      epilogues.allSatisfy({
        $0.quotient == quotient && $0.shift == first.shift && $0.type == first.type
      }), values.allSatisfy({ $0.residual != nil })
    else { return nil }
    // At least as wide as what the unit takes of it.
    let port = IntegerType(
      bits: max(divisors.bits, quotient.divisor.bits),
      signed: divisors.isSigned
    )
    func range(_ numbers: [Int]) -> ClosedRange<Int> { (numbers.min() ?? 0)...(numbers.max() ?? 0) }
    let unit = QuotientRequantizer(
      value: accumulator,
      port: port,
      divisor: quotient.divisor,
      result: first.type,
      multipliers: [
        range(epilogues.map(\.multiplier)), range(epilogues.map { $0.residualMultiplier ?? 0 }),
      ],
      shift: first.shift,
      isLeastOdd: quotient.isLeastOdd
    )
    return PowerSubject(
      .quotient,
      operands,
      pipeline: try made(unit.module),
      latency: unit.latency,
      inputs: values.map { sum in
        [
          Verilog.SignalType(accumulator).pattern(sum.value),
          Verilog.SignalType(port).pattern(sum.residual ?? 0),
          unit.word([sum.epilogue.multiplier, sum.epilogue.residualMultiplier ?? 0]).pattern,
        ]
      },
      results: values.map { Verilog.SignalType(first.type).pattern($0.withoutLookup) }
    )
  }

  /// A sum on its way to a stream, or to the code of a quotient.
  public struct StreamSum: Sendable {
    public let value: Int
    /// Of the stream that it joins, or what divides it; `nil` where there is none.
    public let residual: Int?
    public let epilogue: AccumulatorEpilogue.ScaledSumEpilogue

    public init(
      _ value: Int,
      residual: Int? = nil,
      epilogue: AccumulatorEpilogue.ScaledSumEpilogue
    ) {
      (self.value, self.residual, self.epilogue) = (value, residual, epilogue)
    }

    /// What becomes of it before a table is looked up.
    fileprivate var withoutLookup: Int {
      let before = AccumulatorEpilogue.scaledSum(epilogue.with(lookup: nil))
      return before(value, residual: residual, lane: 0)
    }
  }

  /// Softmax of rows, with the tables and the row buffer that it holds.
  ///
  /// - Parameters:
  ///   - softmax: the program's operation.
  ///   - rows: scores.
  ///   - score: holds every score.
  ///   - operands: where they come from.
  /// - Returns: the unit and its trace.
  /// - Throws: `PowerError`, which would be a fault of the generator.
  public static func softmax(
    _ softmax: IntegerSoftmax,
    rows: [[Int]],
    score: IntegerType,
    operands: String
  ) throws(PowerError) -> PowerSubject {
    let count = rows.first?.count ?? 1
    let unit = SoftmaxUnit("softmax_unit", [softmax], row: 0, shape: [1, count], score: score)
    return PowerSubject(
      .softmax,
      operands,
      rows: try made(unit.module),
      RowTrace.Timing(latency: unit.latency, busy: unit.busy),
      inputs: (rows, score),
      results: (.softmax(softmax), softmax.quantizer.type),
      images: unit.images
    )
  }

  /// Thresholds of the distances in rows, with the row buffer.
  ///
  /// - Parameters:
  ///   - steps: the program's operation, of one table.
  ///   - rows: scores.
  ///   - score: holds every score.
  ///   - operands: where they come from.
  /// - Returns: the unit and its trace.
  /// - Throws: `PowerError`, which would be a fault of the generator.
  public static func rowThresholds(
    _ steps: RowThresholds,
    rows: [[Int]],
    score: IntegerType,
    operands: String
  ) throws(PowerError) -> PowerSubject {
    let count = rows.first?.count ?? 1
    let unit = RowStepsUnit("row_steps_unit", [steps], count: count, score: score)
    return PowerSubject(
      .rowThresholds,
      operands,
      rows: try made(unit.module),
      RowTrace.Timing(latency: unit.latency, busy: unit.busy),
      inputs: (rows, score),
      results: (.rowThresholds(steps), steps.type),
      images: []
    )
  }

  /// LayerNorm or RMSNorm of rows, with the parameters of its channels and the row buffer.
  ///
  /// - Parameters:
  ///   - norm: the program's operation.
  ///   - rows: elements of the stream.
  ///   - value: holds every element.
  ///   - operands: where they come from.
  /// - Returns: the unit and its trace.
  /// - Throws: `PowerError`.
  public static func norm(
    _ norm: IntegerNorm,
    rows: [[Int]],
    value: IntegerType,
    operands: String
  ) throws(PowerError) -> PowerSubject {
    let count = rows.first?.count ?? 1
    let unit: NormQuantizer
    do {
      unit = try NormQuantizer("norm_unit", [norm], count: count, value: value)
    } catch {
      throw .norm(error)
    }
    return PowerSubject(
      norm.isCentered ? .layerNorm : .rmsNorm,
      operands,
      rows: try made(unit.moduleWithMemory),
      RowTrace.Timing(unit),
      inputs: (rows, value),
      results: (.norm(norm), norm.requantizer.type),
      images: [unit.image]
    )
  }

  /// A block that takes operands in every cycle.
  private init(
    _ kind: UnitKind,
    _ operands: String,
    pipeline module: Verilog.Module,
    latency: Int,
    inputs: [[BigUInt]],
    results: [BigUInt]
  ) {
    self.init(
      kind: kind,
      operands: operands,
      trace: Trace(pipeline: module, latency: latency, operands: inputs, results: results),
      firstCycle: max(1, latency)
    )
  }

  /// A unit that takes a row number by number; its codes are what `results` says they are.
  private init(
    _ kind: UnitKind,
    _ operands: String,
    rows module: Verilog.Module,
    _ timing: RowTrace.Timing,
    inputs: (rows: [[Int]], type: IntegerType),
    results: (function: IntegerFunction, type: IntegerType),
    images: [Verilog.MemoryImage]
  ) {
    let rows = inputs.rows.map { row in
      RowTrace.Row(
        operands: row.map { [Verilog.SignalType(inputs.type).pattern($0)] },
        results: results.function.apply(to: [row], shape: [1, row.count])
          .map { Verilog.SignalType(results.type).pattern($0) }
      )
    }
    self.init(
      kind: kind,
      operands: operands,
      trace: RowTrace.steady(module, timing, rows: rows),
      firstCycle: 2,
      images: images
    )
  }
}
