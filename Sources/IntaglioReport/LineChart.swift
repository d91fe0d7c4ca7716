import Foundation

/// Curves over a row of named places, as SVG.
public struct LineChart: Sendable {
  /// One curve.
  public struct Curve: Sendable {
    public let label: String
    /// One value per place; `nil` leaves a gap, infinity stands at the upper edge.
    public let values: [Double?]

    public init(_ label: String, _ values: [Double?]) {
      self.label = label
      self.values = values
    }
  }

  private let title: String
  private let unit: String
  private let places: [String]
  private let curves: [Curve]
  private let mark: Int?

  private static let size = (width: 900.0, height: 300.0)
  private static let margin = (left: 56.0, right: 12.0, top: 34.0)
  /// How far a name below the axis reaches at most, and how steep it stands.
  private static let longest = 175.0
  private static let angle = 75.0
  private static let ticks = 5.0

  /// - Parameters:
  ///   - title: what the values are.
  ///   - unit: what follows a value in words.
  ///   - places: the names along the horizontal axis.
  ///   - curves: one or two, which colour and dashes tell apart.
  ///   - mark: a place to point at.
  /// - Precondition: every curve has a value or a gap for every place.
  public init(
    title: String,
    unit: String,
    places: [String],
    curves: [Curve],
    mark: Int? = nil
  ) {
    precondition(curves.allSatisfy { $0.values.count == places.count }, "a value for every place")
    (self.title, self.unit, self.places) = (title, unit, places)
    (self.curves, self.mark) = (curves, mark)
  }

  var svg: String {
    let (width, height) = (Self.size.width, Self.margin.top + Self.size.height + depth)
    let parts = [legend, grid, names, marker] + curves.indices.map(curve)
    return """
      <svg class="lines" viewBox="0 0 \(Int(width)) \(Int(height))" role="img" \
      aria-label="\(HTML.escape(description))">
      \(parts.filter { !$0.isEmpty }.joined(separator: "\n"))
      </svg>
      """
  }

  /// What the chart shows, in words.
  private var description: String {
    let parts = curves.map { curve -> String in
      let values = zip(places, curve.values).compactMap { place, value in
        value.flatMap { $0.isFinite ? (place: place, value: $0) : nil }
      }
      guard let low = values.min(by: { $0.value < $1.value }),
        let high = values.max(by: { $0.value < $1.value })
      else { return "\(curve.label): nothing" }
      let ends = [low, high].map { "\(Format.significant($0.value)) at \($0.place)" }
      return "\(curve.label): from \(ends[0]) to \(ends[1])"
    }
    return ([title] + parts).joined(separator: ". ")
  }

  // Geometry

  /// The finite values, zero among them.
  private var range: ClosedRange<Double> {
    let finite = curves.flatMap(\.values).compactMap { $0 }.filter(\.isFinite)
    let (lower, upper) = (min(0, finite.min() ?? 0), max(0, finite.max() ?? 0))
    return lower...(upper > lower ? upper : lower + 1)
  }

  private func x(_ place: Int) -> Double {
    let inner = Self.size.width - Self.margin.left - Self.margin.right
    return Self.margin.left + inner * (Double(place) + 0.5) / Double(max(places.count, 1))
  }

  private func y(_ value: Double) -> Double {
    let range = range
    guard value.isFinite else {
      return value < 0 ? Self.margin.top + Self.size.height : Self.margin.top
    }
    // A little room above, where infinity stands.
    let share = (value - range.lowerBound) / ((range.upperBound - range.lowerBound) * 1.06)
    return Self.margin.top + Self.size.height * (1 - share)
  }

  // Parts

  private var legend: String {
    let title = "<text x=\"0\" y=\"14\" class=\"title\">\(HTML.escape(title))</text>"
    let entries = curves.indices.map { index in
      let x = 420 + 160 * index
      return "<line class=\"c\(index)\" x1=\"\(x)\" y1=\"10\" x2=\"\(x + 26)\" y2=\"10\"/>"
        + "<text x=\"\(x + 32)\" y=\"14\">\(HTML.escape(curves[index].label))</text>"
    }
    return ([title] + entries).joined(separator: "\n")
  }

