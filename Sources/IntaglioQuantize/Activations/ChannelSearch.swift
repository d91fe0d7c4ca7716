import IntaglioNumerics

/// Finds scale and low of every channel of a linear layer's input.
///
/// Up to 6 bits by the least mean square error: ranges between the median and the ends, then a few
/// steps of Lloyd's iteration (codes; then the line through them by least squares). From 7 bits on
/// the ends themselves, 5 % wider: there clipping costs more than rounding.
package struct ChannelSearch: Sendable {
  let bits: Int
  /// Whether lows have to be whole multiples of the scale.
  let needsZeros: Bool
  /// Whether every channel has a scale of its own.
  let separates: Bool
  /// Whether ranges are searched, rather than the ends taken.
  let searches: Bool
  /// Whether channels can be put into another order, so that groups of them stand together.
  let canSplit: Bool
  /// What codes stand for; `nil` for themselves.
  let levels: CodeLevels?

  private static let fractions: [Float] = [1, 0.75, 0.55, 0.4]
  private static let margin: Float = 1.05
  private static let iterations = 3

  private struct Line {
    var scale: Float
    var low: Float
  }

  /// - Parameters:
  ///   - sample: rows of the input.
  ///   - columns: its channels in order; none where `looksAtColumns` is not set.
  ///   - outliers: channels that stand apart with 8 bits.
  ///   - threads: how many channels are in work at a time.
  /// - Returns: the quantizer.
  /// - Throws: nothing of its own.
  func quantizer(
    _ sample: ChannelSample,
    _ columns: [SortedColumn],
    outliers: [Int] = [],
    threads: Int
  ) throws -> ChannelQuantizer {
    var lines = try ParallelMap(threads: threads).map(sample.channels) { channel in
      let (low, high) = (sample.lowest[channel], sample.highest[channel])
      if outliers.contains(channel) {
        return ChannelSearch(bits: 8, needsZeros: needsZeros).widest(low, high)
      }
      return !looksAtColumns
        ? widest(low, high) : best(columns[channel], low, high)
    }
    var groups: [[Int]] = []
    if sharesTables {
      let usual = lines.indices.filter { !outliers.contains($0) }
      let found = ChannelGroups(most: canSplit && separates ? mostGroups(of: usual.count) : 1)
        .groups(usual.map { (lines[$0].low, lines[$0].low + lines[$0].scale * top) })
        .map { group in group.map { usual[$0] } }
      for group in found {
        let line = shared(group.map { lines[$0] })
        for channel in group { lines[channel] = line }
      }
      groups = canSplit ? found : []
    } else if !separates {
      let line = shared(lines)
      lines = lines.map { _ in line }
    }
    let zeros = lines.map { Int(zero($0.low, $0.scale)) }
    var result = ChannelQuantizer(
      bits: bits,
      scales: lines.map(\.scale),
      lows: needsZeros
        ? lines.indices.map { -lines[$0].scale * Float(zeros[$0]) } : lines.map(\.low),
      zeros: needsZeros ? zeros : nil
    )
    result.groups = groups
    result.levels = levels
    result.outliers = outliers
    return result
  }

  /// The error that a quantizer makes, Σ importance·(x − x̂)², outliers left out.
  package func error(
    of quantizer: ChannelQuantizer,
    on columns: [SortedColumn],
    importance: [Float]
  ) -> Double {
    columns.indices.reduce(0) { sum, channel in
      guard !quantizer.outliers.contains(channel) else { return sum }
      let line = Line(scale: quantizer.scales[channel], low: quantizer.lows[channel])
      return sum + Double(importance[channel]) * error(columns[channel], line)
    }
  }

  /// Whether ranges are those of least error, not the ends.
  var looksAtColumns: Bool { bits < 7 && searches }

  /// How many groups of hidden channels have a table of the function each: six at most, and no small parts of
  /// a multiplication.
  private func mostGroups(of channels: Int) -> Int { max(1, min(6, channels / 32)) }

  /// Behind a function wide codes come from a table, which the channels of a group share.
  private var sharesTables: Bool { needsZeros && bits >= 6 }

  /// The line that covers all of `lines`.
  private func shared(_ lines: [Line]) -> Line {
    let low = min(lines.map(\.low).min() ?? 0, needsZeros ? 0 : .infinity)
    let high = max(lines.map { $0.low + $0.scale * top }.max() ?? 0, needsZeros ? 0 : -.infinity)
    guard high > low, high.isFinite, low.isFinite else { return Line(scale: 1, low: 0) }
    guard needsZeros else { return Line(scale: (high - low) / top, low: low) }
    let scale = max((high - low) / (top - 0.5), Float.leastNormalMagnitude)
    return Line(scale: scale, low: -scale * zero(low, scale))
  }

  /// The zero point of a low, within what integers have room for.
  private func zero(_ low: Float, _ scale: Float) -> Float {
    let limit = Float(1 << 20)
    return max(-limit, min(limit, (-low / scale).rounded(.toNearestOrAwayFromZero)))
  }

  /// The largest number that a code stands for.
  private let top: Float
  /// What codes stand for.
  private let levelNumbers: [Double]
  /// Where each further code begins, in units of the scale from the low.
  private let borders: [Float]

  package init(
    bits: Int,
    needsZeros: Bool,
    separates: Bool = true,
    searches: Bool = true,
    canSplit: Bool = false,
    levels: CodeLevels? = nil
  ) {
    (self.bits, self.needsZeros, self.separates) = (bits, needsZeros, separates)
    (self.searches, self.canSplit, self.levels) = (searches, canSplit, levels)
    top = Float(levels?.levels.last ?? (1 << bits) - 1)
    levelNumbers = levels?.levels.map(Double.init) ?? (0..<1 << bits).map(Double.init)
    borders =
      levels.map { levels in
        let codes = levels.codes
        return (1..<levels.levels.count).map { code in
          Float(codes.firstIndex(of: code) ?? 0) - 0.5
        }
      } ?? (1..<1 << bits).map { Float($0) - 0.5 }
  }

  private func widest(_ low: Float, _ high: Float) -> Line {
    let width = (high - low) * Self.margin
    guard width > 0, width.isFinite else { return Line(scale: 1, low: low.isFinite ? low : 0) }
    return snapped(Line(scale: width / top, low: low - (width - (high - low)) / 2))
  }

  private func best(_ column: SortedColumn, _ low: Float, _ high: Float) -> Line {
    let sorted = column.values
    guard let first = sorted.first, let last = sorted.last, last > first else {
      return Line(scale: 1, low: low.isFinite ? low : 0)
    }
    let median = sorted[sorted.count / 2]
    var best = (
      line: snapped(Line(scale: (last - first) / top, low: first)), error: Double.infinity
    )
    for below in Self.fractions {
      for above in Self.fractions {
        let (start, end) = (median + below * (first - median), median + above * (last - median))
        guard end > start else { continue }
        var line = snapped(Line(scale: (end - start) / top, low: start))
        for _ in 0..<Self.iterations {
          let error = error(column, line)
          if error < best.error { best = (line, error) }
          guard let better = refitted(column, line) else { break }
          line = better
        }
        let error = error(column, line)
        if error < best.error { best = (line, error) }
      }
    }
    return best.line
  }

  /// On the grid that functions in front allow: whole zero points, and scales of which an octave has
  /// eight, so that channels share tables.
  private func snapped(_ line: Line) -> Line {
    guard needsZeros, !sharesTables else { return line }
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

  /// Σ (x − x̂)², x̂ the number of the nearest code.
  private func error(_ column: SortedColumn, _ line: Line) -> Double {
    var sum = 0.0
    for (level, cell) in zip(levelNumbers, cells(column, line)) {
      let number = Double(line.low) + Double(line.scale) * level
      sum += cell.square - 2 * number * cell.sum + number * number * cell.count
    }
    return sum
  }

  private func cells(_ column: SortedColumn, _ line: Line) -> [SortedColumn.Cell] {
    column.cells(between: borders.lazy.map { line.low + $0 * line.scale })
  }

  /// The line of least squares through codes and values.
  private func refitted(_ column: SortedColumn, _ line: Line) -> Line? {
    var (sumU, sumX, sumUU, sumUX) = (0.0, 0.0, 0.0, 0.0)
    let isSnapped = needsZeros && !sharesTables
    let zero = isSnapped ? Double(zero(line.low, line.scale)) : 0
    for (level, cell) in zip(levelNumbers, cells(column, line)) {
      let u = level - zero
      sumU += u * cell.count
      sumX += cell.sum
      sumUU += u * u * cell.count
      sumUX += u * cell.sum
    }
    if isSnapped {
      guard sumUU > 0, sumUX > 0 else { return nil }
      let scale = gridded(Float(sumUX / sumUU))
      return scale == line.scale ? nil : Line(scale: scale, low: -scale * Float(zero))
    }
    let count = Double(column.values.count)
    let variance = sumUU - sumU * sumU / count
    guard variance > 0 else { return nil }
    let scale = (sumUX - sumU * sumX / count) / variance
    guard scale > 0 else { return nil }
    return Line(scale: Float(scale), low: Float((sumX - scale * sumU) / count))
  }
}
