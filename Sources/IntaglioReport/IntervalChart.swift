/// One value a row with where it may lie, as SVG: a dot, a whisker, and a text behind.
///
/// A value that has no place on the axis keeps its row and text, and is counted. Many rows are drawn as
/// several drawings with the same axis, so that no page of print cuts one.
public struct IntervalChart: Sendable {
  /// One row.
  public struct Row: Sendable {
    public let label: String
    public let value: Double
    /// Where the value may lie.
    public let interval: ClosedRange<Double>?
    /// What stands behind.
    public let text: String
    /// Whether the row is the one to look at: bold, with another mark.
    public let isMarked: Bool

    public init(
      _ label: String,
      _ value: Double,
      interval: ClosedRange<Double>? = nil,
      text: String = "",
      isMarked: Bool = false
    ) {
      (self.label, self.value, self.interval) = (label, value, interval)
      (self.text, self.isMarked) = (text, isMarked)
    }
  }

  let title: String
  let axis: ChartAxis
  let rows: [Row]
  let limit: (value: Double, label: String)?

  /// The most rows of a drawing.
  static let most = 30

  /// - Parameters:
  ///   - title: what the values are.
  ///   - axis: the horizontal axis.
  ///   - rows: from the top.
  ///   - limit: a value to be held, drawn as a line.
  public init(
    title: String,
    axis: ChartAxis,
    rows: [Row],
    limit: (value: Double, label: String)? = nil
  ) {
    (self.title, self.axis, self.rows) = (title, axis, rows)
    self.limit = limit.flatMap { axis.holds($0.value) ? $0 : nil }
  }

  func html(_ language: Language) -> String {
    let leftOut = rows.count { !axis.holds($0.value) }
    return ChartFigure.html(
      title: title,
      legend: [],
      drawings: pieces.map { IntervalDrawing(self, rows: $0, language).svg },
      below: leftOut == 0 ? [] : [ChartFigure.note(language.leftOut(leftOut))]
    )
  }

  /// The rows in as many parts as there are drawings, which are about equally long.
  private var pieces: [ArraySlice<Row>] {
    let count = max((rows.count + Self.most - 1) / Self.most, 1)
    return (0..<count).map { rows[rows.count * $0 / count..<rows.count * ($0 + 1) / count] }
  }
}

/// A drawing of some rows of an `IntervalChart`.
struct IntervalDrawing {
  let svg: String

  private struct Layout {
    /// Whether names and texts stand above their dots, for they are long.
    let isStacked: Bool
    let label, text: Double
    let left, right: Double
    let row: Double
  }

  /// The least width of what is drawn between names and texts.
  private static let least = 150.0

