import Foundation
import IntaglioReport
import Testing

@Suite("ScatterChart")
struct ScatterChartTests {
  private static func page(_ chart: ScatterChart, _ language: Language = .en) -> String {
    var page = HTML(title: "t", generator: "g", language: language)
    page.chart(chart)
    return page.text
  }

  private static func point(_ label: String, _ x: Double, _ y: Double) -> ScatterChart.Point {
    .init(label, x: x, y: y, interval: y - 1...y + 1)
  }

  @Test("no name stands upon another, upon a point or beyond the edge", arguments: 1...120)
  func places(seed: UInt64) throws {
    var chance = Chance(seed)
    let count = [0, 1, 2, 5, 12, 30, 80].randomElement(using: &chance) ?? 5
    // Some apart, some close together, some at one place.
    let spread: Double = [1, 1, 0.05, 0].randomElement(using: &chance) ?? 1
    let isOdd = Bool.random(using: &chance)
    let points = (0..<count).map { _ -> ScatterChart.Point in
      let x: Double = isOdd ? chance.value() : 1 + spread * chance.share()
      let y: Double = isOdd ? chance.value() : 0.5 + spread * chance.share() / 2
      let interval: ClosedRange<Double>? =
        y.isFinite && Bool.random(using: &chance) ? y - 0.1...y + 0.1 : nil
      let group = Int.random(in: -2...9, using: &chance)
      return .init(chance.name(), x: x, y: y, interval: interval, group: group)
    }
    let drawings = try Drawing.all(
      Self.page(
        ScatterChart(
          title: chance.name(80),
          x: .init(chance.name(90), isLogarithmic: Bool.random(using: &chance)),
          y: .init(
            chance.name(90),
            isLogarithmic: Bool.random(using: &chance),
            isBinary: Bool.random(using: &chance)
          ) { "\($0)" },
          groups: ["a", "b"],
          points: points,
          limit: Bool.random(using: &chance) ? (chance.value(), chance.name(60)) : nil,
          better: Bool.random(using: &chance) ? (.higher, .lower) : nil
        ),
        Bool.random(using: &chance) ? .ja : .en
      )
    )
    #expect(drawings.count == 1)
    #expect(drawings[0].faults == [])
  }

  @Test("every point is drawn and named or numbered; others are counted")
  func complete() throws {
    let points = (0..<40).map { Self.point("number \($0)", 1, 1 + 0.001 * Double($0)) }
    let odd = [
      Self.point("endless", .infinity, 1), ScatterChart.Point("none", x: .nan, y: 1),
      Self.point("negative", -1, 1),
    ]
    let text = Self.page(
      ScatterChart(
        title: "t",
        x: .init("x", isLogarithmic: true),
        y: .init("y"),
        groups: ["a"],
        points: points + odd
      )
    )
    let drawing = try #require(try Drawing.all(text).first)
    #expect(drawing.marks.count == 40 && drawing.faults == [])
    #expect(text.contains("3 values that cannot be drawn are left out."))
    for point in points { #expect(text.contains(point.label)) }
    // As many entries of the key as numbers in the drawing.
    let numbers = drawing.labels.filter { Int($0.text) != nil && $0.style == "name" }
    #expect(!numbers.isEmpty && text.components(separatedBy: "<li>").count - 2 == numbers.count)
    #expect(text.contains("Without a name for want of room:"))
  }

  @Test("the step line joins what nothing beats, whichever way is better")
  func front() throws {
    let points = [
      Self.point("cheap", 1, 10), Self.point("beaten", 3, 12), Self.point("good", 2, 20),
      Self.point("best", 4, 30), Self.point("worse", 5, 30),
    ]
    func chart(_ x: ScatterChart.Better, _ y: ScatterChart.Better) -> ScatterChart {
      ScatterChart(
        title: "t",
        x: .init("x"),
        y: .init("y"),
        groups: ["a"],
        points: points,
        better: (x, y)
      )
    }
    func names(_ chart: ScatterChart) throws -> [String] {
      let text = try #require(try Drawing.all(Self.page(chart)).first).description
      let list = try #require(text.components(separatedBy: "the best for each demand: ").last)
      return list.components(separatedBy: "; ").map { String($0.prefix { $0 != " " }) }
    }
    #expect(try names(chart(.lower, .higher)) == ["cheap", "good", "best"])
    #expect(try names(chart(.higher, .lower)) == ["worse", "beaten", "cheap"])
    let drawing = try #require(try Drawing.all(Self.page(chart(.lower, .higher))).first)
    let steps = drawing.lines.filter { $0.style == "front" }.map(\.box)
    #expect(steps.count == 5 && steps.allSatisfy { $0.left == $0.right || $0.top == $0.bottom })
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.right == $1.left && $0.top >= $1.top })
    // Of one point only there is no line.
    #expect(!Self.page(chart(.lower, .lower)).contains("polyline class=\"front\""))
  }

  @Test("bytes stand at powers of two, everything else at round numbers", arguments: [true, false])
  func ticks(isLogarithmic: Bool) throws {
    func texts(isBinary: Bool) throws -> [String] {
      let text = Self.page(
        ScatterChart(
          title: "t",
          x: .init("x", isLogarithmic: isLogarithmic, isBinary: isBinary) { "\(Int($0))" },
          y: .init("y"),
          groups: [],
          points: [Self.point("", 400_000, 1), Self.point("", 3_100_000, 2)]
        )
      )
      let labels = try #require(try Drawing.all(text).first).labels
      return labels.filter { $0.style == "tick" && ($0.text.count > 5) }.map(\.text)
    }
    let binary = try texts(isBinary: true)
    #expect(binary.prefix(3) == ["524288", "1048576", isLogarithmic ? "2097152" : "1572864"])
    let decimal = isLogarithmic ? ["500000", "1000000"] : ["1000000", "2000000"]
    #expect(try Array(texts(isBinary: false).prefix(2)) == decimal)
  }

  @Test("says its data in words, in the page's language; names cannot become markup")
  func words() throws {
    let chart = ScatterChart(
      title: "<t>",
      x: .init("size") { "\(Format.fixed($0, digits: 0)) MiB" },
      y: .init("a & b"),
      groups: ["<g>"],
      points: [Self.point("\"x\"", 1, 2), Self.point("y", 3, 4)],
      limit: (3, "at least")
    )
    let description = try #require(try Drawing.all(Self.page(chart)).first).description
    #expect(
      description
        == "<t>. 2 points. size: 1 MiB to 3 MiB. a & b: 2.00 to 4.00. at least: 3.00. "
        + "\"x\" (1 MiB, 2.00); y (3 MiB, 4.00)"
    )
    let text = Self.page(chart, .ja)
    #expect(
      try #require(try Drawing.all(text).first).description.contains("2 点. size: 1 MiB〜3 MiB")
    )
    #expect(text.contains("&lt;g&gt;") && !text.contains("<g>") && !text.contains("<t>"))
  }

  @Test("a limit's name that has no room beside its line stands in the legend")
  func limit() throws {
    func text(_ name: String) -> String {
      Self.page(
        ScatterChart(
          title: "t",
          x: .init("x"),
          y: .init("y"),
          groups: [],
          points: [Self.point("a", 1, 1)],
          limit: (1, name)
        )
      )
    }
    #expect(text("short").contains(">short</text>") && !text("short").contains("class=\"legend\""))
    let long = String(repeating: "long ", count: 40)
    #expect(
      text(long).contains("<ul class=\"legend\">") && text(long).contains("</svg> \(long)</li>")
    )
  }
}
