import IntaglioNumerics

/// Finds scale and low of every channel of a linear layer's input.
///
/// Up to 6 bits by the least mean square error: ranges between the median and the ends, then a few
/// steps of Lloyd's iteration (codes; then the line through them by least squares). From 7 bits on
/// the ends themselves, 5 % wider: there clipping costs more than rounding.
struct ChannelSearch: Sendable {
  let bits: Int
  /// Whether lows have to be whole multiples of the scale.
  let needsZeros: Bool
  /// Whether every channel has a scale of its own.
  var separates = true
  /// Whether ranges are searched, rather than the ends taken.
  var searches = true

  private static let fractions: [Float] = [1, 0.75, 0.55, 0.4]
  private static let margin: Float = 1.05
  private static let iterations = 3

  private struct Line {
    var scale: Float
    var low: Float
  }

  func quantizer(_ sample: ChannelSample, threads: Int) throws -> ChannelQuantizer {
    if !separates || needsZeros && bits >= 6 { return shared(sample) }
    let lines = try ParallelMap(threads: threads).map(sample.channels) { channel in
      bits >= 7 || !searches
        ? widest(sample.lowest[channel], sample.highest[channel])
        : best(sample.values(of: channel), sample.lowest[channel], sample.highest[channel])
    }
    let zeros = lines.map { Int(zero($0.low, $0.scale)) }
    return ChannelQuantizer(
      bits: bits,
      scales: lines.map(\.scale),
      lows: needsZeros
        ? lines.indices.map { -lines[$0].scale * Float(zeros[$0]) } : lines.map(\.low),
      zeros: needsZeros ? zeros : nil
    )
  }

  /// One scale and zero point for all channels, so that one table of the function serves them; channels
  /// of far larger range take a power of four of that scale.
  private func shared(_ sample: ChannelSample) -> ChannelQuantizer {
    let ranges = (0..<sample.channels).map {
      max(sample.highest[$0], 0) - min(sample.lowest[$0], 0)
    }
    let ordered = ranges.sorted()
    let usual = separates ? ordered[ordered.count * 95 / 100] * Self.margin : .infinity
    let common = (0..<sample.channels).filter { ranges[$0] <= usual }
    let low = min(common.map { sample.lowest[$0] }.min() ?? 0, 0)
    let high = max(common.map { sample.highest[$0] }.max() ?? 0, 0)
    guard high > low, high.isFinite, low.isFinite else {
      let ones = [Float](repeating: 1, count: sample.channels)
      return ChannelQuantizer(
        bits: bits,
        scales: ones,
        lows: ones.map { _ in 0 },
        zeros: ones.map { _ in 0 }
      )
    }
    let base = max((high - low) * Self.margin / levels, Float.leastNormalMagnitude)
    let scales = ranges.map { range -> Float in
      var scale = base
      while separates, range > scale * levels { scale *= 4 }
      return scale
    }
    let zeros = scales.map { Int(zero(low, $0, .up)) }
    return ChannelQuantizer(
      bits: bits,
      scales: scales,
      lows: scales.indices.map { -scales[$0] * Float(zeros[$0]) },
      zeros: needsZeros ? zeros : nil
    )
  }

  /// The zero point of a low, within what integers have room for.
  private func zero(
    _ low: Float,
    _ scale: Float,
    _ rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero
  ) -> Float {
    let limit = Float(1 << 20)
    return max(-limit, min(limit, (-low / scale).rounded(rule)))
  }

  private var levels: Float { Float((1 << bits) - 1) }

  private func widest(_ low: Float, _ high: Float) -> Line {
    let width = (high - low) * Self.margin
    guard width > 0, width.isFinite else { return Line(scale: 1, low: low.isFinite ? low : 0) }
    return snapped(Line(scale: width / levels, low: low - (width - (high - low)) / 2))
  }

  private func best(_ values: [Float], _ low: Float, _ high: Float) -> Line {
    let sorted = values.sorted()
    guard let first = sorted.first, let last = sorted.last, last > first else {
      return Line(scale: 1, low: low.isFinite ? low : 0)
    }
    let median = sorted[sorted.count / 2]
    var best = (
      line: snapped(Line(scale: (last - first) / levels, low: first)), error: Float.infinity
    )
    for below in Self.fractions {
      for above in Self.fractions {
        let (start, end) = (median + below * (first - median), median + above * (last - median))
        guard end > start else { continue }
        var line = snapped(Line(scale: (end - start) / levels, low: start))
        for _ in 0..<Self.iterations {
          let error = error(values, line)
          if error < best.error { best = (line, error) }
          guard let better = refitted(values, line) else { break }
          line = better
        }
        let error = error(values, line)
        if error < best.error { best = (line, error) }
      }
    }
    return best.line
  }

  /// On the grid that functions in front allow: whole zero points, and scales of which an octave has
  /// eight, so that channels share tables.
  private func snapped(_ line: Line) -> Line {
    guard needsZeros else { return line }
    let scale = gridded(line.scale)
    let zero = zero(line.low, scale)
    return Line(scale: scale, low: -scale * zero)
  }

  private func gridded(_ scale: Float) -> Float {
    guard scale > 0, scale.isFinite else { return 1 }
    let octave = Float(sign: .plus, exponent: scale.exponent, significand: 1)
    let ratios: [Float] = [
      1, 1.09375, 1.1875, 1.296875, 1.4140625, 1.546875, 1.6796875, 1.8359375, 2,
    ]
    let nearest = ratios.min { ($0 * octave - scale).magnitude < ($1 * octave - scale).magnitude }
    return octave * (nearest ?? 1)
  }

  @inline(__always)
  private func code(_ value: Float, _ line: Line) -> Float {
    min(levels, max(0, ((value - line.low) / line.scale).rounded(.toNearestOrEven)))
  }

  private func error(_ values: [Float], _ line: Line) -> Float {
    var sum: Float = 0
    for value in values {
      let difference = value - (code(value, line) * line.scale + line.low)
      sum += difference * difference
    }
    return sum
  }

  /// The line of least squares through codes and values.
  private func refitted(_ values: [Float], _ line: Line) -> Line? {
    var (sumU, sumX, sumUU, sumUX) = (0.0, 0.0, 0.0, 0.0)
    let zero = needsZeros ? zero(line.low, line.scale) : 0
    for value in values {
      let u = Double(code(value, line) - zero)
      let x = Double(value)
      sumU += u
      sumX += x
      sumUU += u * u
      sumUX += u * x
    }
    if needsZeros {
      guard sumUU > 0, sumUX > 0 else { return nil }
      let scale = gridded(Float(sumUX / sumUU))
      return scale == line.scale ? nil : Line(scale: scale, low: -scale * zero)
    }
    let count = Double(values.count)
    let variance = sumUU - sumU * sumU / count
    guard variance > 0 else { return nil }
    let scale = (sumUX - sumU * sumX / count) / variance
    guard scale > 0 else { return nil }
    return Line(scale: Float(scale), low: Float((sumX - scale * sumU) / count))
  }
}
