import Intaglio
import IntaglioReport

extension ComparisonReport {
  /// With a plot of the error over depth.
  public var page: String { ComparisonPage(self).text }
}

private struct ComparisonPage {
  private let report: ComparisonReport

  init(_ report: ComparisonReport) { self.report = report }

  var text: String {
    var page = HTML(title: "Two models, layer by layer", generator: "intaglio compare")
    page.preformatted(report.summary)
    page.highlights(highlights)
    page.heading("Error over depth")
    page.paragraph(
      "Local: b gets a's values in all layers before, so that a layer answers for its own "
        + "difference only. Cumulative: both run freely. Exact layers stand at the upper edge; the "
        + "dashed vertical is the first diverging layer."
    )
    page.chart(sqnr)
    if report.codes.compared > 0 { page.chart(changes) }
    page.heading("Where they part")
    for line in report.verdict { page.paragraph(line) }
    if !report.findings.isEmpty {
      page.heading("What to look at")
      for finding in report.findings { page.paragraph(finding) }
    }
    page.heading("Every layer")
    page.table(report.table)
    return page.text
  }

  private var highlights: [(value: String, label: String)] {
    var cards = [
      ("\(report.images)", "images"),
      (report.agreement.top1.value.map { Format.percent($0, digits: 1) } ?? "–", "same answers"),
    ]
    if report.codes.compared > 0 {
      cards.append(
        ("\(report.codes.changed)", "of \(Format.count(report.codes.compared)) codes changed")
      )
    }
    cards.append((report.firstDivergingLayer.value ?? "none", "first diverging layer"))
    return cards
  }

  private func mark(_ layers: [ComparisonReport.Layer]) -> Int? {
    layers.firstIndex { $0.name == report.firstDivergingLayer.value }
  }

  private var sqnr: LineChart {
    LineChart(
      title: "SQNR in decibels",
      unit: "dB",
      places: report.layers.map(\.name),
      curves: [
        .init("cumulative", report.layers.map { $0.sqnr.cumulative.value?.height }),
        .init("local", report.layers.map { $0.sqnr.local.value?.height }),
      ],
      mark: mark(report.layers)
    )
  }

  private var changes: LineChart {
    let layers = report.layers.filter { $0.changed.value != nil }
    return LineChart(
      title: "Changed codes in percent",
      unit: "%",
      places: layers.map(\.name),
      curves: [
        .init("cumulative", layers.map { $0.percent($0.changed) }),
        .init("local", layers.map { $0.percent($0.changedLocally) }),
      ],
      mark: mark(layers)
    )
  }
}

extension Decibels {
  /// Where it stands in a chart.
  fileprivate var height: Double {
    switch ratio {
    case .exact: .infinity
    case .decibels(let decibels): decibels
    case .noSignal: -.infinity
    }
  }
}

extension ComparisonReport.Layer {
  fileprivate func percent(_ count: Nullable<Int>) -> Double? {
    count.value.map { 100 * Double($0) / Double(max(elements, 1)) }
  }
}
