import IntaglioGraph
import IntaglioNumerics

/// Gives every panel its place and turns steps into commands, in their order.
struct TileScheduleBuilder {
  let program: PanelProgram
  let tile: Int
  let rowLanes: Int
  /// Slices that are read at once.
  let products: Int
  /// Bits of an operand that elements take at once, at most.
  let operandDigit: Int
  private(set) var commands: [TileCommand] = []
  private(set) var addresses: [TileAddress]
  private(set) var weights: [[Int]] = []
  private(set) var steps = Entries<ThresholdTable>()
  private(set) var searches = Entries<ThresholdTable>()
  private(set) var streams:
    [(form: ScaledSumTable.Form, entries: Entries<AccumulatorEpilogue.ScaledSumEpilogue>)] = []
  private(set) var lookups: [ScaledSumLookup] = []
  private(set) var rowWorks: [(form: RowSignature, work: RowWork)] = []
  private var spaces: [TileMemory: WordSpace] = [
    .codes: WordSpace(), .rowCodes: WordSpace(), .wide: WordSpace(),
  ]
  /// In how many steps each panel is still read or written.
  private var uses: [Int]
  private let memories: [TileMemory]
  private var isPlaced: [Bool]
  private var identity: Int?

  init(_ program: PanelProgram, tile: Int, rowLanes: Int, products: Int, operandDigit: Int) {
    (self.program, self.tile) = (program, tile)
    self.operandDigit = operandDigit
    (self.rowLanes, self.products) = (rowLanes, products)
    var uses = [Int](repeating: 0, count: program.panels.count)
    for step in program.steps { for panel in step.panels { uses[panel.index] += 1 } }
    // What goes out stays.
    for output in program.outputs { uses[output.panel.index] += 1 }
    self.uses = uses
    memories = Self.memories(program)
    addresses = memories.map { TileAddress(memory: $0, word: 0) }
    isPlaced = [Bool](repeating: false, count: program.panels.count)
    for panel in program.constants.keys.sorted(by: { $0.index < $1.index }) {
      addWeights(panel)
    }
    for input in program.inputs { place(input.panel) }
  }

  var sizes: [TileMemory: Int] {
    spaces.mapValues(\.size).merging([.weights: weights.count]) { size, _ in size }
  }

  /// Operands of products are codes, what else is read is wide; results follow their width and who
  /// leaves them.
  private static func memories(_ program: PanelProgram) -> [TileMemory] {
    var memories = program.panels.map { $0.type.bits > 8 ? TileMemory.wide : .codes }
    for step in program.steps {
      switch step.work {
      case .product(let product):
        // Codes of 8 bits have 9 without their zero point.
        for operand in [product.rows, product.columns] { memories[operand.index] = .codes }
        if let residual = product.residual { memories[residual.panel.index] = .wide }
      case .transposition(let source): memories[source.index] = .codes
      case .norm(_, let source), .softmax(_, let source), .rowThresholds(_, let source):
        memories[source.index] = .wide
      }
    }
    for step in program.steps where step.isForRows { memories[step.result.index] = .rowCodes }
    for panel in program.constants.keys { memories[panel.index] = .weights }
    return memories
  }

  private func blocks(_ panel: PanelIndex) -> Int { (program[panel].lanes + tile - 1) / tile }

  /// Words of a block: slices that are read at once begin at a multiple of their number.
  private func words(_ panel: PanelIndex) -> Int {
    TileSchedule.words(program[panel].depth, products: products)
  }

  private mutating func place(_ panel: PanelIndex) {
    guard !isPlaced[panel.index] else { return }
    isPlaced[panel.index] = true
    let memory = memories[panel.index]
    let words = blocks(panel) * words(panel)
    let word = spaces[memory]?.reserve(words) ?? 0
    addresses[panel.index] = TileAddress(memory: memory, word: word)
  }

  private mutating func release(_ panels: Set<PanelIndex>) {
    for panel in panels {
      uses[panel.index] -= 1
      guard uses[panel.index] == 0 else { continue }
      let address = addresses[panel.index]
      let words = blocks(panel) * words(panel)
      spaces[address.memory]?.release(address.word..<address.word + words)
    }
  }

  private mutating func addWeights(_ panel: PanelIndex) {
    let shape = program[panel]
    let numbers = program.constants[panel] ?? []
    addresses[panel.index] = TileAddress(memory: .weights, word: weights.count)
    isPlaced[panel.index] = true
    // A digit of all numbers, then the next one: weights stand in memory as elements take them.
    let digits = digits(of: panel)
    for digit in 0..<digits.count {
      for block in 0..<blocks(panel) {
        for word in 0..<shape.depth {
          weights.append(
            (0..<tile).map { lane in
              let lane = block * tile + lane
              guard lane < shape.lanes else { return 0 }
              return digits.digit(digit, of: numbers[word * shape.lanes + lane])
            }
          )
        }
        padWeights()
      }
    }
  }

