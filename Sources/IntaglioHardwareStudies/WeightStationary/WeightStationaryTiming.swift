public import IntaglioHardware
import IntaglioNumerics

/// When `WeightStationaryArray` takes and shows what: the array in closed form.
///
/// Cycle n ends with the clock edge n. Cycles in which the array is not enabled do not count.
public struct WeightStationaryTiming: Hashable, Sendable {
  public let shape: ArrayShape

  public init(_ shape: ArrayShape) { self.shape = shape }

  /// Cycles from the activations of a vector to the sum that enters column 0 from above; column c's
  /// is due c cycles later.
  ///
  /// The activation of row 0 is in its operand register after 1 edge and in the product's, where there
  /// is one, after another.
  public var sumDelay: Int { shape.productStages + 1 }

  /// Cycles from the activations of a vector to its sum in column 0; column c's leaves c cycles later.
  ///
  /// From the sum that enters on, an edge for each row.
  public var latency: Int { sumDelay + shape.rows }

  /// Cycles from the swap of a tile to the first cycle in which a row of the next one may enter.
  ///
  /// It overwrites the first row's next weights at its end, and the swap needs those of the last
  /// column until the same edge; row r follows r cycles later, as the swap does.
  public var loadDelay: Int { shape.columns - 1 }

  /// The cycle in which `sum_o` shows the sum of `column`, of a vector that is at the inputs in cycle
  /// `vector`.
  public func cycle(ofColumn column: Int, vector: Int) -> Int { vector + latency + column }

  /// The least distance of the first vectors of two tiles, the first one of `vectors`: its vectors,
  /// and not less than the swap on its way and the next weights take.
  public func interval(vectors: Int) -> Int { max(vectors, loadDelay + shape.rows) }

  /// The cycle of the first vector of every tile, one after the other without any pause but for
  /// weights, whose first row enters in cycle 0.
  public func starts(_ tiles: [Int]) -> [Int] {
    var starts: [Int] = []
    var start = shape.rows
    for vectors in tiles {
      starts.append(start)
      start += interval(vectors: vectors)
    }
    return starts
  }

  /// How many cycles tiles of so many vectors take from the first row of weights to the last sum.
  public func cycles(tiles: [Int]) -> Int {
    guard let last = tiles.last, let start = starts(tiles).last else { return 0 }
    return cycle(ofColumn: shape.columns - 1, vector: start + last - 1) + 1
  }

  /// The same for a layer [tokens, inputs] · [inputs, outputs]: every token passes each of its tiles,
  /// whose sums are those of the tile below when that begins, for no interval is shorter than the rows.
  public func cycles(tokens: Int, inputs: Int, outputs: Int) -> Int {
    let deep = (inputs + shape.rows - 1) / shape.rows
    let wide = (outputs + shape.columns - 1) / shape.columns
    return cycles(tiles: Array(repeating: tokens, count: deep * wide))
  }
}
