import BigInt

// The words of both tables of commands.

extension MachineShape {
  static func command(
    _ schedule: TileSchedule,
    mostSlots: Int
  ) -> WordLayout<TileField> {
    let tiles = schedule.tiles
    let depth = tiles.map { slices($0.depth, products: schedule.products) }.max() ?? 1
    // As many words as an element has products have one address.
    let sizes = [TileMemory.weights, .codes, .rowCodes].map { schedule.sizes[$0] ?? 0 }
    let operands = Verilog.SignalType.address(
      of: max(2, (sizes.max() ?? 0) / schedule.products)
    )
    // Both count cycles of a tile.
    let slots = Verilog.SignalType.address(of: max(depth, mostSlots, 2) + 1)
    let parameters =
      ([schedule.steps.count, schedule.searches.count, 2] + schedule.streams.map(\.epilogues.count))
      .max() ?? 2
    let epilogues =
      schedule.streams.count + schedule.lookups.count + (schedule.searches.isEmpty ? 0 : 1)
    return WordLayout(
      [
        (.isEnd, .bit), (.needsTiles, .address(of: tiles.count + 1)),
        (.needsBlocks, .address(of: schedule.blocks.count + 2)),
        (.rowsFrom, Self.sources), (.columnsFrom, Self.sources),
        (.rowsUnsigned, .bit), (.columnsUnsigned, .bit),
        (.rows, operands), (.columns, operands),
        (.depth, slots), (.slots, slots),
      ] + (schedule.products == 1 ? [] : [(.tail, .address(of: schedule.products))])
        + digitFields(schedule) + [
          (.words, .address(of: schedule.tile + 1)),
          (.epilogue, .address(of: 2 + max(1, epilogues))),
          (.parameter, .address(of: parameters)),
          (.residual, address(schedule, .wide)),
        ] + (schedule.hasQuotients ? [(.divides, .bit)] : []) + [
          (.zeroPoint, zeroPoint(schedule)), (.toWide, .bit),
          (.result, widest(schedule, [.codes, .wide])),
        ]
    )
  }

  private static func digitFields(
    _ schedule: TileSchedule
  ) -> [(TileField, Verilog.SignalType)] {
    guard schedule.hasDigits else { return [] }
    let part = Verilog.SignalType.address(of: schedule.parts.count)
    return (schedule.picksDigits ? [(.rowPart, part), (.columnPart, part)] : []) + [
      (.shift, .address(of: schedule.shifts.count)), (.adds, .bit), (.keeps, .bit),
    ]
  }

  static func rowCommand(
    _ schedule: TileSchedule,
    _ units: [RowFunctionUnit]
  ) -> WordLayout<RowField> {
    let blocks = schedule.blocks
    let groups = schedule.rowGroups
    let channels = units.filter { $0.parameterSets > 1 }.map(\.channelCount).max() ?? 0
    let parameterBits = units.map(\.parameterBits).max() ?? 0
    // Only what differs between functions of a unit.
    let ofFunction: [(RowField, Verilog.SignalType)] =
      (channels > 0 ? [(.firstChannel, .address(of: channels))] : [])
      + (parameterBits > 0 ? [(.parameter, .unsigned(parameterBits))] : [])
    return WordLayout(
      ofFunction + [
        (.isEnd, .bit), (.needsTiles, .address(of: schedule.tiles.count + 1)),
        (.unit, .address(of: max(2, schedule.rowWorks.count))),
        (.words, .address(of: (blocks.map(\.words).max() ?? 1) + 1)),
        (.source, address(schedule, .wide)), (.result, address(schedule, .rowCodes)),
      ] + (groups.isWhole ? [] : [(.group, groups.number)]) + [
        (.zeroPoint, zeroPoint(schedule))
      ]
    )
  }

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

  /// The number of each epilogue: none, steps, the stream units, those with a table behind them, then the search.
  func number(of epilogue: ProductTile.Epilogue) -> Int {
    switch epilogue {
    case .none: 0
    case .thresholds: 1
    case .scaledSum(let unit, _, _, nil): 2 + unit
    case .scaledSum(_, _, _, let lookup?): 2 + streams.count + lookup
    case .search: searchNumber
    }
  }

