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

  @Test("a block on arrays that its extents do not divide", arguments: [1, 3, 7])
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

  @Test("a whole small network, from codes to logits, in Icarus")
  func network() throws {
    let result = try Self.verify(
      SmallProgram.architecture(bits: 3),
      .network,
      tile: 8,
      images: 1,
      .icarus,
      stalls: 50
    )
    #expect(result.result.compared == 1000)
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
    "a bit that is changed in a memory is caught",
    arguments: [
      "weights.hex", "steps.hex", "streams_0.hex", "norm_0_channels.hex",
    ]
  )
  func mutations(_ name: String) throws {
    let program = try SmallProgram.architecture(bits: 3)
    let module = try HardwareModule(program, part: .attention(0), tile: 4)
    let vectors = try module.vectors(SmallProgram.samples(program, 1), threads: 2)
    let bench = StreamBench(
      module.design.top,
      laneBits: module.machine.laneBits,
      inputs: vectors.inputs,
      outputs: vectors.outputs,
      patience: 1_000_000
    )
    let images = module.design.images.map { image -> Verilog.MemoryImage in
      guard image.name == name else { return image }
      // The highest bit of every word: a sign, or the largest part of a number.
      let flipped = image.words.map { $0 ^ (BigUInt(1) << (image.bits - 1)) }
      return Verilog.MemoryImage(name, bits: image.bits, words: flipped)
    }
    #expect(images != module.design.images, "no image is called \(name)")
    let folder = try TemporaryFolder()
    let result = try Simulator.icarus.run(bench, images: images, in: folder.path)
    #expect(result.mismatched > 0)
    #expect(!result.mismatches.isEmpty)
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
