package import IntaglioNumerics

/// One multiplication for every column, and two addends between which M·ŷ + B + z + ½ certainly lies.
///
/// y is ŷ in fixed point, off by a known margin; the multiplier is rounded, and so are the product
/// and the addend. All of that goes into `errorMargin`: with h = ((y · multiplier) >> 32) + addend,
///
///     h < (M·ŷ + B + z + ½) · 2^shift ≤ h + errorMargin
///
/// so where h and h + errorMargin have the same integer part, that is the code, whatever its width.
package struct NormScaling {
  /// One each per column.
  package let multipliers: [Int32]
  package let addends: [Int32]
  /// Places of h behind the point.
  package let shift: Int
  package let errorMargin: Int

  /// |y| is at most this.
  private static let largest = 1 << 30

  /// `nil` where a number has no room.
  ///
  /// - Parameters:
  ///   - parameters: M in units of y, B and z.
  ///   - bias: what is added to a code before it is stored.
  ///   - margin: how far y can be off.
  package init?(
    _ parameters: [(scale: Rational, offset: Rational, zeroPoint: Int)],
    bias: Int,
    margin: Int
  ) {
    let starts = parameters.map { $0.offset + Rational(2 * ($0.zeroPoint + bias) + 1, over: 2) }
    let slope = parameters.map(\.scale.magnitude).max() ?? .zero
    let start = starts.map(\.magnitude).max() ?? .zero
    func fits(_ places: Int) -> Bool {
      // Products below 2²⁹ and addends below 2³⁰ leave room for the errorMargin.
      slope * Rational(1 << (32 + places)) < Rational(1 << 31 - 1)
        && start * Rational(1 << places) < Rational(1 << 30)
    }
    guard let shift = (0...30).last(where: fits) else { return nil }
    let factor = Rational(1 << (32 + shift)), unit = Rational(1 << shift)
    // Half a unit of the multiplier for each y, and the margin.
    let error =
      Rational(Self.largest, over: 1 << 33) + slope * unit * Rational(margin)
    multipliers = parameters.map {
      Int32(truncatingIfNeeded: Int(($0.scale * factor).roundedHalfEven))
    }
    // Strictly below, and by no more than one unit.
    addends = starts.map { Int32(truncatingIfNeeded: Int(($0 * unit - error).ceiling) - 1) }
    self.shift = shift
    // The product is rounded down, too.
    errorMargin = Int((error + error).ceiling) + 2
    guard errorMargin < 1 << 20 else { return nil }
  }
}
