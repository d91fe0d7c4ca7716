import BigInt
import IntaglioHardware
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Systolic arrays equal their cycle model")
struct SystolicArrayTests {
  /// Widths 2 to 8, both signs, dimensions that divide nothing, with and without a product register.
  private static func shapes() throws -> [ArrayShape] {
    func shape(
      _ rows: Int,
      _ columns: Int,
      _ row: IntegerType,
      _ column: IntegerType,
      _ accumulator: IntegerType,
      _ stages: Int = 0,
      products: Int = 1
    ) throws -> ArrayShape {
      try ArrayShape(
        rows: rows,
        columns: columns,
        rowOperand: row,
        columnOperand: column,
        accumulator: accumulator,
        productStages: stages,
        splitsSums: rows > 2,
        products: products
      )
    }
    return [
      try shape(1, 1, .u(3), .i(3), .i(12)), try shape(1, 4, .i(2), .i(2), .i(9)),
      try shape(5, 1, .u(2), .u(2), .u(10)), try shape(2, 2, .i(8), .i(8), .i(22), 1),
      try shape(4, 3, .u(8), .i(8), .i(24)), try shape(3, 5, .u(4), .i(4), .i(14), 1),
      try shape(7, 2, .i(3), .u(3), .i(13)), try shape(2, 6, .u(5), .u(6), .i(20)),
      try shape(4, 4, .u(3), .i(3), .i(12)), try shape(4, 4, .i(7), .u(1), .i(15), 1),
      try shape(2, 3, .u(3), .i(3), .i(12), products: 2),
      try shape(4, 2, .u(2), .u(4), .u(14), 1, products: 4),
      try shape(3, 4, .i(4), .i(3), .i(15), products: 8),
    ]
  }

  /// Tiles of many lengths, fewer slices than rows among them, of random and of extreme codes.
  private static func tiles(_ shape: ArrayShape, _ generator: inout SplitMix64) -> [ArrayTrace.Tile]
  {
    let longest = 1 << (shape.accumulator.bits - shape.rowOperand.bits - shape.columnOperand.bits)
    return [1, 7, 2, 1, 1, 9, shape.rows, 3].enumerated().map { index, wanted in
      let slices = TileSchedule.words(min(wanted, longest), products: shape.products)
      func codes(_ count: Int, _ type: IntegerType) -> [Int] {
        (0..<count).map { _ in
          switch index % 4 {
          case 1: type.range.lowerBound
          case 2: Bool.random(using: &generator) ? type.range.lowerBound : type.range.upperBound
          default: Int.random(in: type.range, using: &generator)
          }
        }
      }
      return ArrayTrace.Tile(
        slices: slices,
        rows: codes(shape.rows * slices, shape.rowOperand),
        columns: codes(shape.columns * slices, shape.columnOperand)
      )
    }
  }

  /// Every shape without and with stalls.
  private static func traces(seed: UInt64) throws -> [Trace] {
    var generator = SplitMix64(seed: seed)
    return try shapes().flatMap { shape in
      let array = SystolicArray(shape)
      let trace = ArrayTrace.trace(
        array,
        tiles: tiles(shape, &generator),
        module: try array.module(),
        using: &generator
      )
      return [trace, trace.stalled(perThousand: 400, seed: seed)]
    }
  }

  static func play() throws -> Play { Play(traces: try traces(seed: 7)) }

  @Test("every sum in its cycle", .needsTools)
  func sums() throws {
    let results = try Self.play().expectAgreement(in: .icarus)
    #expect(results.contains { $0.stalls > 10 })
  }

  @Test(
    "an array of element modules shows the same in every cycle",
    .needsTools,
    arguments: [(0, 1), (1, 1), (0, 4), (1, 2)]
  )
  func grid(_ stages: Int, products: Int) throws {
    let shape = try ArrayShape(
      rows: 4,
      columns: 4,
      rowOperand: .u(3),
      columnOperand: .i(3),
      accumulator: .i(12),
      productStages: stages,
      splitsSums: stages == 0,
      products: products
    )
    var generator = SplitMix64(seed: 11)
    let array = SystolicArray(shape)
    let whole = ArrayTrace.trace(
      array,
      tiles: Self.tiles(shape, &generator),
      module: try array.module(),
      using: &generator
    )
    let sums = Trace(
      try ElementGrid(shape).module(),
      lanes: [4],
      cycles: whole.cycles.map { Trace.Cycle(inputs: $0.inputs, outputs: [$0.outputs[0]]) }
    )
    let traces = [whole, sums].map { $0.stalled(perThousand: 200, seed: 3) }
    let folder = try TemporaryFolder()
    let results = try Simulator.icarus.run(TraceBench(traces), in: folder.path)
    for (trace, result) in zip(traces, results) {
      result.expectAgreement(with: trace, trace.module.name)
    }
  }

  @Test(
    "no tool has anything to say about arrays and elements",
    .needsTools,
    arguments: Tool.allCases
  )
  func lint(_ tool: Tool) throws {
    let folder = try TemporaryFolder()
    for shape in try Self.shapes() {
      for module in [try SystolicArray(shape).module(), try ProcessingElement(shape).module()] {
        try Lint.check(try Verilog.Design(module), with: tool, in: folder.path)
      }
    }
  }