  /// The distance between two lines of the grid: 1, 2 or 5 times a power of ten.
  private var step: Double {
    let raw = (range.upperBound - range.lowerBound) / Self.ticks
    var unit = 1.0
    while unit > raw { unit /= 10 }
    while unit * 10 <= raw { unit *= 10 }
    return unit * ([1, 2, 5].first { unit * $0 >= raw } ?? 10)
  }

  private var grid: String {
    let (range, step) = (range, step)
    let digits = step >= 1 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : 6
    let first = Int((range.lowerBound / step).rounded(.up))
    let last = Int((range.upperBound / step).rounded(.down))
    return (first...last).map { tick in
      let value = Double(tick) * step
      let y = Format.fixed(y(value), digits: 1)
      return "<line class=\"grid\" x1=\"\(Int(Self.margin.left))\" y1=\"\(y)\" "
        + "x2=\"\(Int(Self.size.width - Self.margin.right))\" y2=\"\(y)\"/>"
        + "<text class=\"tick\" x=\"\(Int(Self.margin.left) - 6)\" y=\"\(y)\" dy=\"4\">"
        + "\(Format.fixed(value, digits: digits))</text>"
    }.joined(separator: "\n")
  }

  /// As many names as fit, their ends where they are long, and where they are.
  private var shown: [(place: Int, name: String)] {
    let stride = (places.count + 59) / 60
    return places.indices.filter { $0 % max(stride, 1) == 0 }.map { place in
      (place, TextMeasure.cut(places[place], room: Self.longest, size: SVG.size, keeping: .tail))
    }
  }

  /// What the names need below the axis.
  private var depth: Double {
    let widths = shown.map { TextMeasure.width($0.name, size: SVG.size) }
    return (24 + (widths.max() ?? 0) * sin(Self.angle * .pi / 180)).rounded(.up)
  }

  private var names: String {
    shown.map { place, name in
      let (x, y) = (Format.fixed(x(place), digits: 1), Int(Self.margin.top + Self.size.height) + 12)
      let turn = "translate(\(x) \(y)) rotate(-\(Int(Self.angle)))"
      return "<text class=\"place\" transform=\"\(turn)\">\(HTML.escape(name))</text>"
    }.joined(separator: "\n")
  }

  private var marker: String {
    guard let mark, places.indices.contains(mark) else { return "" }
    let (x, bottom) = (Format.fixed(x(mark), digits: 1), Int(Self.margin.top + Self.size.height))
    return "<line class=\"mark\" x1=\"\(x)\" y1=\"\(Int(Self.margin.top))\" x2=\"\(x)\" "
      + "y2=\"\(bottom)\"><title>\(HTML.escape(places[mark]))</title></line>"
  }

  private func curve(_ index: Int) -> String {
    let points = curves[index].values.enumerated().map { place, value in
      value.map { (place: place, value: $0) }
    }
    let lines = points.split { $0 == nil }.map { run in
      let text = run.compactMap { $0 }.map {
        "\(Format.fixed(x($0.place), digits: 1)),\(Format.fixed(y($0.value), digits: 1))"
      }
      return "<polyline class=\"c\(index)\" points=\"\(text.joined(separator: " "))\"/>"
    }
    let dots = points.compactMap { $0 }.map { point in
      let text = point.value.isFinite ? "\(Format.fixed(point.value, digits: 2)) \(unit)" : "exact"
      return "<circle class=\"c\(index)\" cx=\"\(Format.fixed(x(point.place), digits: 1))\" "
        + "cy=\"\(Format.fixed(y(point.value), digits: 1))\" r=\"3\"><title>"
        + HTML.escape("\(places[point.place]), \(curves[index].label): \(text)")
        + "</title></circle>"
    }
    return (lines + dots).joined(separator: "\n")
  }
}
