import BigInt
import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Weight-stationary arrays equal their cycle model")
struct WeightStationaryArrayTests {
  typealias Tile = WeightStationaryTrace.Tile

  /// Widths 1 to 8, both signs, more rows than columns and fewer, with and without product registers.
  ///
  /// Accumulators hold `products` products of any codes.
  private static let cases:
    [(rows: Int, columns: Int, IntegerType, IntegerType, products: Int, stages: Int)] = [
      (1, 1, .u(3), .i(3), 4, 0), (1, 4, .i(2), .i(2), 3, 1), (5, 1, .u(2), .u(2), 15, 0),
      (2, 2, .i(8), .i(8), 4, 1), (4, 3, .u(8), .i(8), 12, 0), (3, 5, .u(4), .i(4), 9, 1),
      (7, 2, .i(3), .u(3), 14, 0), (2, 6, .u(5), .u(6), 6, 0), (4, 4, .u(3), .i(3), 32, 0),
      (3, 4, .i(7), .u(1), 6, 1),
    ]

  private static func shape(_ index: Int) throws -> ArrayShape {
    let (rows, columns, activation, weight, products, stages) = cases[index]
    return try ArrayShape(
      rows: rows,
      columns: columns,
      rowOperand: activation,
      columnOperand: weight,
      accumulator: try ArrayShape.accumulator(products: products, of: activation, by: weight),
      productStages: stages
    )
  }

  /// A layer [tokens, inputs] · [inputs, outputs] of random and of extreme codes.
  private struct Layer {
    let tokens: Int
    let inputs: Int
    let outputs: Int
    let activations: [Int]
    let weights: [Int]

    init(
      _ tokens: Int,
      _ inputs: Int,
      _ outputs: Int,
      _ shape: ArrayShape,
      extreme: Bool,
      _ generator: inout SplitMix64
    ) {
      func codes(_ count: Int, _ type: IntegerType) -> [Int] {
        (0..<count).map { _ in
          guard extreme else { return Int.random(in: type.range, using: &generator) }
          return Int.random(in: 0..<4, using: &generator) > 0
            ? type.range.lowerBound : type.range.upperBound
        }
      }
      (self.tokens, self.inputs, self.outputs) = (tokens, inputs, outputs)
      activations = codes(tokens * inputs, shape.rowOperand)
      weights = codes(inputs * outputs, shape.columnOperand)
    }

    /// [tokens, outputs], in one piece.
    var sums: [Int] {
      (0..<tokens * outputs).map { place in
        (0..<inputs).reduce(0) {
          $0 + activations[place / outputs * inputs + $1]
            * weights[$1 * outputs + place % outputs]
        }
      }
    }

    /// The same in tiles of a shape, one below the other; zeros where the layer ends.
    func tiles(_ shape: ArrayShape) -> [[Tile]] {
      func code(_ codes: [Int], _ row: Int, _ rows: Int, _ column: Int, _ columns: Int) -> Int {
        row < rows && column < columns ? codes[row * columns + column] : 0
      }
      return stride(from: 0, to: outputs, by: shape.columns).map { output in
        var column: [Tile] = []
        for input in stride(from: 0, to: inputs, by: shape.rows) {
          column.append(
            Tile(
              vectors: tokens,
              activations: (0..<tokens * shape.rows).map {
                code(activations, $0 / shape.rows, tokens, input + $0 % shape.rows, inputs)
              },
              weights: (0..<shape.rows * shape.columns).map {
                code(
                  weights,
                  input + $0 / shape.columns,
                  inputs,
                  output + $0 % shape.columns,
                  outputs
                )
              },
              above: column.last?.sums(rows: shape.rows)
            )
          )
        }
        return column
      }
    }
  }

  /// Layers that fill the accumulator, one token or many, one tile or several.
  private static func tiles(_ index: Int, _ generator: inout SplitMix64) throws -> [Tile] {
    let shape = try shape(index)
    let deepest = cases[index].products
    let layers = [
      (1, deepest, shape.columns), (9, deepest, 2 * shape.columns + 1), (2, 1, 1),
      (shape.rows + shape.columns, min(deepest, shape.rows + 1), shape.columns), (1, 2, 1),
    ]
    return layers.enumerated().flatMap { number, layer in
      let (tokens, inputs, outputs) = layer
      let extreme = number % 2 == 0
      return Layer(tokens, inputs, outputs, shape, extreme: extreme, &generator)
        .tiles(shape).joined()
    }
  }

  private static func trace(_ index: Int, pauses: Int = 0, seed: UInt64) throws -> Trace {
    var generator = SplitMix64(seed: seed)
    return try WeightStationaryTrace.trace(
      WeightStationaryArray(shape(index)),
      tiles: tiles(index, &generator),
      pausesPerThousand: pauses,
      using: &generator
    )
  }

  /// Every shape without a gap, with pauses of vectors and of weights, and with an enable that falls.
  static func play(seed: UInt64 = 7) throws -> Play {
    Play(
      traces: try cases.indices.flatMap { index in
        let paused = try trace(index, pauses: 300, seed: seed)
        return [
          try trace(index, seed: seed), paused, paused.stalled(perThousand: 400, seed: seed),
        ]
      }
    )
  }

