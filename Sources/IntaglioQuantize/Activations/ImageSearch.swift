import IntaglioNumerics

/// Finds scale and zero of what a convolution reads: one of each for all of it, zero a code.
///
/// Up to 6 bits by the least mean square error of ranges that hold 0. From 7 bits on the ends themselves, 5 %
/// wider.
package struct ImageSearch: Sendable {
  private let bits: Int
  /// Whether ranges are searched, rather than the ends taken.
  private let searches: Bool

  package init(bits: Int, searches: Bool) { (self.bits, self.searches) = (bits, searches) }

  private static let fractions: [Float] = [
    1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4, 0.35, 0.3,
  ]
  private static let margin: Float = 1.05

  /// The best quantizer of `sample`, of one channel; an infinite scale where floats have no room for the range.
  func quantizer(_ sample: ChannelSample) -> ImageQuantizer {
    quantizer(sample.rows, from: sample.lowest[0], to: sample.highest[0])
  }

  /// - Parameters:
  ///   - values: some of the values.
  ///   - lowest: the least of all.
  ///   - highest: the largest.
  /// - Returns: the best quantizer; an infinite scale where floats have no room for the range.
  package func quantizer(
    _ values: [Float],
    from lowest: Float,
    to highest: Float
  ) -> ImageQuantizer {
    let (low, high) = (min(lowest, 0), max(highest, 0))
    guard bits < 7, searches else { return quantizer(low * Self.margin, high * Self.margin) }
    let column = SortedColumn(values)
    var best = (quantizer: quantizer(low, high), error: Double.infinity)
    for below in low < 0 ? Self.fractions : [1] {
      for above in high > 0 ? Self.fractions : [1] {
        let found = quantizer(low * below, high * above)
        let error = error(column, found)
        if error < best.error { best = (found, error) }
      }
    }
    return best.quantizer
  }

  /// The quantizer whose codes cover what lies between two ends, 0 among it.
  private func quantizer(_ low: Float, _ high: Float) -> ImageQuantizer {
    let (top, width) = (Float((1 << bits) - 1), high - low)
    guard width > 0 else { return ImageQuantizer(bits: bits, scales: [1], zero: 0) }
    guard width.isFinite else { return ImageQuantizer(bits: bits, scales: [.infinity], zero: 0) }
    // Between two ends the zero is rounded to a code, which takes half a step.
    let scale = max(width / (low < 0 && high > 0 ? top - 0.5 : top), .leastNormalMagnitude)
    let zero = min(max((-low / scale).rounded(), 0), top)
    return ImageQuantizer(bits: bits, scales: [scale], zero: Int(zero))
  }

  /// Σ (x − x̂)², x̂ the number of the nearest code.
  private func error(_ column: SortedColumn, _ quantizer: ImageQuantizer) -> Double {
    let (scale, range) = (quantizer.scales[0], quantizer.type.range)
    let borders = range.dropFirst().map { (Float($0 - quantizer.zero) - 0.5) * scale }
    return zip(range, column.cells(between: borders)).reduce(0) { sum, pair in
      let (number, cell) = (Double(pair.0 - quantizer.zero) * Double(scale), pair.1)
      return sum + cell.square - 2 * number * cell.sum + number * number * cell.count
    }
  }
}
