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
  ///   - tiles: whose sums the accumulator holds, each of a multiple of the slices that an element takes at once.
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
    let taken = tiles.map { $0.slices / shape.products }
    let length = timing.cycles(tiles: taken) + 2
    var cycles = (0..<length).map { _ in noise(shape, using: &generator) }
    for (tile, start) in zip(tiles, timing.starts(taken)) {
      play(tile, from: start, shape, timing, &cycles)
    }
    var reset = cycles[0]
    reset.inputs[0] = 0
    reset.outputs = [unknown(shape), unknown(shape)]
    return Trace(
      module,
      lanes: [shape.columns, shape.columns],
      cycles: Array(repeating: reset, count: resetCycles) + cycles
    )
  }

  private static func unknown(_ shape: ArrayShape) -> [BigUInt?] {
    Array(repeating: nil, count: shape.columns)
  }

  /// A cycle that belongs to no tile: no sum leaves.
  private static func noise(
    _ shape: ArrayShape,
    using generator: inout some RandomNumberGenerator
  ) -> Trace.Cycle {
    func codes(_ type: IntegerType, _ count: Int) -> [Int] {
      (0..<count).map { _ in Int.random(in: type.range, using: &generator) }
    }
    let (rows, columns) = (
      codes(shape.rowOperand, shape.rows * shape.products),
      codes(shape.columnOperand, shape.columns * shape.products)
    )
    let first = Bool.random(using: &generator)
    return Trace.Cycle(
      inputs: inputs(shape, rows, columns, first: first, last: false),
      outputs: [unknown(shape), Array(repeating: 0, count: shape.columns)]
    )
  }

  /// The slices of `tile`, the first one in cycle `start`, and its sums.
  private static func play(
    _ tile: Tile,
    from start: Int,
    _ shape: ArrayShape,
    _ timing: ArrayTiming,
    _ cycles: inout [Trace.Cycle]
  ) {
    let (products, slices) = (shape.products, tile.slices / shape.products)
    for slice in 0..<slices {
      let together = slice * products..<(slice + 1) * products
      cycles[start + slice].inputs = inputs(
        shape,
        (0..<shape.rows).flatMap { row in together.map { tile.rows[row * tile.slices + $0] } },
        (0..<shape.columns).flatMap { column in
          together.map { tile.columns[$0 * shape.columns + column] }
        },
        first: slice == 0,
        last: slice == slices - 1
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

  /// Reset, enable, operands and tokens.
  private static func inputs(
    _ shape: ArrayShape,
    _ rows: [Int],
    _ columns: [Int],
    first: Bool,
    last: Bool
  ) -> [BigUInt] {
    [
      1, 1, word(rows, shape.rowOperand), word(columns, shape.columnOperand),
      first ? 1 : 0, last ? 1 : 0,
    ]
  }

  private static func word(_ codes: [Int], _ type: IntegerType) -> BigUInt {
    Verilog.PackedWord(codes, Verilog.SignalType(type)).pattern
  }
}
