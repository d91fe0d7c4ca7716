import Foundation

/// What stands along an edge of a chart.
public struct ChartAxis: Sendable {
  public let label: String
  /// Whether equal distances are equal ratios; what is not positive has no place then.
  public let isLogarithmic: Bool
  /// Whether powers of two are round numbers, as for bytes in KiB.
  public let isBinary: Bool
  /// A value as people read it, with its unit if it has one.
  public let format: @Sendable (Double) -> String

  public init(
    _ label: String,
    isLogarithmic: Bool = false,
    isBinary: Bool = false,
    format: @escaping @Sendable (Double) -> String = { Format.significant($0) }
  ) {
    (self.label, self.isLogarithmic, self.isBinary) = (label, isLogarithmic, isBinary)
    self.format = format
  }

  /// Whether `value` has a place along the axis.
  func holds(_ value: Double) -> Bool {
    guard value.isFinite, value.magnitude < 1e100 else { return false }
    return !isLogarithmic || value > 1e-100
  }
}

/// Where the values of an axis stand.
struct ChartScale {
  struct Tick {
    let place: Double
    let text: String
  }

  private let axis: ChartAxis
  /// Where the least and the greatest value stand.
  private let start, end: Double
  /// The ends of the axis; their logarithms where it is logarithmic.
  private let low, high: Double
  /// Whether there is no value at all.
  let isEmpty: Bool

  /// - Parameters:
  ///   - axis: what the values are.
  ///   - values: what has to be seen; those without a place do not count.
  ///   - start: where the axis begins.
  ///   - end: where it ends.
  init(_ axis: ChartAxis, values: [Double], from start: Double, to end: Double) {
    (self.axis, self.start, self.end) = (axis, start, end)
    let places = values.filter(axis.holds).map { axis.isLogarithmic ? log10($0) : $0 }
    isEmpty = places.isEmpty
    var (low, high) = (places.min() ?? 0, places.max() ?? 0)
    let size = max(low.magnitude, high.magnitude)
    let isFlat = high - low <= size * 1e-9
    let room = axis.isLogarithmic ? 0.2 : size > 1e-90 ? size * 0.1 : 1
    let margin = isFlat ? room : (high - low) * 0.06
    (low, high) = (low - margin, high + margin)
    // Shares and sizes do not go below zero.
    if !axis.isLogarithmic, let least = places.min(), least >= 0 { low = max(low, 0) }
    (self.low, self.high) = (low, high)
  }

  /// Where `value` stands; at an end where it lies beyond.
  func place(_ value: Double) -> Double {
    let scaled = axis.isLogarithmic ? (value > 0 ? log10(value) : -.infinity) : value
    let share = scaled.isNaN ? 0 : min(max((scaled - low) / (high - low), 0), 1)
    return start + (end - start) * share
  }

  /// Round numbers whose texts differ, at most about `count`.
  func ticks(_ count: Int, room: Double, size: Double) -> [Tick] {
    if isEmpty { return [] }
    var last = ""
    return values(count).compactMap { value in
      let text = TextMeasure.cut(axis.format(value), room: room, size: size)
      guard text != last else { return nil }
      last = text
      return Tick(place: place(value), text: text)
    }
  }

  private func values(_ count: Int) -> [Double] {
    guard axis.isLogarithmic else { return round(low, high, count) }
    if axis.isBinary {
      let (first, last) = (
        Int((low / log10(2)).rounded(.up)), Int((high / log10(2)).rounded(.down))
      )
      let powers = Swift.stride(from: first, through: last, by: max((last - first) / count + 1, 1))
      if last > first { return powers.map { pow(2, Double($0)) } }
    }
    let (first, last) = (Int(low.rounded(.up)), Int(high.rounded(.down)))
    if last - first >= 2 {
      let stride = (last - first) / count + 1
      return Swift.stride(from: first, through: last, by: stride).map { pow(10, Double($0)) }
    }
    let fine = (first - 1...last + 1).flatMap { power in
      [1, 2, 5].map { $0 * pow(10, Double(power)) }
    }.filter { (low...high).contains(log10($0)) }
    return fine.count >= 3 ? fine : round(pow(10, low), pow(10, high), count)
  }

  /// Multiples of 1, 2 or 5 times a power of ten, or of a power of two.
  private func round(_ low: Double, _ high: Double, _ count: Int) -> [Double] {
    let raw = (high - low) / Double(max(count, 1))
    guard raw > 0, raw.isFinite else { return [] }
    let unit = pow(10, log10(raw).rounded(.down))
    let step =
      axis.isBinary
      ? pow(2, log2(raw).rounded(.up))
      : unit * ([1, 2, 5].first { unit * $0 >= raw * 0.999 } ?? 10)
    let (first, last) = ((low / step).rounded(.up), (high / step).rounded(.down))
    guard step > 0, last >= first, last - first < 100 else { return [] }
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }
}

extension ChartScale {
  /// Grid lines and numbers below a drawing, as many as have room.
  ///
  /// The lines are drawn along `stretches`; the drawing ends at `bottom`.
  static func below(_ ticks: [Tick], stretches: [ClosedRange<Double>], bottom: Double) -> [String] {
    let width = SVG.width
    var right = -Double.infinity
    return ticks.flatMap { tick -> [String] in
      let place = SVG.number(tick.place)
      let path = stretches.map {
        "M\(place) \(SVG.number($0.lowerBound))V\(SVG.number($0.upperBound))"
      }
      let grid = path.isEmpty ? "" : "<path class=\"grid\" d=\"\(path.joined())\"/>"
      let half = TextMeasure.width(tick.text, size: SVG.small) / 2
      let x = min(max(tick.place, half), width - half)
      guard x - half > right + 6 else { return [grid] }
      right = x + half
      return [
        grid, SVG.text(tick.text, x: x, y: bottom + 15, anchor: .middle, style: "tick"),
      ]
    }
  }
}
