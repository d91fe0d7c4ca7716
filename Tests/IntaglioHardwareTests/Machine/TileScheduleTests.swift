import Intaglio
import IntaglioGraph
import IntaglioHardware
import Testing

/// Runs commands on memories of words, as unkindly as the machine may: one queue runs as far ahead of the other as
/// needs allow, and what a tile writes is there at once, or only when a command needs it.
struct Interpreter {
  /// Who runs ahead.
  enum Ahead: CaseIterable {
    case array, rows
  }

  let schedule: TileSchedule
  /// Whether what a tile writes is only there when a command needs it.
  private let writesLate: Bool
  private var memories: [TileMemory: [[Int]]]
  /// Of each tile, what is not yet written.
  private var late: [[(address: TileAddress, word: [Int])]] = []
  private var written = 0

  /// What commands may need.
  enum Need {
    case tiles, blocks
  }

  /// What is taken not to be needed, to see that it is.
  private let ignored: Need?

  init(_ schedule: TileSchedule, writesLate: Bool = true, ignoring ignored: Need? = nil) {
    self.schedule = schedule
    self.writesLate = writesLate
    self.ignored = ignored
    let lanes = schedule.tile
    memories = schedule.sizes.mapValues {
      Array(repeating: Array(repeating: 1 << 40, count: lanes), count: $0)
    }
    memories[.weights] = schedule.weights
  }

  /// Lane `lane` of word `word` of a panel is in one of its blocks.
  private func place(_ panel: PanelIndex, word: Int, lane: Int) -> (TileAddress, lane: Int) {
    let address = schedule.addresses[panel.index]
    let block = lane / schedule.tile
    let depth = schedule.program[panel].depth
    return (
      TileAddress(memory: address.memory, word: address.word + block * depth + word),
      lane % schedule.tile
    )
  }

  mutating func load(_ inputs: [Value: [Int]]) {
    for port in schedule.program.inputs {
      let panel = schedule.program[port.panel]
      for word in 0..<panel.depth {
        for lane in 0..<panel.lanes {
          let (address, lane) = (place(port.panel, word: word, lane: lane), lane)
          let element = port.elements[word * panel.lanes + lane]
          memories[address.0.memory]?[address.0.word][address.lane] =
            element < 0 ? 0 : inputs[port.value]?[element] ?? 0
        }
      }
    }
  }

  /// Who runs ahead, and when words are written.
  static let modes: [(Ahead, Bool)] = Ahead.allCases.flatMap { [($0, true), ($0, false)] }

  /// - Returns: whether all commands have run.
  mutating func run(_ ahead: Ahead) -> Bool {
    let (tiles, blocks) = (schedule.tiles, schedule.blocks)
    var (tile, block) = (0, 0)
    func needs(_ count: Int, _ need: Need) -> Int { need == ignored ? 0 : count }
    func canRunTile() -> Bool {
      tile < tiles.count && needs(tiles[tile].needs.blocks, .blocks) <= block
        && needs(tiles[tile].needs.tiles, .tiles) <= tile
    }
    func canRunBlock() -> Bool {
      block < blocks.count && needs(blocks[block].needs.tiles, .tiles) <= tile
    }
    while canRunTile() || canRunBlock() {
      if canRunTile(), ahead == .array || !canRunBlock() {
        settle(needs(tiles[tile].needs.tiles, .tiles))
        run(tiles[tile])
        tile += 1
        if !writesLate { settle(tile) }
      } else {
        settle(needs(blocks[block].needs.tiles, .tiles))
        run(blocks[block])
        block += 1
      }
    }
    settle(tile)
    return tile == tiles.count && block == blocks.count
  }

  /// Writes what the first `count` tiles left.
  private mutating func settle(_ count: Int) {
    while written < count {
      for (address, word) in late[written] { memories[address.memory]?[address.word] = word }
      written += 1
    }
  }

  private func words(_ first: TileAddress, _ count: Int) -> [[Int]] {
    let memory = memories[first.memory] ?? []
    return Array(memory[first.word..<first.word + count])
  }

