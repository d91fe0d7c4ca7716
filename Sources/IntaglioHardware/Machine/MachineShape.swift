import BigInt
import IntaglioGraph
public import IntaglioNumerics

/// What a machine needs for its schedule: widths, tables and sizes, all proved from the program.
public struct MachineShape: Sendable {
  public let schedule: TileSchedule
  public let options: MachineOptions
  public let array: ArrayShape
  /// What the sums of products fit, whose digits' shares the array makes.
  public let sums: IntegerType
  /// Of what products read and quantizers write.
  public let codeBits: Int
  public let weights: IntegerType
  /// Of streams and scores.
  public let wide: IntegerType
  /// The unit of every column that knows thresholds; `nil` where no sum needs them.
  let steps: ThresholdRequantizer?
  /// The lanes in groups of those that have units for sums.
  let drainGroups: LaneGroups
  /// The unit of every column that searches long tables; `nil` where there are none.
  let search: SearchRequantizer?
  /// The units of every column for streams, as the schedule numbers them.
  let streams: [StreamUnit]
  /// The tables of every column that make codes of these, as the schedule numbers them.
  let lookups: [LookupUnit]
  /// The units of every lane for whole rows, as the schedule numbers them.
  let rowUnits: [RowFunctionUnit]
  /// Of the array's commands, and of those of the row-wise units.
  let command: WordLayout<TileField>
  let rowCommand: WordLayout<RowField>

  /// - Throws: `ArrayShapeError` when operands are wider than the array takes; `TileMachineError` when there
  ///   is no unit for a norm, with its node, or no multiplier of that width.
  public init(_ schedule: TileSchedule, options: MachineOptions = MachineOptions()) throws {
    self.schedule = schedule
    let drainLanes = options.drainLanes.most(of: schedule.tile)
    guard drainLanes > 0, schedule.tile % drainLanes == 0 else {
      throw TileMachineError.drainLanes(drainLanes, tile: schedule.tile)
    }
    drainGroups = LaneGroups(lanes: schedule.tile, width: drainLanes)
    // As they are.
    var options = options
    (options.rowLanes, options.drainLanes) = (.count(schedule.rowLanes), .count(drainLanes))
    options.products = schedule.products
    options.operandDigit = schedule.operandDigit
    self.options = options
    let operands = (schedule.rowOperand, schedule.columnOperand)
    // One product fits, so that no width of an element is less than its operands'.
    let accumulator = schedule.accumulator.union(
      IntegerType(
        bits: operands.0.bits + operands.1.bits + 1 + schedule.products.trailingZeroBitCount,
        signed: true
      )
    )
    array = try ArrayShape(
      rows: schedule.tile,
      columns: schedule.tile,
      rowOperand: operands.0,
      columnOperand: operands.1,
      accumulator: accumulator,
      productStages: options.productStages,
      splitsSums: options.splitsSums,
      products: schedule.products
    )
    sums = schedule.hasDigits ? schedule.sums : accumulator
    codeBits =
      (schedule.types(in: .codes) + schedule.types(in: .rowCodes)).map(\.bits).max() ?? 1
    weights = schedule.type(of: .weights, atLeast: IntegerType(bits: 2, signed: true))
    let wide = schedule.type(of: .wide, atLeast: IntegerType(bits: 2, signed: true))
    self.wide = wide
    let code = schedule.type(of: .codes, atLeast: IntegerType(bits: 1, signed: false))
    steps =
      schedule.steps.isEmpty
      ? nil : ThresholdRequantizer(tables: schedule.steps, value: sums, code: code)
    search =
      schedule.searches.isEmpty
      ? nil
      : SearchRequantizer("search", tables: schedule.searches, value: sums, code: code)
    let sums = sums
    streams = schedule.streams.map { StreamUnit($0, accumulator: sums, wide: wide) }
    lookups = schedule.lookups.enumerated().map { LookupUnit("lookup_\($0)", $1.function) }
    rowUnits = try Self.rowUnits(schedule, options)
    command = Self.command(schedule, mostSlots: schedule.tile * drainGroups.count)
    rowCommand = Self.rowCommand(schedule, rowUnits)
  }

