import BigInt
import Intaglio
import IntaglioGraph
import IntaglioHardware
import IntaglioTestSupport
import Testing

@Suite("The machine equals the program, bit for bit and cycle for cycle", .needsTools)
struct TileMachineTests {
  private static func verify(
    _ program: Program,
    _ part: HardwarePart,
    tile: Int,
    options: MachineOptions = MachineOptions(),
    images: Int,
    _ simulator: Simulator,
    stalls: Int
  ) throws -> HardwareVerification {
    let module = try HardwareModule(program, part: part, tile: tile, options: options)
    let vectors = try module.vectors(SmallProgram.samples(program, images), threads: 2)
    let folder = try TemporaryFolder()
    return try module.verify(
      vectors,
      simulator: simulator,
      stalls: stalls,
      seed: 7,
      in: folder.path
    )
  }

  @Test("a small attention at every width in Icarus, streams stalled", arguments: [2, 3, 4, 8])
  func widths(bits: Int) throws {
    let result = try Self.verify(
      SmallProgram.architecture(bits: bits),
      .attention(0),
      tile: 4,
      images: 2,
      .icarus,
      stalls: 300
    )
    #expect(result.result.compared == 2 * 5 * 64)
    #expect(result.result.mismatched == 0, "\(result.result.mismatches)")
    #expect(result.result.misplaced == 0)
    #expect(result.result.stalls > 0)
    #expect(result.result.cycles == result.expectedCycles...result.expectedCycles)
  }

  @Test(
    "norms with multipliers of few and many bits, elements waiting where one is slow",
    arguments: [3, 8, 64]
  )
  func norms(digit: Int) throws {
    let result = try Self.verify(
      SmallProgram.architecture(bits: 3),
      .attention(0),
      tile: 4,
      options: MachineOptions(normDigit: digit),
      images: 1,
      .icarus,
      stalls: 100
    )
    #expect(result.isEqual, "\(result.result)")
  }

  @Test("a block on arrays that its dimensions do not divide", arguments: [1, 3, 7])
  func tiles(tile: Int) throws {
    let result = try Self.verify(
      SmallProgram.architecture(bits: 3),
      .block(0),
      tile: tile,
      images: 1,
      .icarus,
      stalls: 0
    )
    #expect(result.result.compared == 5 * 64)
    #expect(result.isEqual, "\(result.result)")
  }

  @Test("functions of 8-bit codes by a table beside each column")
  func lookups() throws {
    let program = try SmallProgram.architecture(bits: 8)
    let module = try HardwareModule(program, part: .mlp(0), tile: 4)
    #expect(!module.machine.shape.schedule.lookups.isEmpty)
    let result = try Self.verify(program, .mlp(0), tile: 4, images: 1, .icarus, stalls: 0)
    #expect(result.isEqual && result.result.compared == 5 * 64, "\(result.result)")
    try Lint.check(module.design, with: .verilator, in: TemporaryFolder().path)
  }

