import BigInt
import IntaglioGraph
public import IntaglioNumerics

/// What a machine needs for its schedule: widths, tables and sizes, all proved from the program.
public struct MachineShape: Sendable {
  public let schedule: TileSchedule
  public let options: MachineOptions
  public let array: ArrayShape
  /// Of what products read and quantizers write.
  public let codeBits: Int
  public let weights: IntegerType
  /// Of streams and scores.
  public let wide: IntegerType
  /// The unit of every column that knows thresholds; `nil` where no sum needs them.
  let steps: StepRequantizer?
  /// The units of every column for streams, as the schedule numbers them.
  let streams: [StreamRequantizer]
  /// The tables of every column that make codes of these, as the schedule numbers them.
  let lookups: [LookupUnit]
  /// The units of every lane for whole rows, as the schedule numbers them.
  let rowUnits: [RowFunctionUnit]
  /// Of the array's jobs, and of those of the units of rows.
  let job: WordLayout
  let rowJob: WordLayout

  /// - Throws: `ArrayShapeError` when operands are wider than the array takes; `TileMachineError` when there
  ///   is no unit for a norm, with its node, or no multiplier of that width.
  public init(_ schedule: TileSchedule, options: MachineOptions = MachineOptions()) throws {
    (self.schedule, self.options) = (schedule, options)
    var accumulator = schedule.accumulator
    let operands = (schedule.rowOperand, schedule.columnOperand)
    // One product fits, so that no width of an element is less than its operands'.
    accumulator = accumulator.union(
      IntegerType(bits: operands.0.bits + operands.1.bits + 1, signed: true)
    )
    array = try ArrayShape(
      rows: schedule.tile,
      columns: schedule.tile,
      rowOperand: operands.0,
      columnOperand: operands.1,
      accumulator: accumulator,
      productStages: options.productStages,
      splitsSums: options.splitsSums
    )
    codeBits =
      (schedule.types(in: .codes) + schedule.types(in: .rowCodes)).map(\.bits).max() ?? 1
    weights = schedule.types(in: .weights).reduce(IntegerType(bits: 2, signed: true)) {
      $0.union($1)
    }
    wide = schedule.types(in: .wide).reduce(IntegerType(bits: 2, signed: true)) { $0.union($1) }
    steps =
      schedule.steps.isEmpty
      ? nil
      : StepRequantizer(
        tables: schedule.steps,
        value: accumulator,
        code: schedule.types(in: .codes).reduce(IntegerType(bits: 1, signed: false)) {
          $0.union($1)
        }
      )
    let wide = wide
    streams = schedule.streams.map { table in
      StreamRequantizer(
        table.sum,
        operands: [accumulator] + (table.form.hasResidual ? [wide] : [])
      )
    }
    lookups = schedule.lookups.enumerated().map { LookupUnit("lookup_\($0)", $1.function) }
    try schedule.program.checkNorms()
    do {
      rowUnits = try schedule.rowWorks.enumerated().map { number, work in
        try RowFunctionUnit(work, number: number, normDigit: options.normDigit)
      }
    } catch let error as NormQuantizerError {
      throw TileMachineError.normDigit(error)
    }
    job = Self.job(schedule)
    rowJob = Self.rowJob(schedule, rowUnits)
  }

  var tile: Int { schedule.tile }

  /// How many bits the parameters of a word have, for all lanes.
  func streamBits(_ number: Int) -> Int {
    streams[number].parameters.bits * (schedule.streams[number].form.hasLaneAddends ? tile : 1)
  }

  /// The type of an address of `memory`.
  func address(_ memory: TileMemory) -> Verilog.SignalType {
    Self.address(schedule, memory)
  }

  private static func address(
    _ schedule: TileSchedule,
    _ memory: TileMemory
  ) -> Verilog.SignalType {
    .address(of: max(2, schedule.sizes[memory] ?? 0))
  }

  /// An address of any memory that holds operands or results.
  private static func widest(
    _ schedule: TileSchedule,
    _ memories: [TileMemory]
  ) -> Verilog.SignalType {
    .unsigned(memories.map { address(schedule, $0).bits }.max() ?? 1)
  }

  private static func zeroPoint(_ schedule: TileSchedule) -> Verilog.SignalType {
    let zeroPoints = schedule.program.panels.map(\.zeroPoint)
    return .init(holding: min(-1, zeroPoints.min() ?? 0)...max(0, zeroPoints.max() ?? 0))
  }

  private static func job(_ schedule: TileSchedule) -> WordLayout {
    let tiles = schedule.tiles
    let depth = tiles.map(\.depth).max() ?? 1
    let parameters =
      ([schedule.steps.count, 2] + schedule.streams.map(\.finishes.count)).max() ?? 2
    return WordLayout([
      ("is_end", .bit), ("needs_tiles", .address(of: tiles.count + 1)),
      ("needs_blocks", .address(of: schedule.blocks.count + 2)),
      ("rows_from", Self.sources), ("columns_from", Self.sources),
      ("rows_unsigned", .bit), ("columns_unsigned", .bit),
      ("rows", widest(schedule, [.weights, .codes, .rowCodes])),
      ("columns", widest(schedule, [.weights, .codes, .rowCodes])),
      ("depth", .address(of: max(depth, schedule.tile, 2) + 1)),
      ("slots", .address(of: max(depth, schedule.tile, 2) + 1)),
      ("words", .address(of: schedule.tile + 1)),
      ("finish", .address(of: 2 + max(1, schedule.streams.count + schedule.lookups.count))),
      ("parameter", .address(of: parameters)),
      ("residual", address(schedule, .wide)),
      ("zero_point", zeroPoint(schedule)), ("to_wide", .bit),
      ("result", widest(schedule, [.codes, .wide])),
    ])
  }

