import Foundation

/// What is done in a cycle over what is done with a byte, both axes logarithmic, under the roof that the peak
/// and the bandwidth make, as SVG.
public struct RooflineChart: Sendable {
  /// One measured thing.
  public struct Point: Sendable {
    public let label: String
    /// Operations a byte.
    public let intensity: Double
    /// Operations a cycle.
    public let rate: Double
    /// The index of its series.
    public let series: Int
    /// Whether its label is written beside it.
    public let isNamed: Bool

    public init(
      _ label: String,
      intensity: Double,
      rate: Double,
      series: Int,
      isNamed: Bool = false
    ) {
      (self.label, self.intensity, self.rate) = (label, intensity, rate)
      (self.series, self.isNamed) = (series, isNamed)
    }
  }

  private let title: String
  private let peak: Double
  private let bandwidth: Double
  private let series: [String]
  private let points: [Point]

  private static let size = (width: 900.0, height: 380.0)
  private static let margin = (left: 62.0, right: 16.0, top: 44.0, bottom: 44.0)

  /// - Parameters:
  ///   - title: what the points are.
  ///   - peak: operations a cycle at most.
  ///   - bandwidth: bytes a cycle.
  ///   - series: names of the kinds of points, at most four.
  ///   - points: with positive coordinates; others are left out.
  public init(
    title: String,
    peak: Double,
    bandwidth: Double,
    series: [String],
    points: [Point]
  ) {
    (self.title, self.peak, self.bandwidth) = (title, peak, bandwidth)
    self.series = series
    self.points = points.filter { point in
      point.intensity > 0 && point.rate > 0 && point.intensity.isFinite && point.rate.isFinite
    }
  }

  var svg: String {
    let parts = [heading, grid, roof] + points.map(dot) + labels
    return """
      <svg class="roofline" viewBox="0 0 \(Int(Self.size.width)) \(Int(Self.size.height))" role="img" \
      aria-label="\(HTML.escape(description))">
      \(parts.joined(separator: "\n"))
      </svg>
      """
  }

  /// What the chart shows, in words.
  private var description: String {
    let named = points.filter(\.isNamed).map(Self.words)
    return
      ([
        "\(title). Peak \(Format.significant(peak)), \(Format.significant(bandwidth)) bytes a cycle"
      ]
      + named).joined(separator: ". ")
  }

  private static func words(_ point: Point) -> String {
    "\(point.label): \(Format.significant(point.rate)) a cycle, "
      + "\(Format.significant(point.intensity)) a byte"
  }

  // Geometry, in powers of ten.

  private var horizontal: ClosedRange<Int> {
    powers(points.map(\.intensity) + [peak / bandwidth])
  }
  private var vertical: ClosedRange<Int> { powers(points.map(\.rate) + [peak]) }

  private func powers(_ values: [Double]) -> ClosedRange<Int> {
    let logarithms = values.filter { $0 > 0 && $0.isFinite }.map { log10($0) }
    let low = Int(((logarithms.min() ?? 0) - 0.05).rounded(.down))
    let high = Int(((logarithms.max() ?? 1) + 0.05).rounded(.up))
    return low...max(high, low + 1)
  }

  private func x(_ intensity: Double) -> Double {
    let inner = Self.size.width - Self.margin.left - Self.margin.right
    let share =
      (log10(intensity) - Double(horizontal.lowerBound)) / Double(horizontal.count - 1)
    return Self.margin.left + inner * min(max(share, 0), 1)
  }

  private func y(_ rate: Double) -> Double {
    let inner = Self.size.height - Self.margin.top - Self.margin.bottom
    let share = (log10(rate) - Double(vertical.lowerBound)) / Double(vertical.count - 1)
    return Self.margin.top + inner * (1 - min(max(share, 0), 1))
  }

  private func fixed(_ value: Double) -> String { Format.fixed(value, digits: 1) }

  // Parts

  private var heading: String {
    var left = 380.0
    let entries = series.indices.map { index in
      defer { left += 34 + 7 * Double(series[index].count) }
      return "<circle class=\"s\(index)\" cx=\"\(fixed(left))\" cy=\"10\" r=\"5\"/>"
        + "<text x=\"\(fixed(left + 10))\" y=\"14\">\(HTML.escape(series[index]))</text>"
    }
    return (["<text class=\"title\" x=\"0\" y=\"14\">\(HTML.escape(title))</text>"] + entries)
      .joined(separator: "\n")
  }

