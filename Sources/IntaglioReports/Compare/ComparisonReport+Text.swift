import Intaglio
import IntaglioReport

extension ComparisonReport {
  public var text: String {
    ([summary, table.text, verdict.map { $0.printable() }.joined(separator: "\n")]
      + [advice].compactMap { $0 })
      .joined(separator: "\n\n")
  }

  /// Who was compared over what, and how alike the answers are.
  var summary: String {
    func percent(_ value: Double?) -> String { value.map { Format.percent($0) } ?? "–" }
    var lines = [
      "a           \(a.kind):\(a.path.printable())",
      "b           \(b.kind):\(b.path.printable())",
      "images      \(images)",
      "top-1       a \(percent(top1.a.value)), b \(percent(top1.b.value))",
      "agreement   \(percent(agreement.top1.value)) of the answers",
    ]
    if codes.compared > 0 {
      let share = Double(codes.changed) / Double(codes.compared)
      lines.append(
        "codes       \(codes.changed) of \(codes.compared) changed "
          + "(\(Format.percent(share, digits: 5)))"
      )
    }
    return lines.joined(separator: "\n")
  }

  /// One row per layer.
  var table: Table {
    var table = Table([
      .init("layer"), .init("kind"), .init("elements", .right), .init("changed", .right),
      .init("saturated a", .right), .init("b", .right), .init("SQNR local", .right),
      .init("cumulative", .right), .init("largest error", .right),
    ])
    for layer in layers {
      table.append([
        layer.name, layer.kind, "\(layer.elements)", layer.changed.value.map { "\($0)" } ?? "–",
        layer.share(layer.saturated.a), layer.share(layer.saturated.b),
        layer.sqnr.local.value.map(\.text) ?? "–", layer.sqnr.cumulative.value.map(\.text) ?? "–",
        layer.error,
      ])
    }
    return table
  }

  /// Where the two part.
  var verdict: [String] {
    var lines = stops.prefix(3).map { "\($0.side) stops at image \($0.image): \($0.reason)" }
    if stops.count > 3 { lines.append("and at \(stops.count - 3) more images") }
    guard let name = firstDivergingLayer.value, let layer = layers.first(where: { $0.name == name })
    else { return lines + ["No layer diverges."] }
    lines.append("First diverging layer: \(name) (\(layer.kind)): \(layer.difference)")
    guard let fault = firstFaultyLayer.value else {
      if layer.changed.value != nil, layer.changedLocally.value != nil {
        lines.append(
          "Every layer makes the same of the same values: float32 rounding before a tie is what "
            + "changes codes here."
        )
      }
      return lines
    }
    if fault != name { lines.append("First to differ although fed with a's values: \(fault)") }
    return lines
  }

  /// What to look at; `nil` where nothing stands out.
  private var advice: String? {
    let alone = result.findings.filter { $0.sides.count == 1 || !$0.isSaturation }
    let shared = result.findings.filter { $0.sides.count > 1 && $0.isSaturation }
    var lines = alone.map(\.description)
    if !shared.isEmpty {
      lines.append(
        "more than half clipped on both sides: " + shared.map(\.layer).joined(separator: ", ")
      )
    }
    for kind in kinds {
      let own = Double(kind.changedLocally) / Double(max(kind.elements, 1))
      lines.append(
        "\(Format.percent(kind.share, digits: 1)) of the codes that layers change of their own: "
          + "\(kind.kind) (\(Format.percent(own, digits: 3)) of its codes, \(kind.layers) "
          + "layer\(kind.layers == 1 ? "" : "s"))"
      )
    }
    if let worst = result.worstLayer, let ratio = worst.local {
      lines.append("least SQNR of its own: \(worst.name), \(Decibels(ratio: ratio).text) dB")
    }
    return lines.isEmpty
      ? nil : "What to look at:\n" + lines.map { "  \($0.printable())" }.joined(separator: "\n")
  }
}

extension ComparisonReport.Layer {
  fileprivate func share(_ count: Nullable<Int>) -> String {
    count.value.map { Format.percent(Double($0) / Double(max(elements, 1)), digits: 1) } ?? "–"
  }

  /// The largest error; steps where no scale is known.
  fileprivate var error: String {
    let digits = maxError == 0 ? "0" : Format.significant(maxError)
    return isInSteps && maxError > 0 ? "\(digits) steps" : digits
  }

  /// How far the two are apart.
  fileprivate var difference: String {
    var parts: [String] = []
    if let changed = changed.value {
      parts.append("\(changed) of \(elements) codes changed")
      if let own = changedLocally.value { parts.append("\(own) when fed with a's values") }
    }
    let (a, b) = (notFinite.a.value ?? 0, notFinite.b.value ?? 0)
    if a > 0 || b > 0 { parts.append("\(a) elements of a and \(b) of b are no finite numbers") }
    if let local = sqnr.local.value { parts.append("SQNR \(local.text) locally") }
    if let cumulative = sqnr.cumulative.value { parts.append("\(cumulative.text) cumulatively") }
    return parts.joined(separator: ", ")
  }
}

extension Finding {
  fileprivate var isSaturation: Bool {
    switch cause {
    case .saturated: true
    case .notFinite, .constant: false
    }
  }
}
