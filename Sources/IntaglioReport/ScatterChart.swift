/// Things with two measures each, as SVG: what one costs against what it is worth.
///
/// What has no place on an axis is left out and counted. Where it is known which way is better, a step line
/// joins the points that no other beats in both measures.
public struct ScatterChart: Sendable {
  /// Which values of a measure are wanted.
  public enum Better: Sendable { case lower, higher }

  /// One thing.
  public struct Point: Sendable {
    /// Stands beside the point; nothing does where it is empty.
    public let label: String
    public let x: Double
    public let y: Double
    /// Where `y` may lie.
    public let interval: ClosedRange<Double>?
    /// The index of its group.
    public let group: Int

    public init(
      _ label: String,
      x: Double,
      y: Double,
      interval: ClosedRange<Double>? = nil,
      group: Int = 0
    ) {
      (self.label, self.x, self.y) = (label, x, y)
      (self.interval, self.group) = (interval, group)
    }
  }

  let title: String
  let x: ChartAxis
  let y: ChartAxis
  let groups: [String]
  let points: [Point]
  let limit: (value: Double, label: String)?
  let better: (x: Better, y: Better)?
  /// How many points have no place.
  let leftOut: Int

  /// - Parameters:
  ///   - title: what the points are.
  ///   - x: the horizontal axis.
  ///   - y: the vertical axis.
  ///   - groups: what shapes and colours mean; six can be told apart.
  ///   - points: in any order; of two that compete for room for their names, the first gets it.
  ///   - limit: a value of `y` to be held, drawn as a line.
  ///   - better: which way is better along the axes.
  public init(
    title: String,
    x: ChartAxis,
    y: ChartAxis,
    groups: [String],
    points: [Point],
    limit: (value: Double, label: String)? = nil,
    better: (x: Better, y: Better)? = nil
  ) {
    (self.title, self.x, self.y, self.groups) = (title, x, y, groups)
    (self.limit, self.better) = (limit.flatMap { y.holds($0.value) ? $0 : nil }, better)
    self.points = points.filter { x.holds($0.x) && y.holds($0.y) }
    leftOut = points.count - self.points.count
  }

  /// The points that no other beats, from the one best in `x` on.
  var front: [Point] {
    guard let better else { return [] }
    let (alongX, alongY) = (better.x == .lower ? 1.0 : -1, better.y == .lower ? 1.0 : -1)
    let sorted = points.enumerated().sorted { a, b in
      let (first, second) = (a.element, b.element)
      if first.x != second.x { return first.x * alongX < second.x * alongX }
      if first.y != second.y { return first.y * alongY < second.y * alongY }
      return a.offset < b.offset
    }.map(\.element)
    var best = Double.infinity
    return sorted.filter { point in
      defer { best = min(best, point.y * alongY) }
      return point.y * alongY < best
    }
  }

  func html(_ language: Language) -> String {
    let drawing = ScatterDrawing(self, language)
    var below: [String] = []
    if !drawing.numbered.isEmpty {
      let items = drawing.numbered.map { "<li>\(HTML.escape($0.printable()))</li>" }
      below.append("<ol class=\"names\">\(items.joined())</ol>")
    }
    if !drawing.unnamed.isEmpty {
      below.append(ChartFigure.note(language.unnamed(drawing.unnamed)))
    }
    if leftOut > 0 { below.append(ChartFigure.note(language.leftOut(leftOut))) }
    return ChartFigure.html(
      title: title,
      legend: legend(drawing, language),
      drawings: [drawing.svg],
      below: below
    )
  }

  private func legend(_ drawing: ScatterDrawing, _ language: Language) -> [String] {
    var entries = groups.indices.map { ChartFigure.entry(Mark.svg($0, x: 6, y: 6), groups[$0]) }
    if let limit, !drawing.isLimitNamed {
      let dashes = SVG.line(Line(1, 6, 20, 6), "limit")
      entries.append(ChartFigure.entry(dashes, limit.label, width: 21))
    }
    if front.count > 1 {
      let step = "<polyline class=\"front\" points=\"1,10 10,10 10,3 20,3\"/>"
      entries.append(ChartFigure.entry(step, language.front, width: 21))
    }
    return entries
  }
}

extension ScatterChart {
  /// What the chart shows, in words.
  func description(_ language: Language) -> String {
    func pair(_ point: Point) -> String {
      let name = point.label.isEmpty ? "" : point.label + " "
      return "\(name)(\(x.format(point.x)), \(y.format(point.y)))"
    }
    func range(_ axis: ChartAxis, _ values: [Double]) -> String? {
      guard let low = values.min(), let high = values.max() else { return nil }
      return "\(axis.label): \(language.range(axis.format(low), axis.format(high)))"
    }
    var parts = [language.points(points.count)]
    parts += [range(x, points.map(\.x)), range(y, points.map(\.y))].compactMap { $0 }
    if let limit { parts.append("\(limit.label): \(y.format(limit.value))") }
    if front.count > 1 {
      parts.append("\(language.frontInShort): \(language.list(front.map(pair), atMost: 12))")
    }
    let others = front.count > 1 ? [] : points
    if !others.isEmpty { parts.append(language.list(others.map(pair), atMost: 12)) }
    if leftOut > 0 { parts.append(language.leftOut(leftOut)) }
    return "\(title). \(parts.joined(separator: ". "))"
  }
}
