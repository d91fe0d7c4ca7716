import Foundation
import IntaglioReport
import Testing

@Suite("Reports")
struct ReportTests {
  @Test("Wilson's interval agrees with published values")
  func wilson() {
    // Newcombe, Statistics in Medicine 17 (1998), table I: 81/263, 15/148, 0/20 and 1/29.
    for (hits, total, low, high) in [
      (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611),
      (1, 29, 0.0061, 0.1718),
    ] {
      let interval = Proportion(hits, of: total).interval95
      #expect(abs(interval.lowerBound - low) < 5e-5 && abs(interval.upperBound - high) < 5e-5)
    }
    #expect(Proportion(0, of: 0).interval95 == 0...1)
  }

  @Test("text tables align and trail no spaces")
  func table() {
    var table = Table([.init("node"), .init("macs", .right), .init("status")])
    table.append(["qkv", "12", "exact"])
    table.append(["head", "1200", ""])
    #expect(table.text == "node  macs  status\nqkv     12  exact\nhead  1200")
  }

  @Test("text from models cannot become markup")
  func escaping() {
    var page = HTML(title: "<b>&\"", generator: "intaglio demo")
    page.paragraph("a < b")
    #expect(page.text.contains("<h1>&lt;b&gt;&amp;&quot;</h1>"))
    #expect(page.text.contains("<p>a &lt; b</p>"))
    // A quote and an accent are one character; the quote would end an attribute all the same.
    #expect(HTML.escape("\"\u{308}'<\u{338}/script>") == "&quot;\u{308}&#39;&lt;\u{338}/script&gt;")
    #expect(HTML.escape("\u{1B}[2J\u{0}\n") == "\\u{1B}[2J\\u{0}\n")
  }

  @Test("what a terminal would obey is written out")
  func printable() {
    #expect("plain é 日本 👍🏽 a\u{308}".printable() == "plain é 日本 👍🏽 a\u{308}")
    #expect("a\u{1B}[31m\u{7F}\u{9B}K\r\n\t".printable() == #"a\u{1B}[31m\u{7F}\u{9B}K\r\n\t"#)
    #expect("\u{202E}gnp.exe\u{2066}\u{2028}".printable() == #"\u{202E}gnp.exe\u{2066}\u{2028}"#)
    #expect("two\nlines\r\n".printable(keepingLines: true) == "two\nlines\\r\n")
    var table = Table([.init("node"), .init("status")])
    table.append(["a\nb\u{1B}", "exact"])
    #expect(table.text == "node        status\na\\nb\\u{1B}  exact")
  }

  @Test("numbers read as people write them")
  func format() {
    #expect(Format.percent(0.84164) == "84.16 %")
    #expect(Format.fixed(-0.004, digits: 2) == "0.00")
    #expect(Format.fixed(-1.5, digits: 1) == "-1.5")
    #expect(Format.fixed(0.999, digits: 2) == "1.00")
    #expect(Format.fixed(12, digits: 0) == "12")
    #expect(Format.fixed(.infinity, digits: 1) == "inf")
    #expect(Format.count(1_234_567) == "1.23 M" && Format.count(999) == "999")
    #expect(Format.bytes(328_704) == "321.0 KiB")
  }

  @Test("one line of JSON is one line, its keys in order")
  func jsonLine() throws {
    struct Answer: Encodable {
      let t = [0.5, 1]
      let error = "a/b\n\"c\""
    }
    #expect(try JSON.line(Answer()) == #"{"error":"a/b\n\"c\"","t":[0.5,1]}"#)
    #expect(try JSON.line([Double.nan, .infinity, -.infinity, 1]) == "[null,null,null,1]")
    #expect(
      try JSON.line(["\u{1B}\u{7F}\u{9B}\u{202E}\u{2028}é"])
        == #"["\u001b\u007f\u009b\u202e\u2028é"]"#
    )
  }

  @Test("three digits say how large a number is")
  func significant() {
    #expect(Format.significant(0) == "0.0")
    #expect(Format.significant(12.3456) == "12.3" && Format.significant(0.0123456) == "0.0123")
    #expect(Format.significant(9.9996) == "10.0" && Format.significant(-1.5) == "-1.50")
    #expect(Format.significant(2.49e-7) == "2.49e-7" && Format.significant(1e300) == "1.00e300")
    #expect(Format.significant(.infinity) == "inf")
  }

  @Test("a chart draws what is there, leaves gaps, and keeps names from becoming markup")
  func chart() {
    var page = HTML(title: "t", generator: "g")
    page.chart(
      LineChart(
        title: "error",
        unit: "dB",
        places: ["a", "<b>", "c", "d"],
        curves: [.init("one", [1, nil, .infinity, -4]), .init("two", [nil, nil, nil, nil])],
        mark: 1
      )
    )
    let text = page.text
    #expect(text.components(separatedBy: "<circle").count == 4)
    #expect(text.components(separatedBy: "<polyline").count == 3, "one before the gap, one behind")
    #expect(text.contains("&lt;b&gt;") && !text.contains("<b>"))
    #expect(text.contains("c, one: exact") && text.contains("d, one: -4.00 dB"))
    #expect(!text.contains("nan") && !text.contains("inf\""))
  }

  @Test("a chart without places or values is a chart", arguments: [0, 1])
  func emptyChart(places: Int) {
    let curve = LineChart.Curve("one", [Double?](repeating: nil, count: places))
    var page = HTML(title: "t", generator: "g")
    page.chart(
      LineChart(
        title: "e",
        unit: "",
        places: ["x", "y"].prefix(places).map { $0 },
        curves: [curve]
      )
    )
    #expect(page.text.contains("</svg>") && !page.text.contains("nan"))
  }
}

