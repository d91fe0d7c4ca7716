import Foundation

/// A rectangle along the axes.
struct Box: Sendable, Hashable {
  var left, top, right, bottom: Double

  func overlaps(_ other: Box) -> Bool {
    left < other.right && other.left < right && top < other.bottom && other.top < bottom
  }

  func contains(_ other: Box) -> Bool {
    left <= other.left && other.right <= right && top <= other.top && other.bottom <= bottom
  }

  func grown(by amount: Double) -> Box {
    Box(left: left - amount, top: top - amount, right: right + amount, bottom: bottom + amount)
  }

  /// Whether a line comes through it.
  func isCrossed(by line: Line) -> Bool {
    var (low, high) = (0.0, 1.0)
    for (start, end, least, most) in [
      (line.x1, line.x2, left, right), (line.y1, line.y2, top, bottom),
    ] {
      let change = end - start
      if change == 0 {
        if start <= least || start >= most { return false }
        continue
      }
      let (a, b) = ((least - start) / change, (most - start) / change)
      (low, high) = (max(low, min(a, b)), min(high, max(a, b)))
      if low >= high { return false }
    }
    return true
  }
}

/// From one place to another.
struct Line: Sendable, Hashable {
  let x1, y1, x2, y2: Double

  init(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) {
    (self.x1, self.y1, self.x2, self.y2) = (x1, y1, x2, y2)
  }
}

/// Elements of SVG as text.
enum SVG {
  /// The width of the drawings, which are read on a phone: a unit is nearly a pixel there.
  static let width = 400.0
  /// The size of text, in units.
  static let size = 12.0
  /// The size of text along axes.
  static let small = 11.0

  enum Anchor: String { case start, middle, end }

  static func number(_ value: Double) -> String { Format.fixed(value, digits: 1) }

  static func line(_ line: Line, _ style: String) -> String {
    "<line class=\"\(style)\" x1=\"\(number(line.x1))\" y1=\"\(number(line.y1))\" "
      + "x2=\"\(number(line.x2))\" y2=\"\(number(line.y2))\"/>"
  }

  static func rectangle(_ box: Box, _ attributes: String, title: String? = nil) -> String {
    "<rect \(attributes) x=\"\(number(box.left))\" y=\"\(number(box.top))\" "
      + "width=\"\(number(box.right - box.left))\" height=\"\(number(box.bottom - box.top))\""
      + (title.map { ">\(self.title($0))</rect>" } ?? "/>")
  }

  static func title(_ text: String) -> String { "<title>\(HTML.escape(text))</title>" }

  /// What a text of this width covers that stands at `x` on the line `y`.
  static func box(
    x: Double,
    y: Double,
    width: Double,
    size: Double,
    anchor: Anchor = .start
  ) -> Box {
    let left =
      switch anchor {
      case .start: x
      case .middle: x - width / 2
      case .end: x - width
      }
    return Box(left: left, top: y - 0.86 * size, right: left + width, bottom: y + 0.26 * size)
  }

  static func text(
    _ content: String,
    x: Double,
    y: Double,
    anchor: Anchor = .start,
    style: String = ""
  ) -> String {
    guard !content.isEmpty else { return "" }
    return "<text" + (style.isEmpty ? "" : " class=\"\(style)\"")
      + (anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\"")
      + " x=\"\(number(x))\" y=\"\(number(y))\">\(HTML.escape(content))</text>"
  }

  /// A drawing with what it shows in words.
  static func image(
    height: Double,
    width: Double = width,
    description: String,
    _ parts: [String]
  )
    -> String
  {
    let body = parts.filter { !$0.isEmpty }.joined(separator: "\n")
    let least =
      width > self.width ? " style=\"min-width:\(Int((width * 0.9).rounded(.up)))px\"" : ""
    return """
      <svg\(least) viewBox="0 0 \(Int(width)) \(Int(height.rounded(.up)))" role="img" \
      aria-label="\(HTML.escape(description))">
      \(body)
      </svg>
      """
  }
}

/// The marks that tell groups apart, by shape and by colour.
enum Mark {
  static let count = 6
  /// How far a mark reaches from its middle.
  static let radius = 5.0

  /// The mark of group `index`, which may be any number.
  static func svg(
    _ index: Int,
    x: Double,
    y: Double,
    radius: Double = radius,
    inside: String = ""
  )
    -> String
  {
    let kind = (index % count + count) % count
    let style = "class=\"c\(kind)\""
    func polygon(_ corners: [(Double, Double)]) -> String {
      let points = corners.map {
        "\(SVG.number(x + $0.0 * radius)),\(SVG.number(y + $0.1 * radius))"
      }
      return "<polygon \(style) points=\"\(points.joined(separator: " "))\">\(inside)</polygon>"
    }
    switch kind {
    case 0:
      return "<circle \(style) cx=\"\(SVG.number(x))\" cy=\"\(SVG.number(y))\" "
        + "r=\"\(SVG.number(radius * 0.9))\">\(inside)</circle>"
    case 1: return polygon([(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)])
    case 2: return polygon([(0, -1), (0.95, 0.75), (-0.95, 0.75)])
    case 3: return polygon([(0, -1), (1, 0), (0, 1), (-1, 0)])
    case 4: return polygon([(-0.95, -0.75), (0.95, -0.75), (0, 1)])
    default:
      let (a, b) = (0.33, 0.95)
      return polygon([
        (-a, -b), (a, -b), (a, -a), (b, -a), (b, a), (a, a), (a, b), (-a, b), (-a, a), (-b, a),
        (-b, -a), (-a, -a),
      ])
    }
  }
}

/// A figure of a page: what it shows, what its marks mean, drawings, and small print.
enum ChartFigure {
  /// The whole figure; one that `isBroad`, or of several drawings, gets the page's width.
  static func html(
    title: String,
    legend: [String],
    drawings: [String],
    isBroad: Bool = false,
    below: [String]
  ) -> String {
    var parts = ["<figcaption>\(HTML.escape(title))</figcaption>"]
    if !legend.isEmpty { parts.append("<ul class=\"legend\">\(legend.joined())</ul>") }
    let wide = drawings.map(HTML.wide).joined(separator: "\n")
    let isRow = drawings.count > 1 && !isBroad
    parts.append(isRow ? "<div class=\"drawings\">\n\(wide)\n</div>" : wide)
    parts += below
    let style =
      "chart" + (isBroad || isRow ? " broad" : "") + (drawings.count > 1 ? " several" : "")
    return
      "<figure class=\"\(style)\">\n\(parts.joined(separator: "\n"))\n</figure>"
  }

  /// An entry of the legend: a small drawing and its meaning.
  static func entry(_ drawing: String, _ text: String, width: Double = 12) -> String {
    "<li><svg class=\"key\" viewBox=\"0 0 \(Int(width)) 12\" width=\"\(Int(width))\" height=\"12\" "
      + "aria-hidden=\"true\">\(drawing)</svg> \(HTML.escape(text))</li>"
  }

  static func note(_ text: String) -> String { "<p class=\"note\">\(HTML.escape(text))</p>" }
}
