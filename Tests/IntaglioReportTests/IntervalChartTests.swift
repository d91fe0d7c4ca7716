import IntaglioReport
import Testing

@Suite("IntervalChart")
struct IntervalChartTests {
  private static func drawings(
    _ chart: IntervalChart,
    _ language: Language = .en
  ) throws
    -> [Drawing]
  {
    var page = HTML(title: "t", generator: "g", language: language)
    page.chart(chart)
    return try Drawing.all(page.text)
  }

  @Test("no text stands upon another or upon a dot, or leaves the drawing", arguments: 1...120)
  func places(seed: UInt64) throws {
    var chance = Chance(seed)
    let count = [0, 1, 3, 9, 48, 200].randomElement(using: &chance) ?? 3
    let (names, texts) = (
      Int.random(in: 1...40, using: &chance), Int.random(in: 0...40, using: &chance)
    )
    let rows = (0..<count).map { _ -> IntervalChart.Row in
      let value = chance.value()
      let reach = chance.share()
      let interval =
        value.isFinite && Bool.random(using: &chance) ? value - reach...value + reach : nil
      return .init(
        chance.name(names),
        value,
        interval: interval,
        text: chance.name(texts),
        isMarked: Bool.random(using: &chance)
      )
    }
    let drawings = try Self.drawings(
      IntervalChart(
        title: chance.name(),
        axis: .init(chance.name(90), isLogarithmic: Bool.random(using: &chance)),
        rows: rows,
        limit: Bool.random(using: &chance) ? (chance.value(), chance.name(70)) : nil
      )
    )
    #expect(drawings.flatMap(\.faults) == [])
    #expect(drawings.count == max(1, (count + 29) / 30))
  }

  @Test("a dot stands where its value is, within its whisker, on one axis in all drawings")
  func values() throws {
    let rows = (0..<40).map { index in
      let value = Double(index % 10)
      return IntervalChart.Row("layer \(index)", value, interval: value - 1...value + 2)
    }
    let drawings = try Self.drawings(
      IntervalChart(title: "t", axis: .init("x"), rows: rows, limit: (5, "limit"))
    )
    #expect(drawings.map(\.marks.count) == [20, 20])
    let middles = drawings.flatMap(\.marks).map { ($0.left + $0.right) / 2 }
    let step = middles[1] - middles[0]
    for index in rows.indices {
      #expect(abs(middles[index] - middles[0] - Double(index % 10) * step) < 0.3)
    }
    let whiskers = drawings.flatMap(\.lines).filter {
      $0.style == "whisker" && $0.box.left < $0.box.right
    }
    #expect(whiskers.count == 40)
    for (whisker, middle) in zip(whiskers, middles) {
      #expect(abs(middle - whisker.box.left - step) < 0.3)
      #expect(abs(whisker.box.right - middle - 2 * step) < 0.3)
    }
    let limits = drawings.flatMap(\.lines).filter { $0.style == "limit" }
    #expect(limits.allSatisfy { abs($0.box.left - middles[5]) < 0.2 } && limits.count == 2)
  }

  @Test("a value without a place keeps its row; marked rows have another mark; long names are cut")
  func rows() throws {
    var page = HTML(title: "t", generator: "g", language: .ja)
    let long = "blocks.11." + String(repeating: "注意", count: 40) + ".weight"
    page.chart(
      IntervalChart(
        title: "t",
        axis: .init("dB"),
        rows: [
          .init("a <b>", .infinity, text: "exact"), .init("c", 2, text: "2 dB", isMarked: true),
          .init(long, 3, text: "3 dB"),
        ]
      )
    )
    let drawing = try #require(try Drawing.all(page.text).first)
    #expect(drawing.marks.count == 2 && drawing.cells.map(\.style) == ["band"])
    #expect(page.text.contains("<polygon") && page.text.contains("<circle"))
    #expect(drawing.labels.contains { $0.text == "c" && $0.style == "marked" })
    let cut = try #require(drawing.labels.first { $0.text.hasPrefix("blocks.11.") })
    #expect(cut.text.contains("…") && cut.text.hasSuffix(".weight") && cut.text != long)
    #expect(drawing.labels.contains { $0.text == "exact" } && page.text.contains("描けない値 1 個を省いた。"))
    #expect(drawing.description.hasPrefix("t. dB. a <b>: exact; c: 2.00, 2 dB; blocks.11."))
  }
}
