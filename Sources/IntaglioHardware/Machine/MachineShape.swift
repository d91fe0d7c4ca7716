import BigInt
import IntaglioGraph
public import IntaglioNumerics

/// What a machine needs for its schedule: widths, tables and sizes, all proved from the program.
public struct MachineShape: Sendable {
  public let schedule: TileSchedule
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
  let job: WordLayout

  /// - Throws: `ArrayShapeError` when operands are wider than the array takes.
  public init(_ schedule: TileSchedule) throws(ArrayShapeError) {
    self.schedule = schedule
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
      accumulator: accumulator
    )
    codeBits = schedule.types(in: .codes).map(\.bits).max() ?? 1
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
    job = Self.job(schedule)
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
    let depth = schedule.jobs.map(\.slots).max() ?? 1
    let parameters =
      ([schedule.steps.count, schedule.rowWorks.count, 2] + schedule.streams.map(\.finishes.count))
      .max() ?? 2
    return WordLayout([
      ("kind", .unsigned(2)), ("waits", .bit),
      ("rows_from_codes", .bit), ("columns_from_codes", .bit),
      ("rows_unsigned", .bit), ("columns_unsigned", .bit),
      ("rows", widest(schedule, [.weights, .codes])),
      ("columns", widest(schedule, [.weights, .codes])),
      ("depth", .address(of: max(depth, schedule.tile, 2) + 1)),
      ("slots", .address(of: max(depth, schedule.tile, 2) + 1)),
      ("words", .address(of: schedule.tile + 1)),
      ("finish", .address(of: 2 + max(1, schedule.streams.count))),
      ("parameter", .address(of: parameters)),
      ("has_residual", .bit), ("residual", address(schedule, .wide)),
      ("zero_point", zeroPoint(schedule)), ("to_wide", .bit),
      ("result", widest(schedule, [.codes, .wide])),
    ])
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

extension TileJob {
  /// How many words it reads one after the other.
  var slots: Int {
    switch self {
    case .product(let tile): tile.depth
    case .rows(let block): block.words
    }
  }
}

extension MachineShape {
  /// What a job is, in its lowest two bits.
  enum Kind: Int {
    case product
    case rows
    /// Behind the last job.
    case end
  }

  /// The number of each finish: none, steps, then the stream units.
  static func number(of finish: ProductTile.Finish) -> Int {
    switch finish {
    case .none: 0
    case .steps: 1
    case .stream(let unit, _, _): 2 + unit
    }
  }

  /// The sequencer's table, and the end behind it.
  var jobWords: [BigUInt] {
    schedule.jobs.map { job.word(fields(of: $0)) }
      + [job.word(["kind": BigInt(Kind.end.rawValue)])]
  }

  /// How many cycles a tile takes: as long as the sums of the one before need to leave, and two at
  /// least, in which the next job is read.
  func slots(_ depth: Int) -> Int { max(depth, tile, 2) }

  private func fields(of job: TileJob) -> [String: BigInt] {
    let numbers: [String: Int]
    switch job {
    case .product(let product):
      var fields = [
        "kind": Kind.product.rawValue, "waits": product.waits ? 1 : 0,
        "rows_from_codes": product.rows.memory == .codes ? 1 : 0,
        "columns_from_codes": product.columns.memory == .codes ? 1 : 0,
        "rows_unsigned": product.rowsAreUnsigned ? 1 : 0,
        "columns_unsigned": product.columnsAreUnsigned ? 1 : 0,
        "rows": product.rows.word, "columns": product.columns.word,
        "zero_point": product.zeroPoint, "depth": product.depth, "slots": slots(product.depth),
        "words": product.words,
        "to_wide": product.result.memory == .wide ? 1 : 0, "result": product.result.word,
      ]
      fields["finish"] = Self.number(of: product.finish)
      switch product.finish {
      case .none: break
      case .steps(let first): fields["parameter"] = first
      case .stream(_, let first, let residual):
        fields["parameter"] = first
        fields["has_residual"] = residual == nil ? 0 : 1
        fields["residual"] = residual ?? 0
      }
      numbers = fields
    case .rows(let block):
      numbers = [
        "kind": Kind.rows.rawValue, "waits": 1, "depth": block.words, "residual": block.source,
        "parameter": block.unit, "zero_point": block.zeroPoint, "result": block.result,
      ]
    }
    return numbers.mapValues { BigInt($0) }
  }
}
