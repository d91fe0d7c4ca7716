import Intaglio
import IntaglioReport

extension QuantizationReport {
  /// With the choices of widths as a table and a plot, where there were some.
  public var page: String {
    var page = HTML(title: "A float model as integers", generator: "intaglio quantize")
    for line in [calibrationLine] + resultLines { page.paragraph(line) }
    if let judgement { page.highlights(highlights(judgement)) }
    if let front {
      page.heading("Widths")
      page.paragraph(front.note)
      page.chart(front.chart)
      page.table(front.table)
    }
    if !steps.isEmpty {
      page.heading("Steps to the weights")
      page.paragraph(
        "Each step was tried on images held out from it and left out of layers where it made the error clearly larger; "
          + "the error of a layer's sums with the step as a part of that without it, geometric mean over layers."
      )
      page.table(steps.table)
    }
    page.heading("Every layer")
    page.table(layerTable)
    return page.text
  }

  private func highlights(_ judgement: JudgementReport) -> [(value: String, label: String)] {
    [
      (Format.percent(judgement.top1, digits: 1), "top-1"),
      (judgement.drop, "points lost"),
      (Format.percent(judgement.sameAnswers, digits: 1), "same answers"),
      (Format.fixed(judgement.divergence, digits: 4), "KL, nats"),
    ]
  }

  private var layerTable: Table {
    var table = Table([
      .init("layer"), .init("weights", .right), .init("activations", .right), .init("MACs", .right),
    ])
    for layer in layers {
      table.append([
        layer.name, layer.weights.map(String.init) ?? "–", "\(layer.activations)",
        Format.count(layer.macs),
      ])
    }
    return table
  }
}
