import Foundation
import IntaglioReport
import Testing

@Suite("LineChart")
struct LineChartTests {
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
    #expect(
      text.contains("aria-label=\"error. one: from -4.00 at d to 1.00 at a. two: nothing\"")
    )
    #expect(!text.contains("nan") && !text.contains("inf\""))
  }

  @Test("long names keep their ends, and the drawing is as high as its names need")
  func names() throws {
    func svg(_ name: String) -> String {
      var page = HTML(title: "t", generator: "g")
      let curve = LineChart.Curve("one", [1])
      page.chart(LineChart(title: "e", unit: "", places: [name], curves: [curve]))
      return page.text
    }
    func height(_ text: String) throws -> Double {
      try #require(
        text.components(separatedBy: "viewBox=\"0 0 900 ").last?.split(separator: "\"").first
          .flatMap { Double($0) }
      )
    }
    let long = svg(String(repeating: "blocks.11.", count: 9) + "attn.norm_k.input")
    #expect(long.contains(">…") && long.contains(".attn.norm_k.input</text>"))
    #expect(svg("層").contains(">層</text>"))
    #expect(try height(long) > height(svg("blocks")) && height(svg("blocks")) > height(svg("a")))
    #expect(try height(long) < 540)
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