  private mutating func run(_ tile: ProductTile) {
    let (rows, columns) = (words(tile.rows, tile.depth), words(tile.columns, tile.depth))
    var made: [(address: TileAddress, word: [Int])] = []
    defer { late.append(made) }
    for m in 0..<tile.words {
      let sums = (0..<schedule.tile).map { n in
        zip(rows, columns).reduce(0) { $0 &+ $1.0[m] &* $1.1[n] }
      }
      let word: [Int]
      switch tile.epilogue {
      case .none: word = sums
      case .thresholds(let first):
        word = sums.map { schedule.steps[first + m](Int(Int32(clamping: $0))) }
      case .search(let first):
        word = sums.map { schedule.searches[first + m](Int(Int32(clamping: $0))) }
      case .scaledSum(let unit, let first, let residual, _):
        let epilogue = AccumulatorEpilogue.scaledSum(schedule.streams[unit].epilogues[first + m])
        let older = residual.map {
          words(TileAddress(memory: .wide, word: $0 + (tile.divides ? 0 : m)), 1)[0]
        }
        word = sums.enumerated().map { epilogue($1, residual: older?[$0], lane: $0) }
      }
      let stored = word.map { $0 - tile.zeroPoint }
      made.append((TileAddress(memory: tile.result.memory, word: tile.result.word + m), stored))
    }
  }

  private mutating func run(_ block: RowBlock) {
    let words = words(TileAddress(memory: .wide, word: block.source), block.words)
    let function: IntegerFunction =
      switch schedule.rowWorks[block.unit].functions[block.parameterSet] {
      case .norm(let norm): .norm(norm)
      case .softmax(let softmax): .softmax(softmax)
      case .rowThresholds(let steps): .rowThresholds(steps)
      }
    let lanes = (0..<schedule.tile).map { lane -> [Int] in
      let row = words.map { $0[lane] }
      // A lane that no row was written to.
      guard row.allSatisfy({ $0.magnitude < 1 << 31 }) else { return row }
      return function.apply(to: [row], shape: [1, row.count])
    }
    // Only the lanes that have units this time.
    let first = block.group * schedule.rowLanes
    for word in 0..<block.words {
      for lane in first..<first + schedule.rowLanes {
        memories[.rowCodes]?[block.result + word][lane] = lanes[lane][word] - block.zeroPoint
      }
    }
  }

  /// The numbers of a panel, word by word.
  func numbers(_ panel: PanelIndex) -> [Int] {
    let shape = schedule.program[panel]
    return (0..<shape.depth).flatMap { word in
      (0..<shape.lanes).map { lane in
        let (address, lane) = place(panel, word: word, lane: lane)
        return memories[address.memory]?[address.word][lane] ?? 0
      }
    }
  }
}

@Suite("Schedules of tiles")
struct TileScheduleTests {
  @Test(
    "commands give the oracle's numbers, whoever runs ahead and whenever words are written",
    arguments: [1, 3, 4, 16, 64],
    [HardwarePart.attention(0), .block(0), .network]
  )
  func commands(tile: Int, part: HardwarePart) throws {
    let program = try SmallProgram.architecture(bits: 3)
    let sample = SmallProgram.samples(program, 1)[0]
    let known = try PartOfProgram(program, part, tile: tile, sample: sample)
    let schedule = known.module.machine.shape.schedule
    for (ahead, writesLate) in Interpreter.modes {
      var interpreter = Interpreter(schedule, writesLate: writesLate)
      interpreter.load(known.inputs)
      let isOver = interpreter.run(ahead)
      #expect(isOver)
      var compared = 0
      for port in schedule.program.outputs {
        let found = interpreter.numbers(port.panel)
        for (element, number) in zip(port.elements, found) {
          #expect(known.outputs[port.value]?[element] == number)
          compared += 1
        }
      }
      #expect(compared == (part == .network ? 1000 : 5 * 64))
    }
  }

  @Test("rows in groups of lanes give the oracle's numbers, too", arguments: [1, 2, 4])
  func groups(rowLanes: Int) throws {
    let program = try SmallProgram.architecture(bits: 3)
    let sample = SmallProgram.samples(program, 1)[0]
    let known = try PartOfProgram(program, .block(0), tile: 4, sample: sample)
    let schedule = try TileSchedule(known.module.panels, tile: 4, rowLanes: rowLanes)
    // 5 tokens are a whole block of lanes, and one lane of another.
    let groups = Set(schedule.blocks.map(\.group))
    #expect(groups == Set(0..<4 / rowLanes))
    for (ahead, writesLate) in Interpreter.modes {
      var interpreter = Interpreter(schedule, writesLate: writesLate)
      interpreter.load(known.inputs)
      let isOver = interpreter.run(ahead)
      #expect(isOver)
      for port in schedule.program.outputs {
        let found = interpreter.numbers(port.panel)
        #expect(zip(port.elements, found).allSatisfy { known.outputs[port.value]?[$0] == $1 })
      }
    }
  }

