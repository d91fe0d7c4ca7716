import IntaglioGraph
import IntaglioNumerics

/// Finds center and scale of a factor of a product of activations: one scale for each head.
struct FactorSearch: Sendable {
  let bits: Int

  /// How the channels of a factor lie: heads by the third axis from the right, channels by one of
  /// the last two.
  struct Axes: Sendable {
    let shape: [Int]
    /// Whether channels are the last axis, and tokens the one before.
    let channelsLast: Bool

    var heads: Int { shape.count > 2 ? shape[shape.count - 3] : 1 }
    var channels: Int { channelsLast ? shape[shape.count - 1] : shape[shape.count - 2] }
    private var tokens: Int { channelsLast ? shape[shape.count - 2] : shape[shape.count - 1] }

    /// `[…, tokens, heads · channels]` from the factor's own order.
    func rows(_ values: [Float]) -> [Float] {
      let (heads, channels, tokens) = (heads, channels, tokens)
      let groups = values.count / max(heads * channels * tokens, 1)
      var result = [Float](repeating: 0, count: values.count)
      for group in 0..<groups {
        for head in 0..<heads {
          let start = (group * heads + head) * channels * tokens
          for token in 0..<tokens {
            let row = (group * tokens + token) * heads * channels + head * channels
            for channel in 0..<channels {
              result[row + channel] =
                channelsLast
                ? values[start + token * channels + channel]
                : values[start + channel * tokens + token]
            }
          }
        }
      }
      return result
    }

    func broadcast(heads values: [Float]) -> Broadcast<Float> {
      Broadcast(values, shape: [heads, 1, 1])
    }

    func broadcast(channels values: [Float]) -> Broadcast<Float> {
      Broadcast(values, shape: channelsLast ? [heads, 1, channels] : [heads, channels, 1])
    }
  }

  private static let fractions: [Float] = [
    1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4, 0.35, 0.3,
  ]

  /// - Parameters:
  ///   - sample: rows as `Axes.rows` gives them.
  ///   - axes: how the factor lies.
  ///   - centers: whether the mean of every channel is taken off.
  /// - Returns: the scale of each head, and the means.
  func factor(
    _ sample: ChannelSample,
    _ axes: Axes,
    centers: Bool
  ) -> ProductQuantizers.Factor {
    let columns = (0..<sample.channels).map { sample.values(of: $0) }
    let means = columns.map { column -> Float in
      guard centers, !column.isEmpty else { return 0 }
      return Float(column.reduce(0.0) { $0 + Double($1) } / Double(column.count))
    }
    let scales = (0..<axes.heads).map { head -> Float in
      var values: [Float] = []
      var largest: Float = 0
      for channel in head * axes.channels..<(head + 1) * axes.channels {
        values += columns[channel].map { $0 - means[channel] }
        largest = max(
          largest,
          (sample.lowest[channel] - means[channel]).magnitude,
          (sample.highest[channel] - means[channel]).magnitude
        )
      }
      return scale(values, largest)
    }
    return ProductQuantizers.Factor(
      type: .i(bits),
      scale: axes.broadcast(heads: scales),
      center: centers ? axes.broadcast(channels: means) : nil
    )
  }

  /// Probabilities: codes from zero on, one scale for each head.
  func probabilities(_ sample: ChannelSample, _ axes: Axes) -> ProductQuantizers.Factor {
    let columns = (0..<sample.channels).map { sample.values(of: $0) }
    let scales = (0..<axes.heads).map { head -> Float in
      let channels = head * axes.channels..<(head + 1) * axes.channels
      let largest = channels.map { sample.highest[$0] }.max() ?? 1
      return scale(channels.flatMap { columns[$0] }, largest, 0...Float((1 << bits) - 1))
    }
    return ProductQuantizers.Factor(
      type: .u(bits),
      scale: axes.broadcast(heads: scales),
      center: nil
    )
  }

  private func scale(_ values: [Float], _ largest: Float) -> Float {
    let half = Float(1 << (bits - 1))
    guard bits < 7 else { return largest > 0 && largest.isFinite ? largest / (half - 0.5) : 1 }
    return scale(values, largest, -half...half - 1)
  }

  private func scale(_ values: [Float], _ largest: Float, _ codes: ClosedRange<Float>) -> Float {
    let reach = codes.lowerBound < 0 ? codes.upperBound + 0.5 : codes.upperBound
    guard largest > 0, largest.isFinite else { return 1 }
    var best = (scale: largest / reach, error: Float.infinity)
    for fraction in Self.fractions {
      let scale = largest * fraction / reach
      var error: Float = 0
      for value in values {
        let code = min(
          codes.upperBound,
          max(codes.lowerBound, (value / scale).rounded(.toNearestOrEven))
        )
        let difference = value - code * scale
        error += difference * difference
      }
      if error < best.error { best = (scale, error) }
    }
    return best.scale
  }
}
