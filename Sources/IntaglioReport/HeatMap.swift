/// A table of numbers as colours, as SVG.
///
/// There are two colours around zero where some numbers are negative, and one otherwise. Every cell says its
/// number too. A missing number is a – without colour; so is one that is not finite, and those are counted.
public struct HeatMap: Sendable {
  let title: String
  let rowTitle: String
  let columnTitle: String
  let rows: [String]
  let columns: [String]
  let text: @Sendable (Double) -> String
  private let values: [[Double?]]

  /// The most rows of a drawing.
  static let most = 30

  /// - Parameters:
  ///   - title: what the numbers are.
  ///   - rowTitle: what the rows are.
  ///   - columnTitle: what the columns are.
  ///   - rows: from the top.
  ///   - columns: from the left.
  ///   - values: a list for each row with a number for each column; what is missing is as `nil`.
  ///   - text: a number as people read it, as short as can be.
  public init(
    title: String,
    rowTitle: String,
    columnTitle: String,
    rows: [String],
    columns: [String],
    values: [[Double?]],
    text: @escaping @Sendable (Double) -> String = { Format.significant($0) }
  ) {
    (self.title, self.rowTitle, self.columnTitle) = (title, rowTitle, columnTitle)
    (self.rows, self.columns, self.values, self.text) = (rows, columns, values, text)
  }

  func html(_ language: Language) -> String {
    ChartFigure.html(
      title: title,
      legend: legend,
      drawings: pieces.map { HeatMapDrawing(self, rows: $0, language).svg },
      isBroad: layout.total > SVG.width,
      below: leftOut == 0 ? [] : [ChartFigure.note(language.leftOut(leftOut))]
    )
  }

  /// The number of a cell, if there is one that is finite.
  func value(_ row: Int, _ column: Int) -> Double? {
    guard row < values.count, column < values[row].count, let value = values[row][column],
      value.isFinite
    else { return nil }
    return value
  }

  var cells: [(row: Int, column: Int, value: Double)] {
    rows.indices.flatMap { row in
      columns.indices.compactMap { column in
        value(row, column).map { (row, column, $0) }
      }
    }
  }

  /// The width of the names, of a column, and of all: wider than a phone where it has to be.
  var layout: (label: Double, cell: Double, total: Double) {
    func width(_ text: String) -> Double { TextMeasure.width(text.printable(), size: SVG.small) }
    let names = rows.map { width($0) } + [width(rowTitle)]
    let label = min(names.max() ?? 0, 150) + 8
    let texts = cells.map { width(text($0.value)) }.max() ?? 0
    let headings = columns.map { width($0) }.max() ?? 0
    let least = max(min(texts, 120), min(headings, 80), 16) + 8
    let count = Double(max(columns.count, 1))
    let cell = max(least, min((SVG.width - label) / count, 90))
    return (label, cell, max(label + cell * count, SVG.width).rounded(.up))
  }

  private var leftOut: Int {
    values.prefix(rows.count).joined().count { $0.map { !$0.isFinite } ?? false }
  }

  /// The rows in as many parts as there are drawings, which are about equally long.
  private var pieces: [Range<Int>] {
    let count = max((rows.count + Self.most - 1) / Self.most, 1)
    return (0..<count).map { rows.count * $0 / count..<rows.count * ($0 + 1) / count }
  }

  private var legend: [String] {
    let values = cells.map(\.value)
    guard let low = values.min(), let high = values.max(), low < high else { return [] }
    let shades = HeatShades(values)
    let stops = low < 0 && high > 0 ? [low, 0, high] : [low, high]
    return stops.map { stop in
      let box = Box(left: 0.5, top: 0.5, right: 23.5, bottom: 11.5)
      let frame = SVG.rectangle(box, "class=\"frame\"")
      let drawing = SVG.rectangle(box, shades.attributes(stop)) + frame
      return ChartFigure.entry(drawing, text(stop), width: 24)
    }
  }
}