  @Test("norms of one form share a unit", arguments: [3, 8])
  func norms(bits: Int) throws {
    let program = try SmallProgram.architecture(bits: bits)
    let sample = SmallProgram.samples(program, 1)[0]
    let known = try PartOfProgram(program, .block(0), tile: 4, sample: sample)
    let schedule = known.module.machine.shape.schedule
    let norms = schedule.rowWorks.filter { work in
      work.functions.contains { if case .norm = $0 { true } else { false } }
    }
    #expect(norms.map(\.functions.count) == [2], "one before attention, one before the MLP")
    let blocks = schedule.blocks.filter { schedule.rowWorks[$0.unit] == norms.first }
    #expect(Set(blocks.map(\.parameterSet)) == [0, 1])
  }

  @Test("several heads share the row-wise units, whoever runs ahead", arguments: [3, 8])
  func heads(bits: Int) throws {
    let program = try SmallProgram.demo(bits: bits)
    let sample = SmallProgram.samples(program, 1)[0]
    let known = try PartOfProgram(program, .attention(1), tile: 16, sample: sample)
    let schedule = known.module.machine.shape.schedule
    for (ahead, writesLate) in Interpreter.modes {
      var interpreter = Interpreter(schedule, writesLate: writesLate)
      interpreter.load(known.inputs)
      let isOver = interpreter.run(ahead)
      #expect(isOver)
      for port in schedule.program.outputs {
        let wrong = zip(port.elements, interpreter.numbers(port.panel)).count { element, number in
          known.outputs[port.value]?[element] != number
        }
        #expect(wrong == 0)
      }
    }
  }

  @Test("array and row-wise units work side by side")
  func overlap() throws {
    let program = try SmallProgram.demo(bits: 3)
    let module = try HardwareModule(program, part: .attention(0), tile: 16)
    let timing = module.machine.timing
    let busy = timing.steps.reduce(0) { $0 + $1.busy }
    #expect(busy > timing.latency, "\(busy) cycles of work in \(timing.latency)")
    // What a command needs is before it, and no need is only of the command just before.
    let schedule = module.machine.shape.schedule
    var (tiles, blocks) = (0, 0)
    for command in schedule.commands {
      switch command {
      case .product(let tile):
        #expect(tile.needs.tiles <= tiles && tile.needs.blocks <= blocks)
        tiles += 1
      case .rows(let block):
        #expect(block.needs.tiles <= tiles)
        blocks += 1
      }
    }
  }

  @Test("codes of 8 bits that have 9 without their zero point stay among the codes")
  func zeroPoints() throws {
    let program = try SmallProgram.demo(bits: 8)
    let sample = SmallProgram.samples(program, 1)[0]
    let known = try PartOfProgram(program, .attention(0), tile: 16, sample: sample)
    let schedule = known.module.machine.shape.schedule
    #expect(schedule.program.panels.contains { $0.zeroPoint != 0 && $0.type.bits == 9 })
    #expect(known.mismatches(known.module.panels.evaluate(known.inputs)).wrong == 0)
    var interpreter = Interpreter(schedule)
    interpreter.load(known.inputs)
    let isOver = interpreter.run(.array)
    #expect(isOver)
    for port in schedule.program.outputs {
      let wrong = zip(port.elements, interpreter.numbers(port.panel)).count { element, number in
        known.outputs[port.value]?[element] != number
      }
      #expect(wrong == 0)
    }
    for command in schedule.commands {
      guard case .product(let tile) = command else { continue }
      #expect(tile.rows.memory != .wide && tile.columns.memory != .wide)
    }
  }

  @Test("words are given out again once nobody reads them")
  func reuse() throws {
    let program = try SmallProgram.demo(bits: 3)
    let schedule = try HardwareModule(program, part: .block(0), tile: 8).machine.shape.schedule
    func words(_ panel: Panel) -> Int { (panel.lanes + 7) / 8 * panel.depth }
    let all = schedule.program.panels.indices
      .filter { schedule.addresses[$0].memory == .codes }
      .reduce(0) { $0 + words(schedule.program.panels[$1]) }
    #expect(try #require(schedule.sizes[.codes]) < all)
  }

  @Test("arrays without rows or with too many are refused", arguments: [0, -1, 257])
  func tiles(_ tile: Int) throws {
    let program = try SmallProgram.architecture(bits: 3)
    #expect(throws: TileScheduleError.tile(tile)) {
      try HardwareModule(program, part: .attention(0), tile: tile)
    }
  }
}
