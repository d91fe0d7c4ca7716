import Foundation
import IntaglioReport
import Testing

@Suite("StackedBars")
struct StackedBarsTests {
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
    #expect(
      text.contains("aria-label=\"&lt;cycles&gt;. x: a 1.00, b 3.00, four. y: a 0.0, b 2.00, two")
    )
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
}