  private static func rowJob(_ schedule: TileSchedule, _ units: [RowFunctionUnit]) -> WordLayout {
    let blocks = schedule.blocks
    let channels = units.filter { $0.variants > 1 }.map(\.channelCount).max() ?? 0
    let parameterBits = units.map(\.parameterBits).max() ?? 0
    // Only what differs between functions of a unit.
    let ofFunction: [(String, Verilog.SignalType)] =
      (channels > 0 ? [("first_channel", .address(of: channels))] : [])
      + (parameterBits > 0 ? [("parameter", .unsigned(parameterBits))] : [])
    return WordLayout(
      ofFunction + [
        ("is_end", .bit), ("needs_tiles", .address(of: schedule.tiles.count + 1)),
        ("unit", .address(of: max(2, schedule.rowWorks.count))),
        ("words", .address(of: (blocks.map(\.words).max() ?? 1) + 1)),
        ("source", address(schedule, .wide)), ("result", address(schedule, .rowCodes)),
        ("zero_point", zeroPoint(schedule)),
      ]
    )
  }
}

extension TileSchedule {
  /// The types of the panels in `memory`.
  func types(in memory: TileMemory) -> [IntegerType] {
    program.panels.indices.filter { addresses[$0].memory == memory }
      .map { program.panels[$0].type }
  }
}

extension StreamTable {
  /// All of them as one sum, a channel each.
  var sum: StreamSum {
    func column(_ number: (AccumulatorFinish.StreamFinish) -> Int) -> Broadcast<Int> {
      Broadcast(finishes.map(number), shape: [finishes.count])
    }
    let addends = finishes.flatMap { $0.laneAddends ?? [$0.addend] }
    // Any channel's shift and multiplier may go with any addend: only their ranges count.
    let offsets = Broadcast(addends, shape: [addends.count])
    return StreamSum(
      form.type,
      multipliers: [column(\.multiplier)]
        + (form.hasResidual ? [column { $0.residualMultiplier ?? 0 }] : []),
      offset: offsets,
      shift: column(\.shift)
    )
  }
}

extension MachineShape {
  /// Where an operand comes from: 0 weights, 1 codes, 2 codes of rows.
  static let sources = Verilog.SignalType.unsigned(2)

  static func source(_ memory: TileMemory) -> Int {
    switch memory {
    case .weights: 0
    case .codes: 1
    case .rowCodes: 2
    // Nothing reads operands there: panels that products read are codes.
    case .wide: 3
    }
  }

  /// The number of each finish: none, steps, the stream units, then those with a table behind them.
  func number(of finish: ProductTile.Finish) -> Int {
    switch finish {
    case .none: 0
    case .steps: 1
    case .stream(let unit, _, _, nil): 2 + unit
    case .stream(_, _, _, let lookup?): 2 + streams.count + lookup
    }
  }

  /// The table of the array, and the end behind it, which waits for everything.
  var jobWords: [BigUInt] {
    let end = [
      "is_end": 1, "needs_tiles": schedule.tiles.count, "needs_blocks": schedule.blocks.count,
    ]
    return (schedule.tiles.map { fields(of: $0) } + [end]).map {
      job.word($0.mapValues { BigInt($0) })
    }
  }

  /// The table of the units of rows, and the end behind it.
  var rowJobWords: [BigUInt] {
    (schedule.blocks.map { fields(of: $0) } + [["is_end": 1]]).map { rowJob.word($0) }
  }

  /// How many cycles a tile takes: as long as the sums of the one before need to leave, and two at
  /// least, in which the next job is read.
  func slots(_ depth: Int) -> Int { max(depth, tile, 2) }

  private func fields(of product: ProductTile) -> [String: Int] {
    var fields = [
      "needs_tiles": product.needs.tiles, "needs_blocks": product.needs.blocks,
      "rows_from": Self.source(product.rows.memory),
      "columns_from": Self.source(product.columns.memory),
      "rows_unsigned": product.rowsAreUnsigned ? 1 : 0,
      "columns_unsigned": product.columnsAreUnsigned ? 1 : 0,
      "rows": product.rows.word, "columns": product.columns.word,
      "zero_point": product.zeroPoint, "depth": product.depth, "slots": slots(product.depth),
      "words": product.words, "finish": number(of: product.finish),
      "to_wide": product.result.memory == .wide ? 1 : 0, "result": product.result.word,
    ]
    switch product.finish {
    case .none: break
    case .steps(let first): fields["parameter"] = first
    case .stream(_, let first, let residual, _):
      fields["parameter"] = first
      fields["residual"] = residual ?? 0
    }
    return fields
  }

  private func fields(of block: RowBlock) -> [String: BigInt] {
    let numbers = [
      "needs_tiles": block.needs.tiles, "unit": block.unit, "words": block.words,
      "source": block.source, "zero_point": block.zeroPoint, "result": block.result,
    ]
    var fields = numbers.mapValues { BigInt($0) }
    let unit = rowUnits[block.unit]
    if unit.variants > 1 && unit.channelCount > 0 {
      fields["first_channel"] = BigInt(unit.firstChannel(block.variant))
    }
    if unit.parameterBits > 0 { fields["parameter"] = BigInt(unit.parameterWord(block.variant)) }
    return fields
  }
}