  private var grid: String {
    let (left, right) = (Self.margin.left, Self.size.width - Self.margin.right)
    let (top, bottom) = (Self.margin.top, Self.size.height - Self.margin.bottom)
    let columns = horizontal.map { power in
      let place = fixed(x(pow(10, Double(power))))
      return "<line class=\"grid\" x1=\"\(place)\" y1=\"\(fixed(top))\" x2=\"\(place)\" "
        + "y2=\"\(fixed(bottom))\"/><text class=\"place\" x=\"\(place)\" y=\"\(fixed(bottom + 16))\">"
        + "\(Format.significant(pow(10, Double(power))))</text>"
    }
    let rows = vertical.map { power in
      let place = fixed(y(pow(10, Double(power))))
      return "<line class=\"grid\" x1=\"\(fixed(left))\" y1=\"\(place)\" x2=\"\(fixed(right))\" "
        + "y2=\"\(place)\"/><text class=\"tick\" x=\"\(fixed(left - 6))\" y=\"\(place)\" dy=\"4\">"
        + "\(Format.significant(pow(10, Double(power))))</text>"
    }
    let names = [
      "<text class=\"place\" x=\"\(fixed((left + right) / 2))\" y=\"\(fixed(bottom + 34))\">"
        + "multiply-accumulates a byte</text>",
      "<text x=\"0\" y=\"\(fixed(top - 10))\">multiply-accumulates a cycle</text>",
    ]
    return (columns + rows + names).joined(separator: "\n")
  }

  private var roof: String {
    let right = pow(10, Double(horizontal.upperBound))
    let (start, ridge) = (roofStart, peak / bandwidth)
    let corners = [(start, start * bandwidth), (ridge, peak), (right, peak)]
    let path = corners.map { "\(fixed(x($0.0))),\(fixed(y($0.1)))" }.joined(separator: " ")
    return "<polyline class=\"roof\" points=\"\(path)\"/>"
      + "<text class=\"place\" x=\"\(fixed(x(ridge)))\" y=\"\(fixed(y(peak) - 8))\">"
      + "\(HTML.escape(roofText))</text>"
  }

  private var roofText: String {
    "peak \(Format.significant(peak)), \(Format.significant(bandwidth)) bytes a cycle"
  }

  /// Where the slope begins: at the drawing's left, or where it leaves it below.
  private var roofStart: Double {
    let left = pow(10, Double(horizontal.lowerBound))
    return max(left, pow(10, Double(vertical.lowerBound)) / bandwidth)
  }

  private func dot(_ point: Point) -> String {
    let (x, y) = (x(point.intensity), y(point.rate))
    return
      "<circle class=\"s\(point.series)\" cx=\"\(fixed(x))\" cy=\"\(fixed(y))\" "
      + "r=\"\(point.isNamed ? 6 : 4)\"><title>\(HTML.escape(Self.words(point)))</title></circle>"
  }

  /// Names beside their points, where neither points nor other names are; a line leads to those further away.
  private var labels: [String] {
    let size = 13.0
    let plot = Box(
      left: Self.margin.left,
      top: Self.margin.top - 8,
      right: Self.size.width,
      bottom: Self.size.height - Self.margin.bottom
    )
    let ridge = peak / bandwidth
    let roof = SVG.box(
      x: x(ridge),
      y: y(peak) - 8,
      width: TextMeasure.width(roofText, size: size),
      size: size,
      anchor: .middle
    )
    let dots = points.map { point in
      let (x, y) = (x(point.intensity), y(point.rate))
      return Box(left: x, top: y, right: x, bottom: y).grown(by: point.isNamed ? 6 : 4)
    }
    let edges = [
      Line(x(roofStart), y(roofStart * bandwidth), x(ridge), y(peak)),
      Line(x(ridge), y(peak), Self.size.width, y(peak)),
    ]
    var placer = LabelPlacer(bounds: plot, taken: dots + [roof], lines: edges)
    return points.filter(\.isNamed).sorted { y($0.rate) < y($1.rate) }.compactMap { point in
      let (x, y) = (x(point.intensity), y(point.rate))
      let name = TextMeasure.cut(point.label, room: 300, size: size)
      let width = TextMeasure.width(name, size: size)
      guard let place = placer.place(width: width, size: size, x: x, y: y, radius: 8) else {
        return nil
      }
      let leader = place.leader.map { SVG.line($0, "grid") } ?? ""
      return leader + SVG.text(name, x: place.x, y: place.y)
    }
  }
}
