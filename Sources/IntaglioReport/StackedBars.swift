/// Horizontal bars made of parts, as SVG: what a whole consists of, beside other wholes.
public struct StackedBars: Sendable {
  /// One bar.
  public struct Bar: Sendable {
    public let label: String
    /// One for each entry of the legend, not negative.
    public let parts: [Double]
    /// What stands behind the bar.
    public let text: String

    public init(_ label: String, _ parts: [Double], _ text: String) {
      (self.label, self.parts, self.text) = (label, parts, text)
    }
  }

  private let title: String
  private let legend: [String]
  private let bars: [Bar]

  private static let width = 900.0
  private static let label = 240.0
  private static let text = 190.0
  private static let row = 30.0

  /// - Parameters:
  ///   - title: what the lengths are.
  ///   - legend: what the parts are, at most five.
  ///   - bars: from the top.
  /// - Precondition: every bar has a part for every entry of the legend.
  public init(title: String, legend: [String], bars: [Bar]) {
    precondition(bars.allSatisfy { $0.parts.count == legend.count }, "a part for every entry")
    (self.title, self.legend, self.bars) = (title, legend, bars)
  }

  var svg: String {
    let largest = bars.map { $0.parts.reduce(0, +) }.max() ?? 0
    let scale = largest > 0 ? (Self.width - Self.label - Self.text) / largest : 0
    let rows = bars.enumerated().map { index, bar in
      row(bar, y: 30 + Double(index) * Self.row, scale: scale)
    }
    let height = 34 + Int(Double(bars.count) * Self.row)
    return """
      <svg class="stack" viewBox="0 0 \(Int(Self.width)) \(height)" role="img" \
      aria-label="\(HTML.escape(description))">
      \(([heading] + rows).joined(separator: "\n"))
      </svg>
      """
  }

  /// What the chart shows, in words.
  private var description: String {
    let rows = bars.map { bar in
      let parts = zip(legend, bar.parts).map { "\($0) \(Format.significant($1))" }
      return "\(bar.label): \(parts.joined(separator: ", ")), \(bar.text)"
    }
    return ([title] + rows).joined(separator: ". ")
  }

  private var heading: String {
    var x = 360.0
    let entries = legend.indices.map { index in
      defer { x += 30 + 7 * Double(legend[index].count) }
      return "<rect class=\"s\(index)\" x=\"\(Format.fixed(x, digits: 0))\" y=\"4\" width=\"12\" "
        + "height=\"12\"/><text x=\"\(Format.fixed(x + 17, digits: 0))\" y=\"14\">"
        + "\(HTML.escape(legend[index]))</text>"
    }
    return (["<text class=\"title\" x=\"0\" y=\"14\">\(HTML.escape(title))</text>"] + entries)
      .joined(separator: "\n")
  }

  private func row(_ bar: Bar, y: Double, scale: Double) -> String {
    var x = Self.label
    let parts = bar.parts.indices.compactMap { index -> String? in
      let width = bar.parts[index] * scale
      defer { x += width }
      guard width > 0 else { return nil }
      return "<rect class=\"s\(index)\" x=\"\(Format.fixed(x, digits: 1))\" "
        + "y=\"\(Format.fixed(y, digits: 0))\" width=\"\(Format.fixed(width, digits: 1))\" "
        + "height=\"20\"><title>\(HTML.escape(legend[index]))</title></rect>"
    }
    let baseline = Format.fixed(y + 15, digits: 0)
    let label = "<text x=\"0\" y=\"\(baseline)\">\(HTML.escape(bar.label))</text>"
    let text =
      "<text x=\"\(Format.fixed(x + 6, digits: 1))\" y=\"\(baseline)\">\(HTML.escape(bar.text))</text>"
    return ([label] + parts + [text]).joined(separator: "\n")
  }
}
