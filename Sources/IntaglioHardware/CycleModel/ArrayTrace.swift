import BigInt
import IntaglioNumerics

/// Products of matrices through a systolic array, as its ports see them.
public struct ArrayTrace: Sendable {
  /// One tile: row operands `[rows, slices]` and column operands `[slices, columns]`, row-major.
  public struct Tile: Hashable, Sendable {
    public let slices: Int
    public let rows: [Int]
    public let columns: [Int]

    /// - Precondition: both fill a whole number of rows or columns of `slices`.
    public init(slices: Int, rows: [Int], columns: [Int]) {
      precondition(slices > 0 && rows.count % slices == 0 && columns.count % slices == 0)
      (self.slices, self.rows, self.columns) = (slices, rows, columns)
    }

    /// Σⱼ rows[row, j]·columns[j, column].
    func sum(row: Int, column: Int) -> Int {
      let width = columns.count / slices
      return (0..<slices).reduce(0) {
        $0 + rows[row * slices + $1] * columns[$1 * width + column]
      }
    }
  }

  private static let resetCycles = 2

  /// The trace of `tiles` as close to each other as the drain allows, with a reset before.
  ///
  /// - Parameters:
  ///   - array: the array; every tile fits it.
  ///   - tiles: whose sums the accumulator holds.
  ///   - module: what has the ports of `array`; often its own.
  ///   - generator: of the operands in cycles that belong to no tile.
  /// - Returns: the trace, every sum and every valid bit known.
  public static func trace(
    _ array: SystolicArray,
    tiles: [Tile],
    module: Verilog.Module,
    using generator: inout some RandomNumberGenerator
  ) -> Trace {
    let (shape, timing) = (array.shape, ArrayTiming(array.shape))
    let length = timing.cycles(tiles: tiles.map(\.slices)) + 2
    func noise(_ type: IntegerType, _ count: Int) -> [Int] {
      (0..<count).map { _ in Int.random(in: type.range, using: &generator) }
    }
    func inputs(
      _ rows: [Int],
      _ columns: [Int],
      first: Bool,
      last: Bool,
      isReset: Bool
    ) -> [BigUInt] {
      [
        isReset ? 0 : 1, 1, word(rows, shape.rowOperand), word(columns, shape.columnOperand),
        first ? 1 : 0, last ? 1 : 0,
      ]
    }
    let unknown: [BigUInt?] = Array(repeating: nil, count: shape.columns)
    let quiet: [BigUInt?] = Array(repeating: 0, count: shape.columns)
    var cycles = (0..<length).map { _ in
      Trace.Cycle(
        inputs: inputs(
          noise(shape.rowOperand, shape.rows),
          noise(shape.columnOperand, shape.columns),
          first: Bool.random(using: &generator),
          last: false,
          isReset: false
        ),
        outputs: [unknown, quiet]
      )
    }
    for (tile, start) in zip(tiles, timing.starts(tiles.map(\.slices))) {
      let slices = tile.slices
      for slice in 0..<slices {
        cycles[start + slice].inputs = inputs(
          (0..<shape.rows).map { tile.rows[$0 * slices + slice] },
          Array(tile.columns[slice * shape.columns..<(slice + 1) * shape.columns]),
          first: slice == 0,
          last: slice == slices - 1,
          isReset: false
        )
      }
      for row in 0..<shape.rows {
        for column in 0..<shape.columns {
          let place = timing.cycle(ofRow: row, column: column, first: start, slices: slices)
          let sum = tile.sum(row: row, column: column)
          cycles[place].outputs[0][column] = word([sum], shape.accumulator)
          cycles[place].outputs[1][column] = 1
        }
      }
    }
    var resets: [Trace.Cycle] = []
    for _ in 0..<resetCycles {
      var cycle = cycles[0]
      cycle.inputs[0] = 0
      cycle.outputs = [unknown, unknown]
      resets.append(cycle)
    }
    return Trace(
      module,
      lanes: [shape.columns, shape.columns],
      cycles: resets + cycles
    )
  }

  private static func word(_ codes: [Int], _ type: IntegerType) -> BigUInt {
    Verilog.PackedWord(codes, Verilog.SignalType(type)).pattern
  }
}