  private static func rowUnits(
    _ schedule: TileSchedule,
    _ options: MachineOptions
  ) throws(TileMachineError) -> [RowFunctionUnit] {
    try schedule.program.checkNorms()
    do {
      return try schedule.rowWorks.enumerated().map { number, work throws(NormQuantizerError) in
        try RowFunctionUnit(work, number: number, normDigit: options.normDigit)
      }
    } catch {
      throw .normDigit(error)
    }
  }

  var tile: Int { schedule.tile }
  /// How many slices are read at once.
  var products: Int { schedule.products }
  /// The lanes in groups of those that have units for whole rows.
  var rowGroups: LaneGroups { schedule.rowGroups }

  /// Whether there are several long tables, of which an address chooses one.
  var hasChannels: Bool { schedule.searches.count > 1 }

  /// How many bits the parameters of a word have, for all lanes.
  func streamBits(_ number: Int) -> Int {
    streams[number].parameters.bits * (schedule.streams[number].form.hasLaneAddends ? tile : 1)
  }

  /// The type of an address of `memory`.
  func address(_ memory: TileMemory) -> Verilog.SignalType {
    Self.address(schedule, memory)
  }

  static func address(
    _ schedule: TileSchedule,
    _ memory: TileMemory
  ) -> Verilog.SignalType {
    .address(of: max(2, schedule.sizes[memory] ?? 0))
  }

  /// An address of any memory that holds operands or results.
  static func widest(
    _ schedule: TileSchedule,
    _ memories: [TileMemory]
  ) -> Verilog.SignalType {
    .unsigned(memories.map { address(schedule, $0).bits }.max() ?? 1)
  }

  static func zeroPoint(_ schedule: TileSchedule) -> Verilog.SignalType {
    let zeroPoints = schedule.program.panels.map(\.zeroPoint)
    return .init(holding: min(-1, zeroPoints.min() ?? 0)...max(0, zeroPoints.max() ?? 0))
  }
}

extension TileSchedule {
  var rowGroups: LaneGroups { LaneGroups(lanes: tile, width: rowLanes) }

  /// Whether any sum is divided.
  var hasQuotients: Bool { streams.contains { $0.form.quotient != nil } }

  /// The types of the numbers in `memory`: of panels, or of the digits of weights.
  func types(in memory: TileMemory) -> [IntegerType] {
    let panels = program.panels.indices.filter { addresses[$0].memory == memory }
    guard memory == .weights else { return panels.map { program.panels[$0].type } }
    return panels.flatMap { OperandDigits(program.panels[$0].type, width: operandDigit).types }
  }

  /// Holds the numbers of all panels in `memory`, and of `least`.
  fileprivate func type(of memory: TileMemory, atLeast least: IntegerType) -> IntegerType {
    types(in: memory).reduce(least) { $0.union($1) }
  }
}

extension ScaledSumTable {
  /// All of them as one sum, a channel each.
  var sum: ScaledSum {
    func column(_ number: (AccumulatorEpilogue.ScaledSumEpilogue) -> Int) -> Broadcast<Int> {
      Broadcast(epilogues.map(number), shape: [epilogues.count])
    }
    let addends = epilogues.flatMap { $0.laneAddends ?? [$0.addend] }
    // Any channel's shift and multiplier may go with any addend: only their ranges count.
    let offsets = Broadcast(addends, shape: [addends.count])
    return ScaledSum(
      form.type,
      multipliers: [column(\.multiplier)]
        + (form.hasResidual ? [column { $0.residualMultiplier ?? 0 }] : []),
      offset: offsets,
      shift: column(\.shift)
    )
  }
}
