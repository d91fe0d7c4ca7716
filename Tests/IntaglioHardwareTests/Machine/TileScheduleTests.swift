import Intaglio
import IntaglioGraph
import IntaglioHardware
import Testing

/// Runs jobs on memories of words, as unkindly as the machine may: what a tile writes is only there
/// when a later job waits.
struct Interpreter {
  let schedule: TileSchedule
  private var memories: [TileMemory: [[Int]]]
  private var late: [(address: TileAddress, word: [Int])] = []

  init(_ schedule: TileSchedule) {
    self.schedule = schedule
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

  mutating func run() {
    for job in schedule.jobs {
      switch job {
      case .product(let tile):
        if tile.waits { settle() }
        run(tile)
      case .rows(let block):
        settle()
        run(block)
      }
    }
    settle()
  }

  private mutating func settle() {
    for (address, word) in late { memories[address.memory]?[address.word] = word }
    late = []
  }

  private func words(_ first: TileAddress, _ count: Int) -> [[Int]] {
    let memory = memories[first.memory] ?? []
    return Array(memory[first.word..<first.word + count])
  }

  private mutating func run(_ tile: ProductTile) {
    let (rows, columns) = (words(tile.rows, tile.depth), words(tile.columns, tile.depth))
    for m in 0..<tile.words {
      let sums = (0..<schedule.tile).map { n in
        zip(rows, columns).reduce(0) { $0 &+ $1.0[m] &* $1.1[n] }
      }
      let word: [Int]
      switch tile.finish {
      case .none: word = sums
      case .steps(let first):
        word = sums.map { schedule.steps[first + m](Int(Int32(clamping: $0))) }
      case .stream(let unit, let first, let residual):
        let finish = AccumulatorFinish.stream(schedule.streams[unit].finishes[first + m])
        let older = residual.map { words(TileAddress(memory: .wide, word: $0 + m), 1)[0] }
        word = sums.enumerated().map { finish($1, residual: older?[$0], lane: $0) }
      }
      let stored = word.map { $0 - tile.zeroPoint }
      late.append((TileAddress(memory: tile.result.memory, word: tile.result.word + m), stored))
    }
  }

  private mutating func run(_ block: RowBlock) {
    let words = words(TileAddress(memory: .wide, word: block.source), block.words)
    let function: IntegerFunction =
      switch schedule.rowWorks[block.unit].function {
      case .norm(let norm): .norm(norm)
      case .softmax(let softmax): .softmax(softmax)
      }
    let lanes = (0..<schedule.tile).map { lane -> [Int] in
      let row = words.map { $0[lane] }
      // A lane that no row was written to.
      guard row.allSatisfy({ $0.magnitude < 1 << 31 }) else { return row }
      return function.apply(to: [row], shape: [1, row.count])
    }
    for word in 0..<block.words {
      memories[.codes]?[block.result + word] = lanes.map { $0[word] - block.zeroPoint }
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
    "jobs give the oracle's numbers, even when nothing is written before somebody waits for it",
    arguments: [1, 3, 4, 16, 64],
    [HardwarePart.attention(0), .block(0)]
  )
  func jobs(tile: Int, part: HardwarePart) throws {
    let program = try SmallProgram.architecture(bits: 3)
    let sample = SmallProgram.samples(program, 1)[0]
    let known = try PartOfProgram(program, part, tile: tile, sample: sample)
    let schedule = known.module.machine.shape.schedule
    var interpreter = Interpreter(schedule)
    interpreter.load(known.inputs)
    interpreter.run()
    var compared = 0
    for port in schedule.program.outputs {
      let found = interpreter.numbers(port.panel)
      for (element, number) in zip(port.elements, found) {
        #expect(known.outputs[port.value]?[element] == number)
        compared += 1
      }
    }
    #expect(compared == 5 * 64)
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
    interpreter.run()
    for port in schedule.program.outputs {
      let wrong = zip(port.elements, interpreter.numbers(port.panel)).count { element, number in
        known.outputs[port.value]?[element] != number
      }
      #expect(wrong == 0)
    }
    for job in schedule.jobs {
      guard case .product(let tile) = job else { continue }
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