  /// The number of the epilogue that searches long tables.
  var searchNumber: Int { 2 + streams.count + lookups.count }

  /// The table of the array, and the end behind it, which waits for everything.
  var commandWords: [BigUInt] {
    let end: [TileField: Int] = [
      .isEnd: 1, .needsTiles: schedule.wholeTiles, .needsBlocks: schedule.blocks.count,
    ]
    let tiles = schedule.tiles
    let before = [0] + tiles.map(\.leavingWords)
    let words = zip(tiles, before).map { fields(of: $0, slots: slots($0.depth, after: $1)) }
    return (words + [end]).map {
      command.word($0.mapValues { BigInt($0) })
    }
  }

  /// The table of the row-wise units, and the end behind it.
  var rowCommandWords: [BigUInt] {
    (schedule.blocks.map { fields(of: $0) } + [[.isEnd: 1]]).map { rowCommand.word($0) }
  }

  /// How many cycles a tile takes: as long as the `words` rows of sums of the one before need to leave the array
  /// and to go through the units, and two at least, in which the next command is read.
  func slots(_ depth: Int, after words: Int) -> Int {
    max(slices(depth), tile, 2, drainGroups.isWhole ? 0 : words * drainGroups.count)
  }

  /// Cycles in which `depth` slices enter the array, as many at once as an element has products.
  func slices(_ depth: Int) -> Int { Self.slices(depth, products: products) }

  private static func slices(_ depth: Int, products: Int) -> Int {
    TileSchedule.words(depth, products: products) / products
  }

  private func fields(of product: ProductTile, slots: Int) -> [TileField: Int] {
    var fields: [TileField: Int] = [
      .needsTiles: product.needs.tiles, .needsBlocks: product.needs.blocks,
      .rowsFrom: Self.source(product.rows.memory),
      .columnsFrom: Self.source(product.columns.memory),
      .rowsUnsigned: product.rowsAreUnsigned ? 1 : 0,
      .columnsUnsigned: product.columnsAreUnsigned ? 1 : 0,
      .rows: product.rows.word / products, .columns: product.columns.word / products,
      .zeroPoint: product.zeroPoint, .depth: slices(product.depth), .slots: slots,
      .words: product.words, .epilogue: number(of: product.epilogue),
      .toWide: product.result.memory == .wide ? 1 : 0, .result: product.result.word,
    ]
    if products > 1 { fields[.tail] = (product.depth - 1) % products }
    if schedule.hasDigits {
      if schedule.picksDigits {
        fields[.rowPart] = schedule.parts.firstIndex(of: product.rowPart)
        fields[.columnPart] = schedule.parts.firstIndex(of: product.columnPart)
      }
      fields[.shift] = schedule.shifts.firstIndex(of: product.pass.shift)
      fields[.adds] = product.pass.isFirst ? 0 : 1
      fields[.keeps] = product.pass.isLast ? 0 : 1
    }
    switch product.epilogue {
    case .none: break
    case .thresholds(let first), .search(let first): fields[.parameter] = first
    case .scaledSum(_, let first, let residual, _):
      fields[.parameter] = first
      fields[.residual] = residual ?? 0
      if schedule.hasQuotients { fields[.divides] = product.divides ? 1 : 0 }
    }
    return fields
  }

  private func fields(of block: RowBlock) -> [RowField: BigInt] {
    let numbers: [RowField: Int] = [
      .needsTiles: block.needs.tiles, .unit: block.unit, .words: block.words,
      .source: block.source, .zeroPoint: block.zeroPoint, .result: block.result,
    ]
    var fields = numbers.mapValues { BigInt($0) }
    if !rowGroups.isWhole { fields[.group] = BigInt(block.group) }
    let unit = rowUnits[block.unit]
    if unit.parameterSets > 1 && unit.channelCount > 0 {
      fields[.firstChannel] = BigInt(unit.firstChannel(block.parameterSet))
    }
    if unit.parameterBits > 0 {
      fields[.parameter] = BigInt(unit.parameterWord(block.parameterSet))
    }
    return fields
  }
}