  @Test("every sum in its cycle", .needsTools, arguments: [7, 8])
  func sums(_ seed: UInt64) throws {
    let results = try Self.play(seed: seed).expectAgreement(in: .icarus)
    #expect(results.contains { $0.stalls > 10 })
  }

  @Test("tiles that are added up in time give the layer's product", arguments: cases.indices)
  func layers(_ index: Int) throws {
    let shape = try Self.shape(index)
    var generator = SplitMix64(seed: UInt64(index))
    let layer = Layer(6, 2 * shape.rows + 1, shape.columns + 1, shape, extreme: false, &generator)
    let columns = layer.tiles(shape)
    #expect(columns.map(\.count) == [3, 3])
    let sums = layer.sums
    for (number, column) in columns.enumerated() {
      let last = try #require(column.last).sums(rows: shape.rows)
      for token in 0..<layer.tokens {
        for output in number * shape.columns..<min((number + 1) * shape.columns, layer.outputs) {
          #expect(
            last[token * shape.columns + output - number * shape.columns]
              == sums[token * layer.outputs + output]
          )
        }
      }
    }
  }

  @Test("tiles follow each other in the cycles of the closed form", arguments: cases.indices)
  func closedForm(_ index: Int) throws {
    let shape = try Self.shape(index)
    let timing = WeightStationaryTiming(shape)
    var generator = SplitMix64(seed: 3)
    let tiles = try Self.tiles(index, &generator)
    let trace = try WeightStationaryTrace.trace(
      WeightStationaryArray(shape),
      tiles: tiles,
      using: &generator
    )
    let names = trace.inputs.map(\.name)
    let (swap, valid) = (
      try #require(names.firstIndex(of: "swap_i")), try #require(names.firstIndex(of: "valid_i"))
    )
    let cycles = trace.cycles.drop { $0.inputs[0] == 0 }
    let starts = cycles.indices.filter {
      cycles[$0].inputs[swap] == 1 && cycles[$0].inputs[valid] == 1
    }
    #expect(starts.map { $0 - cycles.startIndex } == timing.starts(tiles.map(\.vectors)))
    let last = try #require(cycles.lastIndex { $0.outputs[1].contains(1) })
    #expect(last - cycles.startIndex + 1 == timing.cycles(tiles: tiles.map(\.vectors)))
  }

  @Test("a sum of the tile above is there when the next tile wants it", arguments: cases.indices)
  func feedback(_ index: Int) throws {
    let timing = WeightStationaryTiming(try Self.shape(index))
    for vectors in 1...20 {
      let second = timing.starts([vectors, vectors])[1]
      for (vector, column) in [(0, 0), (vectors - 1, timing.shape.columns - 1)] {
        let leaves = timing.cycle(ofColumn: column, vector: timing.shape.rows + vector)
        #expect(leaves <= second + vector + timing.sumDelay + column)
      }
    }
  }

  @Test(
    "an array of element modules shows the same in every cycle, whatever enters",
    .needsTools,
    arguments: [1, 4, 5, 6]
  )
  func grid(_ index: Int) throws {
    let paused = try Self.trace(index, pauses: 200, seed: 11)
    let compared = Trace(
      try DoubleBufferedGrid(Self.shape(index)).comparison(),
      lanes: [1],
      cycles: paused.cycles.map { Trace.Cycle(inputs: $0.inputs, outputs: [[1]]) }
    )
    #expect(compared.knownCount == paused.cycles.count)
    try Play(traces: [compared.stalled(perThousand: 200, seed: 3)]).expectAgreement(in: .icarus)
  }

  /// The columns that show a wrong sum when the inputs of some cycles are changed, of two tiles of one vector each,
  /// all of whose weights differ.
  ///
  /// Rows of weights enter in cycles 0...2 and a vector in cycle 3; rows in 4...6, a vector in 7.
  private static func wrong(
    _ change: (inout [[String: BigUInt]]) -> Void = { _ in }
  ) throws -> [Int] {
    let shape = try ArrayShape(
      rows: 3,
      columns: 2,
      rowOperand: .u(3),
      columnOperand: .i(4),
      accumulator: .i(12)
    )
    var generator = SplitMix64(seed: 1)
    let trace = try WeightStationaryTrace.trace(
      WeightStationaryArray(shape),
      tiles: [[1, 2, 3, 4, 5, 6], [-1, -2, -3, -4, -5, -6]].map {
        Tile(vectors: 1, activations: [1, 2, 4], weights: $0)
      },
      using: &generator
    )
    let (resets, names) = (2, trace.inputs.map(\.name))
    var inputs = trace.cycles.dropFirst(resets).map { cycle in
      Dictionary(uniqueKeysWithValues: zip(names, cycle.inputs))
    }
    change(&inputs)
    var cycles = trace.cycles
    for (index, values) in inputs.enumerated() {
      cycles[resets + index].inputs = names.compactMap { values[$0] }
    }
    let changed = Trace(trace.module, lanes: trace.lanes, cycles: cycles)
    let folder = try TemporaryFolder()
    return try Simulator.icarus.run(TraceBench([changed]), in: folder.path)
      .flatMap { $0.mismatches.map(\.lane) }
  }

  @Test("weights that enter a cycle before they may are wrong, so the bound is tight", .needsTools)
  func earlyWeights() throws {
    // The row that is too early overwrites what column 1, a cycle behind column 0, swaps with.
    let wrong = try Self.wrong { inputs in
      for cycle in 3...5 {
        for name in ["load_i", "weight_i"] { inputs[cycle][name] = inputs[cycle + 1][name] }
      }
      inputs[6]["load_i"] = 0
    }
    #expect(wrong == [1])
  }

  @Test("a swap is with its vector, neither before the last row of weights nor later", .needsTools)
  func swaps() throws {
    #expect(try Self.wrong() == [])
    func swapped(_ swaps: [Int: BigUInt]) throws -> [Int] {
      try Self.wrong { inputs in
        for (cycle, value) in swaps { inputs[cycle]["swap_i"] = value }
      }
    }
    // It reaches column 1 when the last row of weights is there.
    #expect(try swapped([2: 1, 3: 0]) == [0])
    #expect(try swapped([2: 0, 3: 0, 4: 1]) == [0, 1])
    #expect(try swapped([7: 0, 8: 1]) == [0, 1])
    // One more where no vector follows before the next is nothing.
    #expect(try swapped([2: 1, 5: 1, 6: 1, 8: 1]) == [])
  }

  @Test(
    "no tool has anything to say about arrays and elements",
    .needsTools,
    arguments: Tool.allCases
  )
  func lint(_ tool: Tool) throws {
    let shapes = try Self.cases.indices.map(Self.shape)
    try expectNoComplaint(
      shapes.flatMap {
        [try WeightStationaryArray($0).module(), try DoubleBufferedElement($0).module()]
      },
      tool
    )
  }

  @Test("the same shape gives the same bytes")
  func deterministic() throws {
    for index in Self.cases.indices {
      let array = WeightStationaryArray(try Self.shape(index))
      #expect(try array.module().text == array.module().text)
    }
  }

  @Test(
    "a layer's cycles are those of its tiles, and those of a few tokens those of the weights"
  )
  func layerCycles() throws {
    let timing = WeightStationaryTiming(
      try ArrayShape(
        rows: 8,
        columns: 4,
        rowOperand: .u(3),
        columnOperand: .i(3),
        accumulator: .i(16)
      )
    )
    // 3 tiles deep, 2 wide, of 50 cycles; 8 for the first weights, 12 from a vector to the last column.
    #expect(timing.cycles(tokens: 50, inputs: 17, outputs: 8) == 8 + 6 * 50 - 1 + 12 + 1)
    // One token: a tile takes 3 cycles of swap and 8 of weights.
    #expect(timing.cycles(tokens: 1, inputs: 17, outputs: 8) == 8 + 5 * 11 + 12 + 1)
    #expect(timing.cycles(tokens: 11, inputs: 8, outputs: 8) == 8 + 11 + 11 - 1 + 12 + 1)
    #expect(timing.cycles(tiles: []) == 0)
  }

  /// A layer [tokens, inputs] · [inputs, outputs], and its cycles where sums stay and where weights do.
  struct LayerCycles {
    let tokens: Int
    let inputs: Int
    let outputs: Int
    let sumsStay: Int
    let weightsStay: Int
  }

  @Test(
    "16 x 16 elements take the cycles of Docs/Hardware/WeightStationary.md for a layer",
    arguments: [
      LayerCycles(tokens: 50, inputs: 96, outputs: 288, sumsStay: 6_960, weightsStay: 5_448),
      LayerCycles(tokens: 197, inputs: 384, outputs: 1152, sumsStay: 359_472, weightsStay: 340_464),
      LayerCycles(tokens: 64, inputs: 128, outputs: 128, sumsStay: 4_144, weightsStay: 4_144),
      LayerCycles(tokens: 197, inputs: 40, outputs: 197, sumsStay: 6_808, weightsStay: 7_731),
      LayerCycles(tokens: 1, inputs: 384, outputs: 1000, sumsStay: 24_240, weightsStay: 46_890),
    ]
  )
  func documented(_ layer: LayerCycles) throws {
    let shape = try ArrayShape(
      rows: 16,
      columns: 16,
      rowOperand: .u(3),
      columnOperand: .i(3),
      accumulator: try ArrayShape.accumulator(products: layer.inputs, of: .u(3), by: .i(3))
    )
    let tiles = (layer.tokens + 15) / 16 * ((layer.outputs + 15) / 16)
    #expect(
      ArrayTiming(shape).cycles(tiles: Array(repeating: layer.inputs, count: tiles))
        == layer.sumsStay
    )
    #expect(
      WeightStationaryTiming(shape)
        .cycles(tokens: layer.tokens, inputs: layer.inputs, outputs: layer.outputs)
        == layer.weightsStay
    )
  }
}
