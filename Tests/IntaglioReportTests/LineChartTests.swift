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