  init(_ chart: IntervalChart, rows: ArraySlice<IntervalChart.Row>, _ language: Language) {
    let layout = Self.layout(chart)
    let scale = ChartScale(
      chart.axis,
      values: chart.rows.flatMap { row in
        [row.value] + (row.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
      } + (chart.limit.map { [$0.value] } ?? []),
      from: layout.left,
      to: layout.right
    )
    let top = chart.limit == nil ? 2.0 : 24
    let bottom = top + Double(rows.count) * layout.row + 4
    let ticks = scale.ticks(
      layout.isStacked ? 6 : 4,
      room: (layout.right - layout.left) / 2,
      size: SVG.small
    )
    var parts = rows.enumerated().filter(\.element.isMarked).map { index, _ in
      let y = top + Double(index) * layout.row
      let box = Box(left: 0, top: y + 1, right: SVG.width, bottom: y + layout.row - 1)
      return SVG.rectangle(box, "class=\"band\" rx=\"3\"")
    }
    // Where names stand above their dots, the grid leaves them out.
    let stretches =
      layout.isStacked
      ? rows.indices.map { index in
        let y = top + Double(index - rows.startIndex) * layout.row
        return y + 20...y + layout.row - 4
      } : [top...bottom]
    parts += ChartScale.below(ticks, stretches: stretches, bottom: bottom)
    if let limit = chart.limit {
      let x = scale.place(limit.value)
      let pieces = layout.isStacked ? [top - 6...top] + stretches : [top - 6...bottom]
      parts += pieces.map { SVG.line(Line(x, $0.lowerBound, x, $0.upperBound), "limit") }
      let name = TextMeasure.cut(limit.label, room: SVG.width - 4, size: SVG.small)
      let half = TextMeasure.width(name, size: SVG.small) / 2
      let middle = min(max(x, half + 1), SVG.width - half - 1)
      parts.append(SVG.text(name, x: middle, y: 13, anchor: .middle, style: "limit-name"))
    }
    for (index, row) in rows.enumerated() {
      parts += Self.row(row, chart, layout, scale, top + Double(index) * layout.row, language)
    }
    let label = TextMeasure.cut(chart.axis.label, room: SVG.width - 4, size: SVG.size)
    parts.append(SVG.text(label, x: SVG.width - 2, y: bottom + 34, anchor: .end))
    svg = SVG.image(
      height: bottom + 40,
      description: chart.description(rows, language),
      parts
    )
  }

  private static func layout(_ chart: IntervalChart) -> Layout {
    let label =
      chart.rows.map {
        TextMeasure.width($0.label.printable(), size: SVG.size, isBold: $0.isMarked)
      }.max() ?? 0
    let text =
      chart.rows.map { TextMeasure.width($0.text.printable(), size: SVG.size) }.max() ?? 0
    let (gap, edge) = (14.0, 4.0)
    if label + text + 2 * gap + edge + least > SVG.width {
      // Names get what texts leave, and texts at least half.
      let texts = min(text, max(SVG.width / 2, SVG.width - label - gap) - edge)
      return Layout(
        isStacked: true,
        label: SVG.width - texts - gap - edge,
        text: texts,
        left: 12,
        right: SVG.width - 12,
        row: 36
      )
    }
    return Layout(
      isStacked: false,
      label: label,
      text: text,
      left: edge + label + gap,
      right: SVG.width - (text > 0 ? text + gap : gap),
      row: 23
    )
  }

  private static func row(
    _ row: IntervalChart.Row,
    _ chart: IntervalChart,
    _ layout: Layout,
    _ scale: ChartScale,
    _ y: Double,
    _ language: Language
  ) -> [String] {
    let size = SVG.size
    let label = TextMeasure.cut(row.label, room: layout.label, size: size, isBold: row.isMarked)
    let text = TextMeasure.cut(row.text, room: layout.text, size: size)
    let baseline = y + 15
    var parts = [
      SVG.text(label, x: 4, y: baseline, style: row.isMarked ? "marked" : ""),
      SVG.text(text, x: SVG.width - 2, y: baseline, anchor: .end),
    ]
    guard chart.axis.holds(row.value) else { return parts }
    let middle = layout.isStacked ? y + 26 : y + layout.row / 2
    if let interval = row.interval {
      let (low, high) = (scale.place(interval.lowerBound), scale.place(interval.upperBound))
      parts.append(SVG.line(Line(low, middle, high, middle), "whisker"))
      parts += [low, high].map { SVG.line(Line($0, middle - 4, $0, middle + 4), "whisker") }
    }
    let title = SVG.title(chart.words(row, language))
    parts.append(
      Mark.svg(
        row.isMarked ? 3 : 0,
        x: scale.place(row.value),
        y: middle,
        radius: row.isMarked ? 6.5 : 5,
        inside: title
      )
    )
    return parts
  }
}

extension IntervalChart {
  /// A row in words.
  func words(_ row: Row, _ language: Language) -> String {
    let interval = row.interval.map {
      language.interval(axis.format($0.lowerBound), axis.format($0.upperBound))
    }
    let value = axis.holds(row.value) ? axis.format(row.value) : ""
    let rest = row.text == value ? "" : row.text
    return "\(row.label): "
      + [value, interval ?? "", rest].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  func description(_ rows: ArraySlice<Row>, _ language: Language) -> String {
    var parts = [axis.label]
    if let limit { parts.append("\(limit.label): \(axis.format(limit.value))") }
    parts.append(language.list(rows.map { words($0, language) }, atMost: Self.most))
    return "\(title). \(parts.joined(separator: ". "))"
  }
}