/// The colours of numbers.
struct HeatShades {
  private let low, high: Double

  /// - Parameter values: all that get a colour, finite.
  init(_ values: [Double]) {
    let (least, greatest) = (values.min() ?? 0, values.max() ?? 0)
    // Equal steps in both directions around zero.
    let reach = max(least.magnitude, greatest.magnitude)
    (low, high) = least < 0 ? (-reach, reach) : (least, greatest)
  }

  /// The class and the strength of a colour; never so strong that text upon it is hard to read.
  func attributes(_ value: Double) -> String {
    let share: Double
    if low < 0 {
      share = (value / high).magnitude
    } else {
      share = high > low ? 0.08 + 0.92 * ((value - low) / (high - low)) : 0.5
    }
    let strength = Format.fixed(0.62 * min(max(share, 0), 1), digits: 3)
    return "class=\"\(value < 0 ? "cold" : "warm")\" fill-opacity=\"\(strength)\""
  }
}

/// A drawing of some rows of a `HeatMap`.
struct HeatMapDrawing {
  let svg: String

  private static let row = 24.0
  private static let top = 40.0

  init(_ map: HeatMap, rows: Range<Int>, _ language: Language) {
    let size = SVG.small
    let (label, cell, total) = map.layout
    let rowTitle = TextMeasure.cut(map.rowTitle, room: label - 8, size: size)
    let columnTitle = TextMeasure.cut(map.columnTitle, room: total - label - 4, size: size)
    var parts = [
      SVG.text(rowTitle, x: 2, y: 32, style: "tick"),
      SVG.text(columnTitle, x: label, y: 13, style: "tick"),
    ]
    for (index, column) in map.columns.enumerated() {
      let x = label + (Double(index) + 0.5) * cell
      let name = TextMeasure.cut(column, room: cell - 4, size: size)
      parts.append(SVG.text(name, x: x, y: 32, anchor: .middle, style: "cell"))
    }
    let shades = HeatShades(map.cells.map(\.value))
    for row in rows {
      let y = Self.top + Double(row - rows.lowerBound) * Self.row
      let name = TextMeasure.cut(map.rows[row], room: label - 8, size: size)
      parts.append(SVG.text(name, x: 2, y: y + 16, style: "cell"))
      for (column, heading) in map.columns.enumerated() {
        let x = label + Double(column) * cell
        let value = map.value(row, column)
        let text = value.map { TextMeasure.cut(map.text($0), room: cell - 4, size: size) }
        if let value {
          let box = Box(left: x, top: y, right: x + cell, bottom: y + Self.row).grown(by: -0.75)
          let title = "\(map.rows[row]), \(heading): \(map.text(value))"
          parts.append(SVG.rectangle(box, shades.attributes(value), title: title))
        }
        let style = "cell"
        parts.append(
          SVG.text(text ?? "–", x: x + cell / 2, y: y + 16, anchor: .middle, style: style)
        )
      }
    }
    svg = SVG.image(
      height: Self.top + Double(rows.count) * Self.row + 2,
      width: total,
      description: map.description(rows, language),
      parts
    )
  }
}

extension HeatMap {
  func description(_ rows: Range<Int>, _ language: Language) -> String {
    let cells = cells.filter { rows.contains($0.row) }
    func words(_ cell: (row: Int, column: Int, value: Double)) -> String {
      "\(self.rows[cell.row]), \(columns[cell.column]): \(text(cell.value))"
    }
    var parts = ["\(rowTitle) × \(columnTitle): \(rows.count) × \(columns.count)"]
    if let low = cells.min(by: { $0.value < $1.value }),
      let high = cells.max(by: { $0.value < $1.value })
    {
      parts.append("\(language.least) \(words(low))")
      if low.value < high.value { parts.append("\(language.greatest) \(words(high))") }
    }
    return "\(title). \(parts.joined(separator: ". "))"
  }
}
