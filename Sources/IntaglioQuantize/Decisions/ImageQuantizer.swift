package import IntaglioGraph
package import IntaglioNumerics

/// Codes of what a convolution reads: x ≈ scale·(u − zero), u unsigned.
///
/// The zero is a code, so that windows are padded with real 0 exactly. The scales go into the weights.
package struct ImageQuantizer: Sendable, Hashable {
  package let bits: Int
  /// One for the whole image, or one per plane; positive.
  package let scales: [Float]
  /// The code of 0.
  package let zero: Int

  package init(bits: Int, scales: [Float], zero: Int) {
    (self.bits, self.scales, self.zero) = (bits, scales, zero)
  }

  package var type: IntegerType { .u(bits) }

  /// Pixels of 8 bits: those as they were, where their 0 is one code in all planes, else the finest that cover
  /// all of them.
  package init(of pixels: PixelQuantizer) {
    // In steps of its plane a pixel p is p + low, low the number of p = 0.
    let lows = zip(pixels.lows, pixels.scales).map { Double($0) / Double($1) }
    let low = min(lows.min() ?? 0, 0)
    let high = max((lows.max() ?? 0) + 255, 0)
    var best = (zero: 0, factor: Double.infinity)
    for zero in 0...255 {
      let below = low < 0 ? -low / Double(zero) : 0
      let above = high > 0 ? high / Double(255 - zero) : 0
      if max(below, above) < best.factor { best = (zero, max(below, above)) }
    }
    self.init(
      bits: 8,
      scales: pixels.scales.map { Float(Double($0) * best.factor) },
      zero: best.zero
    )
  }

  /// u − zero of every element of `values`, `[b, c, h, w]`.
  ///
  /// - Parameters:
  ///   - values: row-major.
  ///   - area: h · w.
  /// - Returns: one for each.
  func codes(of values: [Float], area: Int) -> [Float] {
    let (least, most) = (Float(type.range.lowerBound - zero), Float(type.range.upperBound - zero))
    return values.indices.map { index in
      let scale = scales[scales.count == 1 ? 0 : index / max(area, 1) % scales.count]
      return min(most, max(least, (values[index] / scale).rounded(.toNearestOrEven)))
    }
  }

  /// Weights `[o, c / groups, h, w]` for inputs in units of codes.
  package func folded(_ weights: Tensor, groups: Int) -> [Float] {
    let floats = weights.floats
    guard scales.count > 1 else { return floats.map { $0 * scales[0] } }
    return zip(floats, weights.planes(groups: groups)).map { $0 * scales[$1] }
  }
}

extension Tensor {
  /// The plane that every element of weights `[o, c / groups, h, w]` multiplies.
  func planes(groups: Int) -> [Int] {
    let (each, planes) = (max(shape[0] / max(groups, 1), 1), shape[1])
    let area = shape[2] * shape[3]
    return (0..<count).map { index in
      let output = index / (area * planes)
      return output / each * planes + index / area % planes
    }
  }
}
