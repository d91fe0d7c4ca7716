import BigInt
public import IntaglioHardware
import IntaglioNumerics

/// Products of matrices through a weight-stationary array, as its ports see them.
public struct WeightStationaryTrace: Sendable {
  /// One tile: activations `[vectors, rows]`, weights `[rows, columns]` and the sums of the tile above
  /// `[vectors, columns]`, row-major.
  public struct Tile: Hashable, Sendable {
    public let vectors: Int
    public let activations: [Int]
    public let weights: [Int]
    /// `nil` where sums start at 0.
    public let above: [Int]?

    public init(vectors: Int, activations: [Int], weights: [Int], above: [Int]? = nil) {
      (self.vectors, self.activations) = (vectors, activations)
      (self.weights, self.above) = (weights, above)
    }

    /// What leaves, `[vectors, columns]`: above + activations · weights.
    public func sums(rows: Int) -> [Int] {
      let columns = weights.count / rows
      return (0..<vectors * columns).map { place in
        let (vector, column) = (place / columns, place % columns)
        return (0..<rows).reduce(above?[place] ?? 0) {
          $0 + activations[vector * rows + $1] * weights[$1 * columns + column]
        }
      }
    }
  }

  private static let resetCycles = 2

  /// The trace of `tiles` as close to each other as weights allow, with a reset before.
  ///
  /// Every row of weights enters as early as it may.
  ///
  /// - Parameters:
  ///   - array: the array; every tile fits it.
  ///   - tiles: whose sums the accumulator holds.
  ///   - share: how many cycles of a thousand bring no vector, or no row of weights, where they could.
  ///   - generator: of pauses, and of whatever nobody reads.
  /// - Returns: the trace, every sum and every valid bit known.
  /// - Throws: `Verilog.ModuleError`, which would be a fault of the generator.
  public static func trace(
    _ array: WeightStationaryArray,
    tiles: [Tile],
    pausesPerThousand share: Int = 0,
    using generator: inout some RandomNumberGenerator
  ) throws(Verilog.ModuleError) -> Trace {
    let timing = WeightStationaryTiming(array.shape)
    let places = places(of: tiles, timing, pausesPerThousand: share, using: &generator)
    let end = places.compactMap(\.vectors.last).last ?? 0
    let length = timing.cycle(ofColumn: array.shape.columns - 1, vector: end) + 3
    var ports = WeightStationaryPorts(timing, cycles: length, using: &generator)
    for (tile, place) in zip(tiles, places) {
      ports.load(tile, in: place.rows)
      ports.play(tile, in: place.vectors)
    }
    return Trace(
      try array.module(),
      lanes: [array.shape.columns, array.shape.columns],
      cycles: Array(repeating: ports.reset, count: resetCycles) + ports.cycles
    )
  }

  /// Where the rows of weights and the vectors of a tile enter.
  private struct Places {
    var rows: [Int] = []
    var vectors: [Int] = []
  }

  /// Everything as early as it may, or some cycles later.
  private static func places(
    of tiles: [Tile],
    _ timing: WeightStationaryTiming,
    pausesPerThousand share: Int,
    using generator: inout some RandomNumberGenerator
  ) -> [Places] {
    var places: [Places] = []
    func pause() -> Int {
      var cycles = 0
      while Int.random(in: 0..<1000, using: &generator) < share { cycles += 1 }
      return cycles
    }
    for tile in tiles {
      var place = Places()
      let before = places.last
      var cycle = max(
        (before?.rows.last ?? -1) + 1,
        (before?.vectors.first).map { $0 + timing.loadDelay } ?? 0
      )
      for _ in 0..<timing.shape.rows {
        cycle += pause()
        place.rows.append(cycle)
        cycle += 1
      }
      cycle = max(cycle, (before?.vectors.last ?? -1) + 1)
      for _ in 0..<tile.vectors {
        cycle += pause()
        place.vectors.append(cycle)
        cycle += 1
      }
      places.append(place)
    }
    return places
  }
}
