import Foundation
import IntaglioReport
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

@Suite("Flame charts")
struct FlameChartTests {
  private static let chart = FlameChart(
    title: "model <1>",
    subtitle: "on a machine",
    legend: ["products", "norms & others"],
    panels: [
      FlameChart.Panel(
        "in order",
        FlameChart.Frame(
          "model",
          children: [
            FlameChart.Frame(
              "block",
              children: [
                .init("attn.long.name.of.a.layer", seconds: 0.006, colour: 0, details: "1 MAC"),
                .init("norm", seconds: 0.002, colour: 1, details: ""),
              ]
            ),
            FlameChart.Frame("attn.qkv.proj", seconds: 0.0004, colour: 0, details: "a < b"),
            FlameChart.Frame("never.seen", seconds: 0, colour: 0, details: ""),
          ]
        )
      )
    ]
  )

  /// The attributes of every rectangle, in order, the page and the legend left out.
  private static func boxes(_ svg: String) -> [[String: String]] {
    let reader = Boxes()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    return parser.parse() ? reader.found : []
  }

  @Test("a frame is as wide as its share of the time, and lies within its parent")
  func widths() throws {
    let boxes = Self.boxes(Self.chart.svg)
    #expect(boxes.map { $0["class"] } == ["group", "group", "c0", "c1", "c0"])
    let spans = boxes.map { box in
      let left = Double(box["x"] ?? "") ?? .nan
      return (left, left + (Double(box["width"] ?? "") ?? .nan))
    }
    let whole = spans[0].1 - spans[0].0 + 1
    for (span, share) in zip(spans, [1, 8 / 8.4, 6 / 8.4, 2 / 8.4, 0.4 / 8.4]) {
      #expect(abs(span.1 - span.0 + 1 - share * whole) < 0.02)
    }
    #expect(spans[2].0 == spans[1].0 && spans[3].0 > spans[2].1 && spans[3].1 <= spans[1].1)
    #expect(spans[4].0 > spans[1].1)
    let heights = boxes.compactMap { Double($0["y"] ?? "") }
    #expect(heights[0] < heights[1] && heights[1] < heights[2] && heights[1] == heights[4])
  }

  @Test("labels that do not fit lose their first parts; figures stand in tooltips")
  func labels() {
    let svg = Self.chart.svg
    #expect(svg.contains(">attn.long.name.of.a.layer</text>"))
    #expect(svg.contains("\nattn.qkv.proj") == false && svg.contains("<title>attn.qkv.proj\n"))
    #expect(svg.contains(">proj</text>") && !svg.contains(">attn.qkv.proj</text>"))
    #expect(svg.contains("6.00 ms, 71.4 %") && svg.contains("1 MAC"))
    #expect(!svg.contains("never.seen"))
  }

  @Test("names cannot become markup, and nothing is fetched from elsewhere")
  func escaping() {
    let svg = Self.chart.svg
    #expect(svg.contains("model &lt;1&gt;") && svg.contains("a &lt; b"))
    #expect(svg.contains("norms &amp; others") && !svg.contains("<1>"))
    #expect(!svg.contains("href") && !svg.contains("<script") && !svg.contains("url("))
  }

  @Test("no time at all is a chart without boxes")
  func empty() {
    let root = FlameChart.Frame("model", children: [])
    let chart = FlameChart(
      title: "",
      subtitle: "",
      legend: [],
      panels: [FlameChart.Panel("", root)]
    )
    #expect(XMLParser(data: Data(chart.svg.utf8)).parse())
    #expect(Self.boxes(chart.svg).isEmpty)
  }
}

private final class Boxes: NSObject, XMLParserDelegate {
  var found: [[String: String]] = []
  private var isInFrame = false

  func parser(
    _ parser: XMLParser,
    didStartElement name: String,
    namespaceURI: String?,
    qualifiedName: String?,
    attributes: [String: String]
  ) {
    if name == "g" { isInFrame = true }
    if name == "rect", isInFrame { found.append(attributes) }
  }

  func parser(
    _ parser: XMLParser,
    didEndElement name: String,
    namespaceURI: String?,
    qualifiedName: String?
  ) {
    if name == "g" { isInFrame = false }
  }
}