  private func digits(of panel: PanelIndex) -> OperandDigits {
    OperandDigits(program[panel].type, width: operandDigit)
  }

  /// Where digit `digit` of a block of an operand stands, and what elements take of what stands there.
  private func operand(
    _ panel: PanelIndex,
    block: Int,
    word: Int = 0,
    digit: Int
  )
    -> (address: TileAddress, part: OperandPart)
  {
    guard memories[panel.index] == .weights else {
      return (address(panel, block: block, word: word), digits(of: panel).part(digit))
    }
    return (address(panel, block: digit * blocks(panel) + block, word: word), .whole)
  }

  /// The digits of two operands in the order of their tiles: the sums of all of them are the product's.
  private func passes(
    _ rows: PanelIndex,
    _ columns: PanelIndex?
  )
    -> [(row: Int, column: Int, pass: DigitPass)]
  {
    let counts = (digits(of: rows).count, columns.map { digits(of: $0).count } ?? 1)
    let last = (counts.0 - 1, counts.1 - 1)
    return (0..<counts.0).flatMap { row in
      (0..<counts.1).map { column in
        let pass = DigitPass(
          shift: (row + column) * operandDigit,
          isFirst: (row, column) == (0, 0),
          isLast: (row, column) == last
        )
        return (row, column, pass)
      }
    }
  }

  /// Fills up the slices that are read at once.
  private mutating func padWeights() {
    let missing = TileSchedule.words(weights.count, products: products) - weights.count
    weights += Array(repeating: Array(repeating: 0, count: tile), count: missing)
  }

  /// Where word `word` of block `block` stands.
  private func address(_ panel: PanelIndex, block: Int, word: Int = 0) -> TileAddress {
    let address = addresses[panel.index]
    return TileAddress(
      memory: address.memory,
      word: address.word + block * words(panel) + word
    )
  }

  // MARK: Steps

  mutating func add(_ step: PanelStep) throws(TileScheduleError) {
    guard step.isForRows || memories[step.result.index] != .rowCodes else {
      throw .rows(node: step.name)
    }
    place(step.result)
    switch step.work {
    case .product(let product):
      try check(product, step)
      add(product, step)
    case .transposition(let source):
      guard [.codes, .rowCodes].contains(memories[source.index]) else {
        throw .operands(node: step.name)
      }
      addTransposition(of: source, step)
    case .norm(let norm, let source): try addRows(.norm(norm), of: source, step)
    case .softmax(let softmax, let source): try addRows(.softmax(softmax), of: source, step)
    case .rowThresholds(let steps, let source):
      try addRows(.rowThresholds(steps), of: source, step)
    }
    release(step.panels)
  }

  /// Operands are codes, one of them at most weights, and what is joined is a stream.
  private func check(_ product: PanelProduct, _ step: PanelStep) throws(TileScheduleError) {
    let operands = [product.rows, product.columns].map { memories[$0.index] }
    let residual = product.residual.map { memories[$0.panel.index] }
    guard !operands.contains(.wide), operands != [.weights, .weights],
      residual ?? .wide == .wide
    else { throw .operands(node: step.name) }
  }

  private mutating func add(_ product: PanelProduct, _ step: PanelStep) {
    for column in 0..<blocks(product.columns) {
      for row in 0..<blocks(product.rows) {
        let first = row * tile
        let words = min(tile, program[product.rows].lanes - first)
        let residual = product.residual.map {
          address($0.panel, block: column, word: $0.word(first)).word
        }
        let epilogue = epilogue(
          product.epilogue[first..<first + words].map { block($0, column) },
          residual
        )
        for digits in passes(product.rows, product.columns) {
          let rows = operand(product.rows, block: row, digit: digits.row)
          let columns = operand(product.columns, block: column, digit: digits.column)
          commands.append(
            .product(
              ProductTile(
                rows: rows.address,
                rowsAreUnsigned: !program[product.rows].type.isSigned,
                columns: columns.address,
                columnsAreUnsigned: !program[product.columns].type.isSigned,
                rowPart: rows.part,
                columnPart: columns.part,
                pass: digits.pass,
                depth: product.depth,
                words: words,
                epilogue: epilogue,
                divides: product.residual?.isOneWord ?? false,
                zeroPoint: step.zeroPoint(in: program),
                result: address(step.result, block: column, word: step.firstWord + first)
              )
            )
          )
        }
      }
    }
  }

  /// `epilogue` for the lanes of one block; lanes beyond the last one add nothing.
  private func block(_ epilogue: AccumulatorEpilogue, _ column: Int) -> AccumulatorEpilogue {
    guard case .scaledSum(let stream) = epilogue, let addends = stream.laneAddends else {
      return epilogue
    }
    return .scaledSum(
      stream.with(
        laneAddends: (column * tile..<(column + 1) * tile).map {
          $0 < addends.count ? addends[$0] : 0
        }
      )
    )
  }

