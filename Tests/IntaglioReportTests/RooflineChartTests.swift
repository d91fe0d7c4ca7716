import Foundation
import IntaglioReport
import Testing

@Suite("RooflineChart")
struct RooflineChartTests {
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
    #expect(
      text.contains(
        "\"roof. Peak 256, 8.00 bytes a cycle. a &amp; b: 50.0 a cycle, 100 a byte\""
      )
    )
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
