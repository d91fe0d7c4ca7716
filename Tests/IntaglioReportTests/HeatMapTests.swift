import IntaglioReport
import Testing

@Suite("HeatMap")
struct HeatMapTests {
  private static func page(_ map: HeatMap) -> String {
    var page = HTML(title: "t", generator: "g")
    page.chart(map)
    return page.text
  }

  @Test("no text stands upon another or leaves the drawing", arguments: 1...120)
  func places(seed: UInt64) throws {
    var chance = Chance(seed)
    let rows = Int.random(in: 0...70, using: &chance)
    let columns = Int.random(in: 0...20, using: &chance)
    let values = (0..<rows + 1).map { _ in
      (0..<Int.random(in: 0...columns + 2, using: &chance)).map { _ -> Double? in
        chance.share() < 0.1 ? nil : chance.value()
      }
    }
    let drawings = try Drawing.all(
      Self.page(
        HeatMap(
          title: "t",
          rowTitle: chance.name(60),
          columnTitle: chance.name(90),
          rows: (0..<rows).map { _ in chance.name(40) },
          columns: (0..<columns).map { _ in chance.name(30) },
          values: values
        )
      )
    )
    #expect(drawings.flatMap(\.faults) == [])
    let texts = drawings.flatMap(\.labels).filter { $0.style == "cell" }
    #expect(texts.count >= rows * columns, "one for every cell")
    #expect(drawings.flatMap(\.cells).allSatisfy { (0...0.62).contains($0.opacity) })
  }

  @Test("around zero in two colours, of one strength for one size; otherwise in one colour")
  func colours() throws {
    func cells(_ values: [[Double?]]) throws -> [(box: Drawing.Box, style: String, opacity: Double)]
    {
      let map = HeatMap(
        title: "t",
        rowTitle: "r",
        columnTitle: "c",
        rows: ["a", "b"],
        columns: ["x", "y"],
        values: values
      )
      return try #require(try Drawing.all(Self.page(map)).first).cells
    }
    let signed = try cells([[-4, 2], [0, -2]])
    #expect(signed.map(\.style) == ["cold", "warm", "warm", "cold"])
    #expect(signed.map(\.opacity) == [0.62, 0.31, 0, 0.31])
    let plain = try cells([[1, 3], [2, nil]])
    #expect(plain.map(\.style) == ["warm", "warm", "warm"])
    #expect(plain[0].opacity < plain[2].opacity && plain[2].opacity < plain[1].opacity)
    #expect(try cells([[5, 5], [5, 5]]).map(\.opacity) == [0.31, 0.31, 0.31, 0.31])
    #expect(try cells([]).isEmpty)
  }

  @Test("says its least and greatest number in words; counts what is not finite")
  func words() throws {
    let text = Self.page(
      HeatMap(
        title: "<t>",
        rowTitle: "class",
        columnTitle: "bits",
        rows: ["dog & cat", "bird"],
        columns: ["4", "8"],
        values: [[-1, .nan], [.infinity, 2]]
      ) { Format.fixed($0, digits: 1) }
    )
    let drawing = try #require(try Drawing.all(text).first)
    #expect(
      drawing.description
        == "<t>. class × bits: 2 × 2. Least: dog & cat, 4: -1.0. Greatest: bird, 8: 2.0"
    )
    #expect(drawing.labels.count { $0.text == "–" } == 2)
    #expect(text.contains("2 values that cannot be drawn are left out."))
    #expect(text.contains("<title>dog &amp; cat, 4: -1.0</title>") && !text.contains("<t>"))
  }
}