  /// Parameters of the words of one tile; they are all of one kind.
  private mutating func epilogue(
    _ words: [AccumulatorEpilogue],
    _ residual: Int?
  ) -> ProductTile.Epilogue {
    switch words[0] {
    case .none: return .none
    case .thresholds:
      let tables = words.compactMap { if case .thresholds(let table) = $0 { table } else { nil } }
      let isLong = tables.contains { $0.thresholds.count > TileSchedule.mostComparators }
      return isLong
        ? .search(first: searches.add(tables)) : .thresholds(first: steps.add(tables))
    case .scaledSum(let stream):
      let form = ScaledSumTable.Form(
        type: stream.type,
        hasResidual: stream.residualMultiplier != nil,
        hasLaneAddends: stream.laneAddends != nil,
        quotient: stream.quotient,
        quotientShift: stream.quotient.map { _ in stream.shift }
      )
      let unit = streams.firstIndex { $0.form == form } ?? streams.count
      if unit == streams.count { streams.append((form, Entries())) }
      let first = streams[unit].entries.add(
        words.compactMap { if case .scaledSum(let stream) = $0 { stream } else { nil } }
      )
      let lookup = stream.lookup.map { function in
        let table = ScaledSumLookup(unit: unit, function: function)
        if let number = lookups.firstIndex(of: table) { return number }
        lookups.append(table)
        return lookups.count - 1
      }
      return .scaledSum(unit: unit, first: first, residual: residual, lookup: lookup)
    }
  }

  /// lanes of `source` become words: products with blocks of the identity.
  private mutating func addTransposition(of source: PanelIndex, _ step: PanelStep) {
    let identity = identity ?? weights.count
    if self.identity == nil {
      self.identity = identity
      weights += (0..<tile).map { word in (0..<tile).map { $0 == word ? 1 : 0 } }
      padWeights()
    }
    let panel = program[source]
    for column in 0..<(panel.depth + tile - 1) / tile {
      for row in 0..<blocks(source) {
        for digits in passes(source, nil) {
          let rows = operand(source, block: row, word: column * tile, digit: digits.row)
          commands.append(
            .product(
              ProductTile(
                rows: rows.address,
                rowsAreUnsigned: !panel.type.isSigned,
                columns: TileAddress(memory: .weights, word: identity),
                columnsAreUnsigned: true,
                rowPart: rows.part,
                columnPart: .whole,
                pass: digits.pass,
                depth: min(tile, panel.depth - column * tile),
                words: min(tile, panel.lanes - row * tile),
                epilogue: .none,
                divides: false,
                zeroPoint: 0,
                result: address(step.result, block: column, word: step.firstWord + row * tile)
              )
            )
          )
        }
      }
    }
  }

  private mutating func addRows(
    _ function: RowWork.Function,
    of source: PanelIndex,
    _ step: PanelStep
  ) throws(TileScheduleError) {
    guard memories[source.index] == .wide else { throw .rows(node: step.name) }
    let panel = program[source]
    let blocks = blocks(step.result)
    let (unit, parameterSet) = place(function, count: panel.depth, value: panel.type)
    for block in 0..<blocks {
      // Groups behind the last lane have nothing to do.
      let lanes = min(tile, program[step.result].lanes - block * tile)
      for group in 0..<(lanes + rowLanes - 1) / rowLanes {
        commands.append(
          .rows(
            RowBlock(
              source: address(source, block: block).word,
              words: panel.depth,
              unit: unit,
              parameterSet: parameterSet,
              zeroPoint: step.zeroPoint(in: program),
              result: address(step.result, block: block, word: step.firstWord).word,
              group: group
            )
          )
        )
      }
    }
  }

  /// The unit for rows of a function, and which of its functions that is.
  private mutating func place(
    _ function: RowWork.Function,
    count: Int,
    value: IntegerType
  ) -> (unit: Int, parameterSet: Int) {
    let form = RowSignature(function, count: count, value: value)
    guard let unit = rowWorks.firstIndex(where: { $0.form == form }) else {
      rowWorks.append((form, RowWork(functions: [function], count: count, value: value)))
      return (rowWorks.count - 1, 0)
    }
    if let parameterSet = rowWorks[unit].work.functions.firstIndex(of: function) {
      return (unit, parameterSet)
    }
    rowWorks[unit].work.functions.append(function)
    return (unit, rowWorks[unit].work.functions.count - 1)
  }
}

extension PanelStep {
  /// What is read and written, each once.
  fileprivate var panels: Set<PanelIndex> { Set(sources + [result]) }
}
