/// Frames within frames, each as wide as the time it takes: an SVG file of its own.
public struct FlameChart: Sendable {
  /// A stretch of time and what it is made of.
  public struct Frame: Sendable {
    public let label: String
    public let seconds: Double
    /// The index of its colour in the legend; `nil` for a frame that only holds others.
    public let colour: Int?
    /// What a reader sees who points at it.
    public let details: String
    public let children: [Frame]

    /// A frame without children.
    public init(_ label: String, seconds: Double, colour: Int, details: String) {
      (self.label, self.seconds, self.colour) = (label, seconds, colour)
      (self.details, children) = (details, [])
    }

    /// A frame as long as its children together.
    public init(_ label: String, children: [Frame]) {
      (self.label, self.children, colour) = (label, children, nil)
      seconds = children.reduce(0) { $0 + $1.seconds }
      details = ""
    }

    fileprivate var depth: Int { 1 + (children.map(\.depth).max() ?? 0) }
  }

  /// One drawing of the time under a heading.
  public struct Panel: Sendable {
    public let heading: String
    public let root: Frame

    public init(_ heading: String, _ root: Frame) { (self.heading, self.root) = (heading, root) }
  }

  private let title: String
  private let subtitle: String
  private let legend: [String]
  private let panels: [Panel]

  private static let width = 1200.0
  private static let margin = 20.0
  private static let rowHeight = 36.0
  /// About what a character of the labels' size takes.
  private static let characterWidth = 6.3
  /// Below it a frame is not seen.
  private static let leastWidth = 0.2

  /// - Parameters:
  ///   - title: what was measured.
  ///   - subtitle: on what, and how long it took.
  ///   - legend: what the colours mean, at most five.
  ///   - panels: one below the other.
  public init(title: String, subtitle: String, legend: [String], panels: [Panel]) {
    (self.title, self.subtitle, self.legend, self.panels) = (title, subtitle, legend, panels)
  }

  /// The whole file.
  public var svg: String {
    var y = 104.0
    var parts: [String] = []
    for panel in panels {
      parts.append(text(panel.heading, x: Self.margin, y: y, class: "heading"))
      y += 10
      parts += frames(panel.root, x: Self.margin, y: y, scale: scale(panel), whole: panel.root)
      y += Double(panel.root.depth) * Self.rowHeight + 40
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(y - 16))" \
      width="\(Int(Self.width))" height="\(Int(y - 16))" role="img" \
      aria-label="\(HTML.escape(title))">
      <style>\(Self.style)</style>
      <rect class="page" width="100%" height="100%"/>
      \(text(title, x: Self.margin, y: 32, class: "title"))
      \(text(subtitle, x: Self.margin, y: 52, class: "subtitle"))
      \(legendEntries)
      \(parts.joined(separator: "\n"))
      </svg>

      """
  }

  private var legendEntries: String {
    var x = Self.margin
    return legend.indices.map { index in
      defer { x += 40 + Double(legend[index].count) * 6.8 }
      return "<rect class=\"c\(index)\" x=\"\(number(x))\" y=\"66\" width=\"12\" height=\"12\"/>"
        + text(legend[index], x: x + 18, y: 76, class: "legend")
    }.joined(separator: "\n")
  }

  private func scale(_ panel: Panel) -> Double {
    let seconds = panel.root.seconds
    return seconds > 0 ? (Self.width - 2 * Self.margin) / seconds : 0
  }

  /// A frame and all within it.
  private func frames(
    _ frame: Frame,
    x: Double,
    y: Double,
    scale: Double,
    whole: Frame
  ) -> [String] {
    let width = frame.seconds * scale
    guard width >= Self.leastWidth else { return [] }
    var parts = [box(frame, x: x, y: y, width: width, whole: whole)]
    var left = x
    for child in frame.children {
      parts += frames(child, x: left, y: y + Self.rowHeight, scale: scale, whole: whole)
      left += child.seconds * scale
    }
    return parts
  }

  private func box(_ frame: Frame, x: Double, y: Double, width: Double, whole: Frame) -> String {
    let share = whole.seconds > 0 ? frame.seconds / whole.seconds : 0
    let (time, part) = (
      "\(Format.significant(frame.seconds * 1e3)) ms", Format.percent(share, digits: 1)
    )
    let tip = [frame.label, "\(time), \(part)", frame.details].filter { !$0.isEmpty }
    let style = frame.colour.map { "c\($0)" } ?? "group"
    let gap = min(1, width / 4)
    let room = Int((width - 8) / Self.characterWidth)
    var lines = ""
    let tone = frame.colour == nil ? "dark" : "light"
    if let label = Self.fitting(Self.shorter(frame.label), room) ?? Self.cut(frame.label, room) {
      lines += text(label, x: x + 4, y: y + 15, class: tone)
    }
    if let figure = Self.fitting(["\(time), \(part)", time, part], room) {
      lines += text(figure, x: x + 4, y: y + 28, class: tone + " small")
    }
    return "<g><title>\(HTML.escape(tip.joined(separator: "\n")))</title>"
      + "<rect class=\"\(style)\" x=\"\(number(x))\" y=\"\(number(y))\" "
      + "width=\"\(number(width - gap))\" height=\"\(number(Self.rowHeight - 2))\"/>\(lines)</g>"
  }

  /// `attn.qkv.act`, then `qkv.act`, then `act`.
  private static func shorter(_ label: String) -> [String] {
    let parts = label.split(separator: ".")
    return parts.indices.map { parts[$0...].joined(separator: ".") }
  }

  /// The first that has at most `room` characters.
  private static func fitting(_ labels: [String], _ room: Int) -> String? {
    labels.first { $0.count <= room }
  }

  /// The beginning of a label; `nil` where that would be too little to recognise.
  private static func cut(_ label: String, _ room: Int) -> String? {
    room < 4 ? nil : label.prefix(room - 1) + "…"
  }

  private func text(_ content: String, x: Double, y: Double, class style: String) -> String {
    "<text class=\"\(style)\" x=\"\(number(x))\" y=\"\(number(y))\">\(HTML.escape(content))</text>"
  }

  private func number(_ value: Double) -> String { Format.fixed(value, digits: 2) }

  private static let style = """
    text{font:11px system-ui,"DejaVu Sans",sans-serif;fill:#1b2430;pointer-events:none}
    .title{font-size:18px;font-weight:600}.subtitle{font-size:12px;fill:#4a5868}
    .heading{font-size:13px;font-weight:600}.legend{font-size:12px}
    .small{font-size:10px}.light{fill:#fff}.dark{fill:#1b2430}
    .page{fill:#fff}.group{fill:#dde5ee}
    .c0{fill:#2f6db3}.c1{fill:#c2571a}.c2{fill:#3c8050}.c3{fill:#7a5ea8}.c4{fill:#6b7785}
    g:hover rect{stroke:#1b2430;stroke-width:1.5}
    """
}
