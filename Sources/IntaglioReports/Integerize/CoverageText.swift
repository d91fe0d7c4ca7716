import Intaglio
import IntaglioReport
import IntaglioRewrite

/// The coverage of a program as a table and a sentence.
struct CoverageText {
  let coverage: Coverage

  var text: String { table.text + "\n\n" + sentence + reasons }

  /// One row per matrix multiplication.
  var table: Table {
    var table = Table([
      .init("multiplication"), .init("left × right"), .init("shape", .right), .init("MACs", .right),
      .init("accumulator", .right), .init("status"),
    ])
    for entry in coverage.entries {
      let left = entry.left.map(\.description) ?? "real"
      let right = entry.right.map(\.description) ?? "real"
      table.append([
        entry.node, "\(left) × \(right)",
        entry.extents.map(String.init).joined(separator: "·"), Format.count(entry.macs),
        entry.accumulatorBits.map { "\($0) bits" } ?? "–", entry.statusText,
      ])
    }
    return table
  }

  var sentence: String {
    let bounded = coverage.entries.count { entry in
      if case .bounded = entry.status { true } else { false }
    }
    let exact = coverage.integer - bounded
    var text = "\(coverage.integer) of \(coverage.total) matrix multiplications on integers"
    text += " (\(exact) exact, \(bounded) bounded); \(Format.count(coverage.macs)) MACs in all."
    return text
  }

  private var reasons: String {
    guard !coverage.blocked.isEmpty else { return "" }
    let lines = coverage.blocked.map { "  \($0.node): \($0.reason ?? "")".printable() }
    return "\nBlocked:\n" + lines.joined(separator: "\n")
  }
}

extension Coverage.Entry {
  var statusText: String {
    switch status {
    case .exact: "exact"
    case .bounded(let bound):
      "bounded: ≤ \(bound.maximum) (\(Format.percent(bound.relative, digits: 3)) of the largest result)"
    case .blocked: "blocked"
    }
  }

  /// Why it stayed on reals.
  var reason: String? {
    if case .blocked(let obstacle) = status { obstacle.description } else { nil }
  }
}
