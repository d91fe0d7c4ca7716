import IntaglioHardware
public import IntaglioHardwareStudies
import IntaglioReport

extension PowerTable.Row {
  /// `3×3`; empty where a unit has no operands of a width.
  fileprivate var operandBits: String {
    guard let weightBits, let activationBits else { return "" }
    return "\(weightBits)×\(activationBits)"
  }

  /// What the rows of one line have in common.
  fileprivate var line: [String] { [kind.rawValue, module, operands, clockGating.rawValue] }
}

extension PowerTable: Report {
  /// A line for each unit and gating of clocks, with a column for each glitch model, beside the first
  /// element of 3 bits or the first of all.
  public var text: String {
    let rows = processingElements + edgeUnits
    let models = GlitchModel.allCases.filter { model in rows.contains { $0.glitchModel == model } }
    var table = Table(
      [
        .init("unit"), .init("W×A", .right), .init("operands"), .init("clock gates"),
        .init("cells", .right), .init("area", .right),
      ]
        + models.flatMap { model in
          [.init("µW, \(model.rawValue)", .right), .init("× ours", .right)]
        }
    )
    var seen: Set<[String]> = []
    for row in rows where seen.insert(row.line).inserted {
      let figures = models.flatMap { model -> [String] in
        guard let found = rows.first(where: { $0.line == row.line && $0.glitchModel == model })
        else { return ["", ""] }
        let ratio = base(of: found).map { found.microwatts / $0.microwatts }
        return [
          Format.fixed(found.microwatts, digits: 0),
          ratio.map { Format.fixed($0, digits: 2) } ?? "",
        ]
      }
      table.append(
        [
          row.kind.rawValue, row.operandBits, row.operands, row.clockGating.rawValue,
          "\(row.cells)",
          Format.fixed(row.area, digits: 0),
        ] + figures
      )
    }
    guard let first = rows.first else { return table.text }
    return table.text
      + "\n\n\(first.library), \(Format.fixed(first.voltage, digits: 2)) V, "
      + "\(Format.fixed(first.clock / 1e6, digits: 0)) MHz; area in the library's unit; "
      + "every netlist was compared with its model first." + uncountedMemories(beside: first)
  }

  /// The first of our elements of 3 bits, or of all, that was measured as `row` was.
  private func base(of row: Row) -> Row? {
    let same = processingElements.filter {
      $0.kind == .outputStationary && $0.glitchModel == row.glitchModel
        && $0.clockGating == row.clockGating
    }
    return same.first { $0.weightBits == 3 } ?? same.first
  }

  /// A sentence about what units measured as `first` keep; empty where they keep nothing.
  private func uncountedMemories(beside first: Row) -> String {
    let kept = edgeUnits.filter { $0.memoryBits > 0 && $0.clockGating == first.clockGating }
      .filter { $0.glitchModel == first.glitchModel }
      .map { "\($0.kind.rawValue) \($0.memoryBits) bits" }
    return kept.isEmpty
      ? ""
      : "\nNot counted are memories, which the library does not have: "
        + kept.joined(separator: ", ") + "."
  }
}
