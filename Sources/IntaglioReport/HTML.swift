/// A self-contained HTML page: no script, no font, no picture from elsewhere.
public struct HTML: Sendable {
  /// One picture with its caption.
  public struct Figure: Sendable {
    public let png: [UInt8]
    public let caption: String
    /// Whether the caption reports something that went wrong.
    public let isWrong: Bool

    public init(png: [UInt8], caption: String, isWrong: Bool = false) {
      self.png = png
      self.caption = caption
      self.isWrong = isWrong
    }
  }

  /// One bar of a chart.
  public struct Bar: Sendable {
    public let label: String
    public let value: Double
    public let text: String

    public init(_ label: String, _ value: Double, _ text: String) {
      self.label = label
      self.value = value
      self.text = text
    }
  }

  /// A part of the page; charts that follow each other stand side by side where there is room.
  private enum Block {
    case plain(String)
    case chart(String)
  }

  /// The language of the page's own words.
  public let language: Language
  private let title: String
  private let generator: String
  private var body: [Block] = []
  private var sections: [(id: String, heading: String)] = []

  /// - Parameters:
  ///   - title: the page's heading.
  ///   - generator: the command that makes the page.
  ///   - language: that of the texts, which the page names and uses for its own words.
  public init(title: String, generator: String, language: Language = .en) {
    (self.title, self.generator, self.language) = (title, generator, language)
  }

  public mutating func heading(_ text: String) { add("<h2>\(Self.escape(text))</h2>") }
  public mutating func paragraph(_ text: String) { add("<p>\(Self.escape(text))</p>") }
  public mutating func preformatted(_ text: String) { add("<pre>\(Self.escape(text))</pre>") }
  public mutating func table(_ table: Table) { add(Self.wide(table.html)) }
  public mutating func chart(_ chart: LineChart) { add(Self.wide(chart.svg)) }
  public mutating func chart(_ chart: StackedBars) { add(Self.wide(chart.svg)) }
  public mutating func chart(_ chart: RooflineChart) { add(Self.wide(chart.svg)) }
  public mutating func chart(_ chart: ScatterChart) { body.append(.chart(chart.html(language))) }
  public mutating func chart(_ chart: IntervalChart) { body.append(.chart(chart.html(language))) }
  public mutating func chart(_ chart: HeatMap) { body.append(.chart(chart.html(language))) }

  /// A heading that links can name; three or more are listed at the page's top.
  public mutating func section(_ id: String, _ heading: String) {
    sections.append((id, heading))
    add("<h2 id=\"\(Self.escape(id))\">\(Self.escape(heading))</h2>")
  }

  /// A banner that says how a test came out, by colour, symbol and word.
  public mutating func verdict(_ text: String, _ kind: Verdict) {
    add(
      "<p class=\"verdict \(kind.rawValue)\"><span role=\"img\" "
        + "aria-label=\"\(language.word(kind))\">\(kind.symbol)</span> "
        + "<strong>\(Self.escape(text))</strong></p>"
    )
  }

  /// Small print.
  public mutating func note(_ text: String) { add("<p class=\"note\">\(Self.escape(text))</p>") }

  /// Points, one below the other.
  public mutating func list(_ items: [String]) {
    guard !items.isEmpty else { return }
    add("<ul>\n\(items.map { "<li>\(Self.escape($0))</li>" }.joined(separator: "\n"))\n</ul>")
  }

  /// A table that opens on demand, and is open in print.
  public mutating func details(_ summary: String, _ table: Table) {
    add(
      "<details><summary>\(Self.escape(summary))</summary>\n\(Self.wide(table.html))\n</details>"
    )
  }

  /// A command or its like, as it is; long lines wrap.
  public mutating func code(_ text: String) {
    add("<pre class=\"code\"><code>\(Self.escape(text))</code></pre>")
  }

  /// A grid of images.
  public mutating func pictures(_ items: [Picture]) {
    guard !items.isEmpty else { return }
    add(
      "<section class=\"pictures\">\n\(items.map(\.html).joined(separator: "\n"))\n</section>"
    )
  }

