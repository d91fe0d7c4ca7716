/// The numbers that the codes of one output channel stand for: scale·code.
///
/// The scale's sign puts the code that signed types have once more, −2^(b−1), on the longer tail.
package struct RowGrid: Sendable {
  package let scale: Double
  package let lowest: Double
  package let highest: Double

  /// - Parameters:
  ///   - row: the weights of one output channel.
  ///   - bits: the width of the codes.
  ///   - fraction: how much of their range codes cover.
  package init(_ row: ArraySlice<Double>, bits: Int, fraction: Double) {
    highest = Double((1 << (bits - 1)) - 1)
    lowest = -highest - 1
    let (above, below) = (max(row.max() ?? 0, 0), max(-(row.min() ?? 0), 0))
    let longer = max(above, below)
    let magnitude = max(longer / -lowest, min(above, below) / highest) * fraction
    scale = magnitude > 0 ? (above > below ? -magnitude : magnitude) : 1
  }

  private init(scale: Double, _ other: RowGrid) {
    (self.scale, lowest, highest) = (scale, other.lowest, other.highest)
  }

  package func with(scale: Double) -> RowGrid { RowGrid(scale: scale, self) }

  @inline(__always)
  package func code(_ weight: Double) -> Double {
    min(highest, max(lowest, (weight / scale).rounded(.toNearestOrEven)))
  }
}
