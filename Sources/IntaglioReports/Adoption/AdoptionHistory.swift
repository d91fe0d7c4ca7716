import Foundation
import Intaglio
public import IntaglioData
import IntaglioReport

/// A report held against an earlier one.
public struct AdoptionHistory: Sendable {
  public let old: AdoptionReport
  public let new: AdoptionReport

  public init(old: AdoptionReport, new: AdoptionReport) { (self.old, self.new) = (old, new) }

  /// Why what the earlier report recommends no longer holds; empty where it does.
  public var broken: [String] {
    guard let was = old.recommended, old.verdict.standing == .holds else { return [] }
    guard let now = new.candidates.first(where: { $0.name == was.name }) else {
      return ["\(was.name): recommended before, not tried now"]
    }
    var reasons: [String] = []
    if now.standing != .holds {
      let limit = Format.fixed(new.verdict.maxDrop, digits: 2)
      reasons.append(
        "\(now.name): \(AdoptionWords(.en).drop(now)) points lost, of which \(limit) may be"
      )
    }
    if !now.isWithinBudget { reasons.append("\(now.name): over budget") }
    return reasons
  }

  /// Whether a limit that held is broken.
  public var isBroken: Bool { !broken.isEmpty }

  public var text: String {
    let lines = ["Beside the earlier report:", table(.en).text]
    return (lines + (isBroken ? broken.map { "BROKEN \($0)" } : ["Nothing that held is broken."]))
      .joined(separator: "\n")
  }

  /// A row for every candidate of either report.
  func table(_ language: Language) -> Table {
    let words = AdoptionWords(language)
    var table = Table([
      .init(words("widths", "ビット幅")), .init(words("top-1 before", "以前の top-1"), .right),
      .init(words("now", "今回"), .right), .init(words("size before", "以前のサイズ"), .right),
      .init(words("now", "今回"), .right), .init(words("ms before", "以前の ms"), .right),
      .init(words("now", "今回"), .right),
      .init(words("verdict before", "以前の判定")), .init(words("now", "今回")),
    ])
    var names = new.candidates.map(\.name)
    names += old.candidates.map(\.name).filter { !names.contains($0) }
    for name in ["float32"] + names {
      let rows = [old, new].map { report in
        ([report.reference] + report.candidates).first { $0.name == name }
      }
      func cells(_ text: (AdoptionReport.Row) -> String?) -> [String] {
        rows.map { $0.flatMap(text) ?? "–" }
      }
      table.append(
        [name] + cells { Format.percent($0.top1.value) } + cells { Format.bytes($0.bytes) }
          + cells { $0.timings.first.map { Format.significant($0.p50) } }
          + cells { $0.standing.map(words.word) }
      )
    }
    return table
  }
}

extension AdoptionReport {
  /// A report that was written before.
  ///
  /// - Throws: `DataError` for a file that is none, or of another version.
  public init(contentsOf path: String) throws(DataError) {
    let bytes = try readFile(path, limit: 1 << 28)
    struct Head: Decodable { let schema: Int }
    func malformed(_ found: String) -> DataError {
      .malformed(
        file: path,
        what: "report",
        expected: "what 'intaglio report' writes as JSON, schema \(Self.schema)",
        found: found
      )
    }
    guard let head = try? JSONDecoder().decode(Head.self, from: Data(bytes)) else {
      throw malformed("none")
    }
    guard head.schema == Self.schema else { throw malformed("schema \(head.schema)") }
    do { self = try JSONDecoder().decode(Self.self, from: Data(bytes)) } catch {
      throw malformed((error as? DecodingError)?.place ?? "\(error)")
    }
  }
}
