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
    "names of points that stand close together stand neither upon each other nor upon points",
    arguments: [20.0, 900]
  )
  func names(intensity: Double) throws {
    let names = ["block:0", "mlp:0", "network", "attention:0"]
    var page = HTML(title: "t", generator: "g")
    page.chart(
      RooflineChart(
        title: "roof",
        peak: 256,
        bandwidth: 8,
        series: ["parts"],
        points: names.enumerated().flatMap { index, name in
          [0.0, 8].map { offset in
            .init(
              name,
              intensity: intensity + Double(index) + offset,
              rate: 180 - Double(index),
              series: 0,
              isNamed: offset == 0
            )
          }
        }
      )
    )
    let drawing = try #require(try Drawing.all(page.text).first)
    let labels = drawing.labels.filter { names.contains($0.text) }
    #expect(Set(labels.map(\.text)) == Set(names))
    for (index, label) in labels.enumerated() {
      #expect(!labels[(index + 1)...].contains { $0.box.overlaps(label.box) })
      #expect(!drawing.marks.contains { $0.overlaps(label.box) })
      #expect(label.box.left > 0 && label.box.right < 900)
    }
  }

  @Test("charts of nothing are charts")
  func empty() {
    var page = HTML(title: "t", generator: "g")
    page.chart(StackedBars(title: "s", legend: [], bars: []))
    page.chart(RooflineChart(title: "r", peak: 1, bandwidth: 1, series: [], points: []))
    #expect(page.text.components(separatedBy: "</svg>").count == 3 && !page.text.contains("nan"))
  }
}
