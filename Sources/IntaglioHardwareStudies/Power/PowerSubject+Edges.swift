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

  /// Multiplication and shift for accumulators, without a residual.
  ///
  /// - Parameters:
  ///   - values: accumulators in the order in which they leave a column, and what becomes of each.
  ///   - accumulator: holds every value.
  ///   - operands: where they come from.
  /// - Returns: the unit and its trace; `nil` where something joins a residual or lanes differ.
  /// - Throws: `PowerError`, which would be a fault of the generator.
  public static func scaledSum(
    _ values: [(value: Int, epilogue: AccumulatorEpilogue.ScaledSumEpilogue)],
    accumulator: IntegerType,
    operands: String
  ) throws(PowerError) -> PowerSubject? {
    let epilogues = Array(Set(values.map(\.epilogue)))
    guard let type = epilogues.first?.type,
      epilogues.allSatisfy({
        $0.residualMultiplier == nil && $0.laneAddends == nil && $0.type == type
      })
    else { return nil }
    func parameters(_ part: (AccumulatorEpilogue.ScaledSumEpilogue) -> Int) -> Broadcast<Int> {
      Broadcast(epilogues.map(part), shape: [epilogues.count])
    }
    let sum = ScaledSum(
      type,
      multipliers: [parameters(\.multiplier)],
      offset: parameters(\.addend),
      shift: parameters(\.shift)
    )
    let unit = ScaledSumRequantizer(sum, operands: [accumulator])
    return PowerSubject(
      .multiplication,
      operands,
      pipeline: try made(unit.module),
      latency: unit.latency,
      inputs: values.map { value, epilogue in
        let word = unit.word(
          multipliers: [epilogue.multiplier],
          offset: epilogue.addend,
          shift: epilogue.shift
        )
        return [Verilog.SignalType(accumulator).pattern(value), word.pattern]
      },
      results: values.map { value, epilogue in
        Verilog.SignalType(type).pattern(epilogue.withoutLookup(value, residual: nil, lane: 0))
      }
    )
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

extension AccumulatorEpilogue.ScaledSumEpilogue {
  /// What is done before a table is looked up.
  fileprivate var withoutLookup: AccumulatorEpilogue { .scaledSum(with(lookup: nil)) }
}
