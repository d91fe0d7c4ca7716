import BigInt
import IntaglioHardware
import IntaglioNumerics

/// What the ports of `WeightStationaryArray` carry, filled tile by tile; random codes and tokens where
/// nothing was put and nobody reads.
struct WeightStationaryPorts {
  /// The inputs of a cycle.
  private struct Inputs {
    var row: [Int]
    var swap: Bool
    var clear: Bool
    var isValid = false
    var weight: [Int]
    var load = false
    var sum: [Int]
  }

  private let timing: WeightStationaryTiming
  private var inputs: [Inputs]
  private var outputs: [[[BigUInt?]]]

  private var shape: ArrayShape { timing.shape }

  init(
    _ timing: WeightStationaryTiming,
    cycles: Int,
    using generator: inout some RandomNumberGenerator
  ) {
    let shape = timing.shape
    func noise(_ type: IntegerType, _ count: Int) -> [Int] {
      (0..<count).map { _ in Int.random(in: type.range, using: &generator) }
    }
    self.timing = timing
    inputs = (0..<cycles).map { _ in
      Inputs(
        row: noise(shape.rowOperand, shape.rows),
        swap: Bool.random(using: &generator),
        clear: Bool.random(using: &generator),
        weight: noise(shape.columnOperand, shape.columns),
        sum: noise(shape.accumulator, shape.columns)
      )
    }
    let quiet: [[BigUInt?]] = [
      Array(repeating: nil, count: shape.columns), Array(repeating: 0, count: shape.columns),
    ]
    outputs = Array(repeating: quiet, count: cycles)
  }

  /// The rows of weights enter in these cycles, the lowest one first.
  mutating func load(_ tile: WeightStationaryTrace.Tile, in cycles: [Int]) {
    let columns = shape.columns
    for (row, cycle) in zip((0..<shape.rows).reversed(), cycles) {
      inputs[cycle].load = true
      inputs[cycle].weight = Array(tile.weights[row * columns..<(row + 1) * columns])
    }
  }

  /// The vectors enter in these cycles, and between them nothing swaps.
  mutating func play(_ tile: WeightStationaryTrace.Tile, in cycles: [Int]) {
    let (rows, columns) = (shape.rows, shape.columns)
    let sums = tile.sums(rows: rows)
    if let first = cycles.first, let last = cycles.last {
      for cycle in first...last { inputs[cycle].swap = cycle == first }
    }
    for (vector, cycle) in cycles.enumerated() {
      inputs[cycle].isValid = true
      inputs[cycle].clear = tile.above == nil
      inputs[cycle].row = Array(tile.activations[vector * rows..<(vector + 1) * rows])
      for column in 0..<columns {
        let place = vector * columns + column
        if let above = tile.above {
          inputs[cycle + timing.sumDelay + column].sum[column] = above[place]
        }
        let leaving = timing.cycle(ofColumn: column, vector: cycle)
        outputs[leaving][0][column] = word([sums[place]], shape.accumulator)
        outputs[leaving][1][column] = 1
      }
    }
  }

  var cycles: [Trace.Cycle] {
    zip(inputs, outputs).map { Trace.Cycle(inputs: words($0, isReset: false), outputs: $1) }
  }

  /// A cycle under reset.
  var reset: Trace.Cycle {
    let unknown: [BigUInt?] = Array(repeating: nil, count: shape.columns)
    return Trace.Cycle(
      inputs: inputs.first.map { words($0, isReset: true) } ?? [],
      outputs: [unknown, unknown]
    )
  }

  /// In the order of the ports.
  private func words(_ inputs: Inputs, isReset: Bool) -> [BigUInt] {
    [
      isReset ? 0 : 1, 1, word(inputs.row, shape.rowOperand), inputs.swap ? 1 : 0,
      inputs.clear ? 1 : 0, inputs.isValid ? 1 : 0, word(inputs.weight, shape.columnOperand),
      inputs.load ? 1 : 0, word(inputs.sum, shape.accumulator),
    ]
  }

  private func word(_ codes: [Int], _ type: IntegerType) -> BigUInt {
    Verilog.PackedWord(codes, Verilog.SignalType(type)).pattern
  }
}
