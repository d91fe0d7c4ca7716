/// The drawing of a `ScatterChart`: everything in its place.
struct ScatterDrawing {
  private(set) var svg = ""
  /// What the numbers in the drawing stand for, from 1 on: names that found no room.
  private(set) var numbered: [String] = []
  /// Names for which there is not even room for a number.
  private(set) var unnamed: [String] = []
  /// Whether the limit's name has found room in full, or there is no limit.
  private(set) var isLimitNamed = true

  private static let height = 316.0
  private static let plotBottom = 276.0
  private static let plotTop = 24.0

  init(_ chart: ScatterChart, _ language: Language) {
    let (top, bottom, right) = (Self.plotTop, Self.plotBottom, SVG.width - 6)
    let vertical = ChartScale(
      chart.y,
      values: chart.points.flatMap { point in
        [point.y] + (point.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
      } + (chart.limit.map { [$0.value] } ?? []),
      from: bottom,
      to: top
    )
    let rows = vertical.ticks(5, room: 90, size: SVG.small)
    let widest = rows.map { TextMeasure.width($0.text, size: SVG.small) }.max() ?? 0
    let left = (widest + 8).rounded(.up)
    let horizontal = ChartScale(chart.x, values: chart.points.map(\.x), from: left, to: right)

    let spots = chart.points.map { point in
      Spot(point: point, x: horizontal.place(point.x), y: vertical.place(point.y))
    }
    let whiskers = spots.flatMap { Self.whisker($0, vertical) }
    let front = Self.steps(
      chart.front.map { (horizontal.place($0.x), vertical.place($0.y)) },
      end: chart.better?.x == .higher ? left : right
    )
    let limit = chart.limit.map { limit -> Line in
      let y = vertical.place(limit.value)
      return Line(left, y, right, y)
    }
    let plot = Box(left: left, top: top, right: SVG.width - 1, bottom: bottom)
    var placer = LabelPlacer(
      bounds: plot.grown(by: 1),
      taken: spots.map { Box(left: $0.x, top: $0.y, right: $0.x, bottom: $0.y).grown(by: 5) },
      lines: whiskers + front + (limit.map { [$0] } ?? [])
    )
    let limitName = Self.name(chart.limit, limit, &placer)
    isLimitNamed = limit == nil || limitName.isWhole
    let ranks = chart.front.map(\.label)
    let names = names(
      spots.filter { ranks.contains($0.point.label) }
        + spots.filter { !ranks.contains($0.point.label) },
      &placer
    )

    var parts = Self.axes(chart, rows, horizontal, plot)
    if let limit { parts.append(SVG.line(limit, "limit")) }
    parts += front.map { SVG.line($0, "front") } + whiskers.map { SVG.line($0, "whisker") }
    parts += names.leaders
    parts += spots.map { spot in
      let point = spot.point
      let interval = point.interval.map {
        ", " + language.interval(chart.y.format($0.lowerBound), chart.y.format($0.upperBound))
      }
      let details = [point.label, "\(chart.x.format(point.x)), \(chart.y.format(point.y))"]
        .filter { !$0.isEmpty }.joined(separator: ": ")
      let title = SVG.title(details + (interval ?? ""))
      return Mark.svg(point.group, x: spot.x, y: spot.y, inside: title)
    }
    parts += [limitName.svg] + names.texts
    if chart.points.isEmpty {
      let width = TextMeasure.width(language.nothing, size: SVG.size)
      let (x, y) = ((SVG.width - width) / 2, (top + bottom) / 2)
      let places = [0.0, 24, -24].map { (x, y + $0) }
      if let place = placer.place(width: width, size: SVG.size, candidates: places) {
        parts.append(SVG.text(language.nothing, x: place.x, y: place.y))
      }
    }
    svg = SVG.image(height: Self.height, description: chart.description(language), parts)
  }

  private struct Spot {
    let point: ScatterChart.Point
    let x, y: Double
  }

  /// Names beside their points, and what leads to them; what has no room is noted.
  private mutating func names(
    _ spots: [Spot],
    _ placer: inout LabelPlacer
  ) -> (
    texts: [String], leaders: [String]
  ) {
    var (texts, leaders): ([String], [String]) = ([], [])
    func add(_ text: String, _ spot: Spot) -> Bool {
      let width = TextMeasure.width(text, size: SVG.small)
      guard !text.isEmpty,
        let place = placer.place(width: width, size: SVG.small, x: spot.x, y: spot.y)
      else { return false }
      texts.append(SVG.text(text, x: place.x, y: place.y, style: "name"))
      if let leader = place.leader { leaders.append(SVG.line(leader, "leader")) }
      return true
    }
    for spot in spots where !spot.point.label.isEmpty {
      let label = spot.point.label
      if add(TextMeasure.cut(label, room: 150, size: SVG.small), spot) { continue }
      if add("\(numbered.count + 1)", spot) {
        numbered.append(label)
      } else {
        unnamed.append(label)
      }
    }
    return (texts, leaders)
  }

  /// The line that the best points make: level up to the next one's `x`, then to its `y`.
  private static func steps(_ corners: [(x: Double, y: Double)], end: Double) -> [Line] {
    guard corners.count > 1, let last = corners.last else { return [] }
    let between = zip(corners, corners.dropFirst()).flatMap { a, b in
      [Line(a.x, a.y, b.x, a.y), Line(b.x, a.y, b.x, b.y)]
    }
    return between + [Line(last.x, last.y, end, last.y)]
  }

  private static func whisker(_ spot: Spot, _ scale: ChartScale) -> [Line] {
    guard let interval = spot.point.interval else { return [] }
    let (low, high) = (scale.place(interval.lowerBound), scale.place(interval.upperBound))
    guard abs(high - low) > 0.5 else { return [] }
    return [Line(spot.x, low, spot.x, high)]
      + [low, high].map { Line(spot.x - 3, $0, spot.x + 3, $0) }
  }

  /// The name of the limit, above or below its line, where there is room.
  private static func name(
    _ limit: (value: Double, label: String)?,
    _ line: Line?,
    _ placer: inout LabelPlacer
  ) -> (svg: String, isWhole: Bool) {
    guard let limit, let line else { return ("", false) }
    let text = TextMeasure.cut(limit.label, room: line.x2 - line.x1 - 8, size: SVG.small)
    let width = TextMeasure.width(text, size: SVG.small)
    let lefts = stride(from: 0.0, through: 1, by: 0.125).map {
      line.x2 - width - 2 - $0 * (line.x2 - line.x1 - width - 4)
    }
    let candidates = [-4.0, 13, -16, 25].flatMap { dy in lefts.map { ($0, line.y1 + dy) } }
    guard !text.isEmpty,
      let place = placer.place(width: width, size: SVG.small, candidates: candidates)
    else { return ("", limit.label.isEmpty) }
    let name = SVG.text(text, x: place.x, y: place.y, style: "limit-name")
    return (name, text == limit.label)
  }

  private static func axes(
    _ chart: ScatterChart,
    _ rows: [ChartScale.Tick],
    _ horizontal: ChartScale,
    _ plot: Box
  ) -> [String] {
    var bottom = Double.infinity
    let levels = rows.flatMap { tick -> [String] in
      let grid = SVG.line(Line(plot.left, tick.place, SVG.width - 6, tick.place), "grid")
      let y = tick.place + 4
      guard bottom - y > SVG.small + 3 else { return [grid] }
      bottom = y
      return [grid, SVG.text(tick.text, x: plot.left - 5, y: y, anchor: .end, style: "tick")]
    }
    let columns = ChartScale.below(
      horizontal.ticks(6, room: 90, size: SVG.small),
      stretches: [plot.top...plot.bottom],
      bottom: plot.bottom
    )
    let room = SVG.width - 4
    return levels + columns + [
      SVG.text(TextMeasure.cut(chart.y.label, room: room, size: SVG.size), x: 0, y: 12),
      SVG.text(
        TextMeasure.cut(chart.x.label, room: room, size: SVG.size),
        x: SVG.width - 2,
        y: plot.bottom + 34,
        anchor: .end
      ),
    ]
  }
}
