import Intaglio
import IntaglioReport

extension AdoptionReport {
  /// The verdict and one row for everything that was tried.
  public var text: String {
    var lines = [AdoptionWords(.en).verdict(self), "", table(.en).text]
    for failure in failures { lines.append("\(failure.candidate): \(failure.reason)") }
    return lines.joined(separator: "\n")
  }

  /// One row for the model, the widths dequantized first, and every candidate.
  func table(_ language: Language) -> Table {
    let words = AdoptionWords(language)
    var table = Table([
      .init(words("", "")), .init(words("widths", "ビット幅")),
      .init(words("verdict", "判定")),
      .init("top-1", .right), .init(words("points lost (95 %)", "低下ポイント（95 %）"), .right),
      .init(words("same answers", "回答一致"), .right),
      .init(words("size", "サイズ"), .right), .init(words("ms/image", "ms/枚"), .right),
      .init(words("bit operations", "ビット演算"), .right),
    ])
    for row in [reference] + candidates + [dequantized].compactMap({ $0 }) {
      let isReference = row.name == reference.name
      table.append([
        row.name == verdict.candidate ? "→" : "",
        words.name(of: row),
        row.standing.map { words.word($0) + (row.isWithinBudget ? "" : words.overBudget) } ?? "–",
        Format.percent(row.top1.value),
        isReference ? "–" : words.drop(row),
        isReference ? "–" : Format.percent(row.sameAnswers.value, digits: 1),
        Format.bytes(row.bytes),
        row.timings.first.map { Format.significant($0.p50) } ?? "–",
        "\(Format.significant(Double(row.bitOperations) * 1e-9)) G",
      ])
    }
    return table
  }
}
