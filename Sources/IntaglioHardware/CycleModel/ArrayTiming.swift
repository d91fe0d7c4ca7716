import IntaglioNumerics

/// When `SystolicArray` shows what: the array in closed form.
///
/// Cycle n ends with the clock edge n. Cycles in which the array is not enabled do not count.
public struct ArrayTiming: Hashable, Sendable {
  public let shape: ArrayShape

  public init(_ shape: ArrayShape) { self.shape = shape }

  /// The cycle in which `sum_o` shows the sum of `row` and `column`, of a tile of `slices` whose
  /// first one is at the inputs in cycle `first`.
  ///
  /// Its last slice is in the operand registers of the element after row + column + 1 edges, in the
  /// sum after 1 + stages more, in the drain register after another; a column starts when the lowest
  /// row is there and moves down one row a cycle.
  public func cycle(ofRow row: Int, column: Int, first: Int, slices: Int) -> Int {
    let start = first + slices + shape.productStages + shape.rows + column + 1
    return start + shape.rows - 1 - row
  }

  /// The least distance of the first slices of two tiles, the first one of `slices`, the second of
  /// `next`.
  public func interval(slices: Int, next: Int) -> Int {
    max(slices, shape.drainCycles + slices - next)
  }

  /// How many tiles at most wait for their sums, their last slices at least `interval` cycles apart and
  /// each read one cycle before it is at the inputs.
  ///
  /// A tile whose last slice is read in cycle 0 waits from cycle 1 to the one in which the sum of row 0
  /// leaves the last column, so in each cycle those wait that were read in as many cycles before it.
  public func waiting(interval: Int) -> Int {
    let cycles = cycle(ofRow: 0, column: shape.columns - 1, first: 2, slices: 0)
    return (cycles + interval - 1) / interval
  }

  /// How many cycles tiles take from the first slice to the last sum.
  public func cycles(tiles: [Int]) -> Int {
    guard let last = tiles.last else { return 0 }
    let begin = starts(tiles).last ?? 0
    return cycle(ofRow: 0, column: shape.columns - 1, first: begin, slices: last) + 1
  }

  /// The cycle of the first slice of every tile, one after the other without any pause but for the
  /// drain.
  public func starts(_ tiles: [Int]) -> [Int] {
    var starts: [Int] = []
    for (index, slices) in tiles.enumerated() {
      guard let last = starts.last else {
        starts.append(0)
        continue
      }
      starts.append(last + interval(slices: tiles[index - 1], next: slices))
    }
    return starts
  }
}