@Suite("Charts of parts and of roofs")
struct HardwareChartTests {
  @Test("a bar is as long as its parts, and empty parts are not drawn")
  func stack() {
    var page = HTML(title: "t", generator: "g")
    page.chart(
      StackedBars(
        title: "<cycles>",
        legend: ["a", "b"],
        bars: [
          .init("x", [1, 3], "four"), .init("y", [0, 2], "two"), .init("z", [0, 0], "none"),
        ]
      )
    )
    let text = page.text
    // Two in the legend, two of x, one of y.
    #expect(text.components(separatedBy: "<rect").count - 1 == 5)
    #expect(text.contains("width=\"117.5\"") && text.contains("width=\"352.5\""))
    #expect(text.contains("&lt;cycles&gt;") && !text.contains("nan"))
  }

  /// How wide a character of the page's font is at 13 pixels, on average.
  private static let character = 7.0

  /// What stands in `text` behind `mark`, up to the next quotation mark.
  private func numbers(_ mark: String, _ text: String) -> [Double] {
    text.components(separatedBy: mark).dropFirst().compactMap {
      Double($0.prefix { $0 != "\"" })
    }
  }

  @Test(
    "labels of 30 characters have room beside the bars, and texts behind the longest one",
    arguments: [[1, 0.5], [3e9, 0]]
  )
  func room(_ values: [Double]) throws {
    let label = String(repeating: "m", count: 30)
    let text = (bars: String(repeating: "n", count: 34), stack: String(repeating: "n", count: 26))
    var page = HTML(title: "t", generator: "g")
    page.bars(values.map { HTML.Bar(label, $0, text.bars) })
    var stack = HTML(title: "t", generator: "g")
    stack.chart(
      StackedBars(title: "t", legend: ["a"], bars: values.map { .init(label, [$0], text.stack) })
    )
    for (page, text) in [(page.text, text.bars), (stack.text, text.stack)] {
      let svg = try #require(page.components(separatedBy: "<svg ").last)
      let width = try #require(
        svg.components(separatedBy: "viewBox=\"0 0 ").last?.split(separator: " ").first
          .flatMap { Double($0) }
      )
      let bars = svg.components(separatedBy: "<rect ").dropFirst()
        .filter { $0.contains("height=\"20\"") }
      #expect(!bars.isEmpty)
      let ends = try bars.map { bar in
        let left = try #require(numbers("x=\"", bar).first)
        #expect(left >= Double(label.count) * Self.character)
        return left + (try #require(numbers("width=\"", bar).first))
      }
      let starts = svg.components(separatedBy: "<text ").filter { $0.contains(text) }
        .compactMap { numbers("x=\"", $0).first }
      #expect(starts.count == values.count)
      #expect(try #require(starts.max()) > (try #require(ends.max())))
      #expect(try #require(starts.max()) + Double(text.count) * Self.character <= width)
    }
  }

  @Test("points stand under the roof that they are measured against; others are left out")
  func roofline() {
    var page = HTML(title: "t", generator: "g")
    page.chart(
      RooflineChart(
        title: "roof",
        peak: 256,
        bandwidth: 8,
        series: ["parts"],
        points: [
          .init("a & b", intensity: 100, rate: 50, series: 0, isNamed: true),
          .init("none", intensity: 0, rate: 3, series: 0),
          .init("endless", intensity: 3, rate: 0, series: 0),
        ]
      )
    )
    let text = page.text
    #expect(text.components(separatedBy: "<circle").count - 1 == 2, "one in the legend")
    #expect(text.contains("a &amp; b") && !text.contains("endless"))
    #expect(text.contains("peak 256, 8.00 bytes a cycle") && !text.contains("nan"))
  }

  @Test(
    "names of points that stand close together stand one below the other",
    arguments: [20.0, 900]
  )
  func names(intensity: Double) {
    var page = HTML(title: "t", generator: "g")
    let names = ["block:0", "mlp:0", "network", "attention:0"]
    page.chart(
      RooflineChart(
        title: "roof",
        peak: 256,
        bandwidth: 8,
        series: ["parts"],
        points: names.enumerated().map { index, name in
          .init(
            name,
            intensity: intensity + Double(index),
            rate: 180 - Double(index),
            series: 0,
            isNamed: true
          )
        }
      )
    )
    let places = names.compactMap { name -> Double? in
      let line = page.text.split(separator: "\n").first { $0.hasSuffix(">\(name)</text>") }
      return line?.split(separator: "<text").last?.split(separator: " y=\"").last?.split(
        separator: "\""
      )
      .first.flatMap { Double($0) }
    }
    #expect(places.count == names.count && places == places.sorted())
    #expect(zip(places, places.dropFirst()).allSatisfy { $1 - $0 >= 14 })
  }

  @Test("charts of nothing are charts")
  func empty() {
    var page = HTML(title: "t", generator: "g")
    page.chart(StackedBars(title: "s", legend: [], bars: []))
    page.chart(RooflineChart(title: "r", peak: 1, bandwidth: 1, series: [], points: []))
    #expect(page.text.components(separatedBy: "</svg>").count == 3 && !page.text.contains("nan"))
  }
}