  private mutating func add(_ html: String) { body.append(.plain(html)) }

  /// What scrolls for itself where a page is narrow.
  static func wide(_ html: String) -> String { "<div class=\"wide\">\n\(html)\n</div>" }

  /// A few figures that a reader should remember.
  public mutating func highlights(_ pairs: [(value: String, label: String)]) {
    let cards = pairs.map {
      "<div><strong>\(Self.escape($0.value))</strong><span>\(Self.escape($0.label))</span></div>"
    }
    add("<section class=\"highlights\">\(cards.joined())</section>")
  }

  public mutating func gallery(_ figures: [Figure]) {
    let items = figures.map { figure in
      "<figure\(figure.isWrong ? " class=\"wrong\"" : "")>"
        + "<img alt=\"\(Self.escape(figure.caption))\" src=\"data:image/png;base64,"
        + Base64.encode(figure.png) + "\">"
        + "<figcaption>\(Self.escape(figure.caption))</figcaption></figure>"
    }
    add("<section class=\"gallery\">\n\(items.joined(separator: "\n"))\n</section>")
  }

  /// Horizontal bars from zero to the largest value; labels of 30 and texts of 34 characters have room.
  public mutating func bars(_ bars: [Bar]) {
    let largest = bars.map(\.value).max() ?? 1
    let (label, length, text) = (230, 420, 250)
    let scale = Double(length) / (largest > 0 ? largest : 1)
    let rows = bars.enumerated().map { index, bar in
      let y = index * 30
      let width = Int((bar.value * scale).rounded())
      return """
        <text x="0" y="\(y + 17)">\(Self.escape(bar.label))</text>
        <rect x="\(label)" y="\(y + 3)" width="\(max(width, 1))" height="20" rx="2"/>
        <text x="\(label + width + 6)" y="\(y + 17)">\(Self.escape(bar.text))</text>
        """
    }
    add(
      Self.wide(
        """
        <svg class="bars" viewBox="0 0 \(label + length + text) \(bars.count * 30)" role="img" \
        aria-label="\(Self.escape(bars.map { "\($0.label): \($0.text)" }.joined(separator: "; ")))">
        \(rows.joined(separator: "\n"))
        </svg>
        """
      )
    )
  }

  /// The whole page.
  public var text: String {
    """
    <!doctype html>
    <html lang="\(language.rawValue)">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="generator" content="\(Self.escape(generator))">
    <title>\(Self.escape(title))</title>
    <style>\(Self.style)</style>
    </head>
    <body>
    \(parts.joined(separator: "\n"))
    </body>
    </html>

    """
  }

  private var parts: [String] {
    let footer = language.generatedBy("<code>\(Self.escape(generator))</code>")
    return ["<h1>\(Self.escape(title))</h1>"] + navigation + blocks + ["<footer>\(footer)</footer>"]
  }

  private var navigation: [String] {
    guard sections.count >= 3 else { return [] }
    let links = sections.map {
      "<a href=\"#\(Self.escape($0.id))\">\(Self.escape($0.heading))</a>"
    }
    return ["<nav aria-label=\"\(language.contents)\">\n\(links.joined(separator: "\n"))\n</nav>"]
  }

  /// The body, charts in a row gathered.
  private var blocks: [String] {
    var (result, charts): ([String], [String]) = ([], [])
    for block in body + [.plain("")] {
      switch block {
      case .chart(let html): charts.append(html)
      case .plain(let html):
        if !charts.isEmpty {
          result.append("<div class=\"charts\">\n\(charts.joined(separator: "\n"))\n</div>")
          charts = []
        }
        if !html.isEmpty { result.append(html) }
      }
    }
    return result
  }

  /// `text` with the characters that HTML and SVG read as their own, or cannot hold, written out; for
  /// contents and for attributes in quotes.
  public static func escape(_ text: String) -> String {
    var result = ""
    // Scalar by scalar: a quote with an accent behind it is one character, and still ends an attribute.
    for scalar in text.printable(keepingLines: true).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
