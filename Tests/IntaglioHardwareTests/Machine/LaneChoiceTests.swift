import Intaglio
import IntaglioHardware
import IntaglioTestSupport
import Testing

@Suite("Machines with fewer units than lanes, and with more products than elements", .needsTools)
struct LaneChoiceTests {
  /// Verifies a part of a small program with units for some lanes.
  private static func verify(
    bits: Int,
    _ part: HardwarePart,
    tile: Int,
    _ rowLanes: LaneChoice,
    _ drainLanes: LaneChoice,
    products: Int = 1,
    options: MachineOptions = MachineOptions(),
    images: Int = 1
  ) throws -> HardwareVerification {
    let program = try SmallProgram.architecture(bits: bits)
    var options = options
    (options.rowLanes, options.drainLanes, options.products) = (rowLanes, drainLanes, products)
    let module = try HardwareModule(program, part: part, tile: tile, options: options)
    for tool in Tool.allCases {
      try Lint.check(module.design, with: tool, in: TemporaryFolder().path)
    }
    let vectors = try module.vectors(SmallProgram.samples(program, images), threads: 2)
    let folder = try TemporaryFolder()
    return try module.verify(vectors, simulator: .icarus, stalls: 100, seed: 5, in: folder.path)
  }

  @Test(
    "equal bit for bit and cycle for cycle",
    arguments: [
      (4, 2, 4), (4, 1, 1), (4, 4, 2), (4, 2, 1), (6, 3, 2), (6, 2, 3), (8, 1, 8), (5, 5, 1),
    ]
  )
  func lanes(tile: Int, rowLanes: Int, drainLanes: Int) throws {
    let result = try Self.verify(
      bits: 3,
      .block(0),
      tile: tile,
      .count(rowLanes),
      .count(drainLanes),
      images: 2
    )
    #expect(result.isEqual && result.result.compared == 2 * 5 * 64, "\(result.result)")
  }

  @Test("tables of functions, and codes of 8 bits, in groups of columns", arguments: [1, 2])
  func lookups(drainLanes: Int) throws {
    let result = try Self.verify(bits: 8, .mlp(0), tile: 4, .all, .count(drainLanes))
    #expect(result.isEqual && result.result.compared == 5 * 64, "\(result.result)")
  }

  @Test("the same numbers take longer with fewer units, and a network is equal, too")
  func network() throws {
    let fewer = try Self.verify(bits: 3, .network, tile: 8, .count(2), .count(2))
    let all = try Self.verify(bits: 3, .network, tile: 8, .all, .all)
    #expect(fewer.isEqual && all.isEqual, "\(fewer.result)")
    #expect(fewer.expectedCycles > all.expectedCycles)
  }

  @Test(
    "elements of several products: the same numbers in fewer cycles",
    arguments: [(4, 2, 4), (4, 4, 2), (8, 2, 8), (8, 8, 1), (6, 2, 3)]
  )
  func products(tile: Int, products: Int, lanes: Int) throws {
    let some = try Self.verify(
      bits: 3,
      .block(0),
      tile: tile,
      .count(lanes),
      .count(lanes),
      products: products,
      images: 2
    )
    #expect(some.isEqual && some.result.compared == 2 * 5 * 64, "\(some.result)")
    let one = try Self.verify(bits: 3, .block(0), tile: tile, .count(lanes), .count(lanes))
    #expect(some.expectedCycles < one.expectedCycles)
  }

  @Test("several products with weights from a stream, registers behind products, and split sums")
  func productsOfOptions() throws {
    let result = try Self.verify(
      bits: 8,
      .mlp(0),
      tile: 4,
      .all,
      .count(2),
      products: 4,
      options: MachineOptions(productStages: 1, splitsSums: true, hasLoadableWeights: true)
    )
    #expect(result.isEqual && result.result.compared == 5 * 64, "\(result.result)")
  }

  @Test("a network with several products, whose patches and classes they do not divide")
  func productsOfNetwork() throws {
    let result = try Self.verify(bits: 3, .network, tile: 8, .count(4), .count(4), products: 8)
    #expect(result.isEqual && result.result.compared == 1000, "\(result.result)")
  }

  @Test("as many as are enough: at most a tenth slower, and not all", arguments: [8, 16])
  func automatic(tile: Int) throws {
    let architecture = try ViTArchitecture(
      named: "deit-s",
      bits: 3,
      imageSize: 64,
      depth: 1,
      width: 256
    )
    let options = ProgramOptions(nonlinear: .integer(IntegerOnlyOptions()))
    let program = try Program(architecture, options, threads: 2)
    func cost(_ choice: LaneChoice) throws -> MachineCost {
      MachineCost(
        try HardwareModule(
          program,
          part: .mlp(0),
          tile: tile,
          options: MachineOptions(rowLanes: choice, drainLanes: choice)
        ).machine
      )
    }
    let (all, some) = (try cost(.all), try cost(.automatic))
    #expect(all.rowLanes == tile && all.drainLanes == tile)
    #expect(some.rowLanes < tile && some.drainLanes < tile)
    #expect(some.cycles >= all.cycles && Double(some.cycles) <= 1.1 * Double(all.cycles))
  }

  @Test("lanes that do not divide those of the array are refused")
  func refused() throws {
    let program = try SmallProgram.architecture(bits: 3)
    func machine(_ options: MachineOptions) throws -> HardwareModule {
      try HardwareModule(program, part: .block(0), tile: 4, options: options)
    }
    for lanes in [0, 3, 8, -1] {
      #expect(throws: TileScheduleError.rowLanes(lanes, tile: 4)) {
        try machine(MachineOptions(rowLanes: .count(lanes)))
      }
      #expect(throws: TileMachineError.drainLanes(lanes, tile: 4)) {
        try machine(MachineOptions(drainLanes: .count(lanes)))
      }
      #expect(throws: TileScheduleError.products(lanes, tile: 4)) {
        try machine(MachineOptions(products: lanes))
      }
    }
  }
}