  @Test("a wrong sum, and a sum one cycle late, are reported with their place", .needsTools)
  func wrongExpectation() throws {
    let shape = try ArrayShape(
      rows: 2,
      columns: 2,
      rowOperand: .u(2),
      columnOperand: .u(2),
      accumulator: .u(6)
    )
    var generator = SplitMix64(seed: 5)
    let array = SystolicArray(shape)
    let trace = ArrayTrace.trace(
      array,
      tiles: [ArrayTrace.Tile(slices: 2, rows: [1, 2, 3, 0], columns: [1, 2, 3, 1])],
      module: try array.module(),
      using: &generator
    )
    let first = try #require(trace.cycles.firstIndex { $0.outputs[0][1] != nil })
    var (wrong, late) = (trace.cycles, trace.cycles)
    wrong[first].outputs[0][1] = try #require(wrong[first].outputs[0][1]) ^ 4
    late[first + 1].outputs = late[first].outputs
    let traces = [wrong, late].map { Trace(trace.module, lanes: trace.lanes, cycles: $0) }
    let folder = try TemporaryFolder()
    let results = try Simulator.icarus.run(TraceBench(traces), in: folder.path)
    #expect(results[0].mismatched == 1)
    #expect(results[0].mismatches.map(\.cycle) == [first])
    #expect(results[0].mismatches.map(\.output) == ["sum_o"])
    #expect(results[0].mismatches.map(\.lane) == [1])
    #expect(results[1].mismatched > 0)
  }

  @Test("the same shape gives the same bytes")
  func deterministic() throws {
    for shape in try Self.shapes() {
      #expect(try SystolicArray(shape).module().text == SystolicArray(shape).module().text)
    }
  }

  @Test("shapes that cannot be built say why")
  func badShapes() {
    func shape(
      rows: Int = 2,
      row: IntegerType = .u(3),
      accumulator: IntegerType = .i(12),
      stages: Int = 0
    ) throws -> ArrayShape {
      try ArrayShape(
        rows: rows,
        columns: 2,
        rowOperand: row,
        columnOperand: .i(3),
        accumulator: accumulator,
        productStages: stages
      )
    }
    #expect(throws: ArrayShapeError.extent("rows", 0)) { try shape(rows: 0) }
    #expect(throws: ArrayShapeError.extent("rows", 257)) { try shape(rows: 257) }
    #expect(throws: ArrayShapeError.operand(.u(10))) { try shape(row: .u(10)) }
    #expect(throws: ArrayShapeError.productStages(2)) { try shape(stages: 2) }
    #expect(throws: ArrayShapeError.unsignedAccumulator(.u(12))) { try shape(accumulator: .u(12)) }
    #expect(throws: ArrayShapeError.narrowAccumulator(.i(5), expected: .signed(6))) {
      try shape(accumulator: .i(5))
    }
    #expect(throws: Never.self) { try shape(accumulator: .i(6)) }
  }

  @Test("the array is busy in every cycle when tiles are as long as it is high")
  func utilization() throws {
    let shape = try ArrayShape(
      rows: 4,
      columns: 3,
      rowOperand: .u(3),
      columnOperand: .i(3),
      accumulator: .i(12)
    )
    let timing = ArrayTiming(shape)
    #expect(timing.starts([4, 4, 4]) == [0, 4, 8])
    #expect(timing.starts([9, 5, 4]) == [0, 9, 14])
    // A shorter one waits until the tile before has left: last slices 4 cycles apart.
    #expect(timing.starts([4, 1, 1]) == [0, 7, 11])
    #expect(timing.cycles(tiles: []) == 0)
  }

  @Test(
    "as many tiles wait for their sums as the closed form says, and never more",
    arguments: [1, 2, 3, 4, 7, 16, 255, 256],
    [0, 1]
  )
  func waiting(extent: Int, stages: Int) throws {
    let shape = try ArrayShape(
      rows: extent,
      columns: extent,
      rowOperand: .u(3),
      columnOperand: .i(3),
      accumulator: .i(16),
      productStages: stages
    )
    let timing = ArrayTiming(shape)
    func most(_ tiles: [Int], apart interval: Int) -> Int {
      // Each takes `interval` cycles at least, its slices in the last of them.
      var end = 0
      let waits = tiles.map { slices in
        end += max(slices, interval)
        let gone = timing.cycle(
          ofRow: 0,
          column: extent - 1,
          first: end + 2 - slices,
          slices: slices
        )
        return end + 1...gone
      }
      return waits.map { wait in waits.count { $0.contains(wait.lowerBound) } }.max() ?? 0
    }
    let interval = max(extent, 2)
    let bound = timing.waiting(interval: interval)
    #expect(bound <= 4)
    #expect(most(Array(repeating: 1, count: 9), apart: interval) == bound)
    #expect(most(Array(repeating: interval, count: 9), apart: interval) == bound)
    #expect(most([1, 9, 300, 1, 2, 1, 1, 700, 1], apart: interval) <= bound)
    // Half as far apart more would wait: the bound is about the distance.
    #expect(most(Array(repeating: 1, count: 9), apart: interval / 2) > bound)
  }
}