  @Test("a whole small network, from codes to logits, in Icarus: blocks share their norms")
  func network() throws {
    let program = try SmallProgram.architecture(bits: 3, depth: 2)
    let works = try HardwareModule(program, part: .network, tile: 8).machine.shape.schedule.rowWorks
    #expect(
      works.map(\.functions.count).sorted() == [1, 1, 4],
      "one softmax, and the last norm has codes of 8 bits"
    )
    let result = try Self.verify(
      program,
      .network,
      tile: 8,
      images: 1,
      .icarus,
      stalls: 50
    )
    #expect(result.result.compared == 1000)
    #expect(result.isEqual, "\(result.result)")
  }

  @Test("a trained network, whose blocks differ in their norms and in their softmax, in Verilator")
  func trained() throws {
    let program = try SmallProgram.demo(bits: 3)
    let works = try HardwareModule(program, part: .network, tile: 8).machine.shape.schedule.rowWorks
    let softmaxes = works.filter { work in
      work.functions.contains { if case .softmax = $0 { true } else { false } }
    }
    #expect(softmaxes.map(\.functions.count) == [4], "one in each block")
    #expect(works.contains { $0.functions.count > 4 }, "two norms in each block")
    let result = try Self.verify(program, .network, tile: 8, images: 1, .verilator, stalls: 50)
    #expect(result.result.compared == 6)
    #expect(result.isEqual, "\(result.result)")
  }

  @Test("weights that come over their own stream, paused too, into a memory that holds nothing")
  func loadableWeights() throws {
    let program = try SmallProgram.architecture(bits: 3)
    let module = try HardwareModule(
      program,
      part: .mlp(0),
      tile: 4,
      options: MachineOptions(
        productStages: 1,
        splitsSums: true,
        hasLoadableWeights: true
      )
    )
    let vectors = try module.vectors(SmallProgram.samples(program, 2), threads: 2)
    let folder = try TemporaryFolder()
    let result = try module.verify(
      vectors,
      simulator: .icarus,
      stalls: 300,
      seed: 3,
      in: folder.path
    )
    #expect(result.isEqual && result.result.compared == 2 * 5 * 64, "\(result.result)")
    // Signs of lane 0 changed.
    let weights = module.machine.weightBeats.map { $0 ^ 4 }
    let bench = StreamBench(
      module.design.top,
      laneBits: module.machine.laneBits,
      inputs: vectors.inputs,
      outputs: vectors.outputs,
      weights: weights,
      patience: 1_000_000
    )
    let wrong = try Simulator.icarus.run(
      bench,
      images: module.design.images,
      in: TemporaryFolder().path
    )
    #expect(wrong.mismatched > 0)
    for tool in Tool.allCases {
      try Lint.check(module.design, with: tool, in: TemporaryFolder().path)
    }
  }

  @Test("an attention of the demo in Verilator")
  func demo() throws {
    let result = try Self.verify(
      SmallProgram.demo(bits: 3),
      .attention(0),
      tile: 16,
      images: 2,
      .verilator,
      stalls: 100
    )
    #expect(result.isEqual, "\(result.result)")
    #expect(result.result.compared > 0)
  }

  @Test(
    "as many tiles as can wait for their sums keep their commands apart",
    arguments: [1, 2, 3]
  )
  func waiting(tile: Int) throws {
    let program = try SmallProgram.architecture(bits: 3)
    let options = MachineOptions(productStages: 1)
    let machine = try HardwareModule(program, part: .attention(0), tile: tile, options: options)
      .machine
    // Blocks of what is transposed are as short as a tile can be, one behind the other.
    let runs = machine.shape.schedule.tiles.split { $0.depth > max(tile, 2) }
    let longest = try #require(runs.map(\.count).max())
    #expect(longest > ArrayTiming(machine.shape.array).waiting(interval: max(tile, 2)))
    let result = try Self.verify(
      program,
      .attention(0),
      tile: tile,
      options: options,
      images: 1,
      .icarus,
      stalls: 0
    )
    #expect(result.isEqual && result.result.compared == 5 * 64, "\(result.result)")
  }

  /// When a machine is reset.
  enum Moment: CaseIterable {
    case loading, product, transposition, norm, softmax, answering

    /// The cycle of a bench that pauses neither stream.
    func cycle(_ module: HardwareModule, beats: Int, answers: Int) throws -> Int {
      // The first beat is offered when the reset is over, and one is taken in each cycle from then on.
      let loaded = 4 + beats
      func middle(_ isKind: (PanelStep.Work) -> Bool) throws -> Int {
        let number = try #require(module.panels.steps.lastIndex { isKind($0.work) })
        let step = module.machine.timing.steps[number]
        return loaded + (step.begin + step.end) / 2
      }
      return switch self {
      case .loading: 4 + beats / 2
      case .product: try middle { if case .product = $0 { true } else { false } }
      case .transposition: try middle { if case .transposition = $0 { true } else { false } }
      case .norm: try middle { if case .norm = $0 { true } else { false } }
      case .softmax: try middle { if case .softmax = $0 { true } else { false } }
      case .answering: loaded + module.machine.timing.latency + answers / 2
      }
    }
  }

  @Test("after a reset in the middle of an image the next one is whole", arguments: Moment.allCases)
  func reset(_ moment: Moment) throws {
    let program = try SmallProgram.architecture(bits: 3)
    let module = try HardwareModule(program, part: .attention(0), tile: 4)
    let vectors = try module.vectors(SmallProgram.samples(program, 1), threads: 2)
    let (beats, answers) = (vectors.inputs[0].count, vectors.outputs[0].count)
    let bench = StreamBench(
      module.design.top,
      laneBits: module.machine.laneBits,
      inputs: vectors.inputs,
      outputs: vectors.outputs,
      resets: [try moment.cycle(module, beats: beats, answers: answers)],
      patience: 1_000_000
    )
    let folder = try TemporaryFolder()
    let result = try Simulator.icarus.run(bench, images: module.design.images, in: folder.path)
    #expect(result.isEqual, "\(result)")
    #expect(result.cycles == module.machine.timing.latency...module.machine.timing.latency)
    // What was answered before the reset was compared, too.
    let before = result.compared - 5 * 64
    #expect(moment == .answering ? (1..<5 * 64).contains(before) : before == 0)
  }

  @Test(
    "a bit that is changed in a memory is caught",
    arguments: [
      ("weights.hex", 3, HardwarePart.attention(0)), ("steps.hex", 3, .attention(0)),
      ("streams_0.hex", 3, .attention(0)), ("norm_0_channels.hex", 3, .attention(0)),
      ("commands.hex", 3, .attention(0)), ("lookup_0.hex", 8, .mlp(0)),
    ]
  )
  func mutations(_ name: String, bits: Int, part: HardwarePart) throws {
    let subject = try MutatedMachine(bits: bits, part: part)
    // The highest bit of every word: a sign, the largest part of a number, or of an address.
    let isCaught = try subject.isCaught(name) { words, bits in
      words.map { $0 ^ (BigUInt(1) << (bits - 1)) }
    }
    #expect(isCaught)
  }

  @Test(
    "a wrong bit in the first command is caught: its end, what it waits for, and what comes behind",
    arguments: ["commands.hex", "row_commands.hex"]
  )
  func commands(_ name: String) throws {
    let subject = try MutatedMachine(bits: 3, part: .attention(0))
    let tiles = subject.module.machine.shape.schedule.tiles.count
    // Bit 0 ends the table; then comes a number that holds all tiles, its highest bit, and after that the
    // lowest one of the blocks that a tile needs, or of the unit that a block does.
    let needs = Int.bitWidth - tiles.leadingZeroBitCount
    for bit in [0, needs, needs + 1] {
      let isCaught = try subject.isCaught(name) { words, _ in
        [words[0] ^ (BigUInt(1) << bit)] + words.dropFirst()
      }
      #expect(isCaught, "bit \(bit)")
    }
    #expect(try !subject.isCaught(name) { words, _ in words })
  }

  @Test("a row-wise unit is enabled while a command is its own, in every lane")
  func enables() throws {
    let program = try SmallProgram.architecture(bits: 3)
    let module = try HardwareModule(program, part: .block(0), tile: 4)
    let units = module.machine.shape.schedule.rowWorks.count
    let text = try #require(module.design.files["row_unit.v"])
    func count(_ part: String) -> Int { text.split(separator: part).count - 1 }
    #expect(units == 2)
    for unit in 0..<units {
      #expect(count(".enable_i(is_enabled_\(unit))") == 4)
      #expect(count("assign is_enabled_\(unit) = (enable_i & is_working_q) & (unit_q == ") == 1)
    }
  }

  @Test("the same program gives the same bytes; Verilator and Yosys have nothing to say")
  func text() throws {
    let program = try SmallProgram.architecture(bits: 3)
    let module = try HardwareModule(program, part: .block(0), tile: 4)
    let again = try HardwareModule(
      SmallProgram.architecture(bits: 3),
      part: .block(0),
      tile: 4
    )
    #expect(module.design.files == again.design.files)
    for tool in Tool.allCases {
      try Lint.check(module.design, with: tool, in: TemporaryFolder().path)
    }
  }
}
