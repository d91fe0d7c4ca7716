import Intaglio
import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioReport

extension HardwareStudy {
  /// With charts of cycles and energy, and a roofline of every design.
  public var page: String { HardwareStudyPage(self).text }
}

private struct HardwareStudyPage {
  private let study: HardwareStudy

  init(_ study: HardwareStudy) { self.study = study }

  var text: String {
    var page = HTML(title: "Models as hardware", generator: "intaglio hardware report")
    page.paragraph(
      "Cycles are those of the cycle model, which simulations of the Verilog are held against cycle by "
        + "cycle; times are at \(Format.significant(study.clock)) MHz."
    )
    page.paragraph(HardwareStudy.note(study.power))
    if let power = study.power, !power.processingElements.isEmpty { elements(power, &page) }
    page.heading("Where the cycles go")
    page.paragraph(
      "The array and the units of rows work side by side: behind each bar, how long both take together."
    )
    page.chart(cycles)
    if study.designs.contains(where: { $0.parts.contains { $0.energy != nil } }) {
      page.heading("Where the energy goes")
      page.chart(energy)
    }
    for design in study.designs { add(design, to: &page) }
    return page.text
  }

  private func elements(_ power: PowerTable, _ page: inout HTML) {
    page.heading("Energy of one multiply-accumulate, and of a cycle of the units beside the array")
    let units = UnitEnergies(power)
    let rows = (power.processingElements + power.edgeUnits).filter {
      $0.glitchModel == units.glitchModel
        && ($0.clockGating == units.clockGating || power.edgeUnits.contains($0))
    }
    page.bars(
      rows.map { row in
        let bits = row.weightBits.map { "\($0) × \(row.activationBits ?? 0) bits, " } ?? ""
        // The last part of the layer's name tells elements of one kind apart.
        let operands = row.operands.prefix { $0 != "," }
        let layer = operands.split(separator: ".").last.map { ", \($0)" } ?? ""
        return HTML.Bar(
          row.kind.rawValue + (row.weightBits == nil ? "" : layer),
          row.picojoules,
          "\(bits)\(Format.significant(row.picojoules)) pJ, \(Format.significant(row.area)) µm²"
        )
      }
    )
  }

  private var cycles: StackedBars {
    StackedBars(
      title: "Cycles of work for an input",
      legend: ["products", "transpositions", "norms", "softmax"],
      bars: study.designs.flatMap { design in
        design.parts.map { part in
          let work = part.cyclesByWork
          return StackedBars.Bar(
            "\(design.model), \(part.part)",
            [work.products, work.transpositions, work.norms, work.softmax].map(Double.init),
            "in \(Format.count(part.cycles)), \(Format.percent(part.utilization, digits: 0)) used"
          )
        }
      }
    )
  }

  private var energy: StackedBars {
    StackedBars(
      title: "Energy for an input",
      legend: ["products", "requantization", "norms", "softmax"],
      bars: study.designs.flatMap { design in
        design.parts.compactMap { part in
          part.energy.map { energy in
            StackedBars.Bar(
              "\(design.model), \(part.part)",
              [energy.products, energy.requantization, energy.norms, energy.softmax],
              "\(Format.significant(energy.total * 1e-6)) µJ"
            )
          }
        }
      }
    )
  }

  private func add(_ design: HardwareStudy.Design, to page: inout HTML) {
    page.heading("\(design.model), weights of \(design.weightBits) bits")
    page.table(study.partTable(design))
    for missing in design.missing {
      page.paragraph("\(missing.part) is not there: \(missing.reason)")
    }
    page.chart(roofline(design))
    page.paragraph(
      "Layers stand where they would be alone, with operands and results outside; parts as they are: "
        + "weights, tables and streams from outside for every input, and no intermediate leaves. Cycles are "
        + "those of memories that keep up: what stands above the roof would be held up by its bytes."
    )
    page.table(study.layerTable(design))
    if !design.heads.isEmpty { page.table(study.headTable(design)) }
    page.paragraph(HardwareStudy.scaledNote)
    page.table(study.scaledTable(design))
  }

  private func roofline(_ design: HardwareStudy.Design) -> RooflineChart {
    let peak = design.parts.first.map { part in
      Double(part.multiplyAccumulates) / Double(part.cycles) / part.utilization
    }
    let parts = design.parts.map { part in
      RooflineChart.Point(
        part.part,
        intensity: Double(part.multiplyAccumulates) / Double(max(part.offChipBytes, 1)),
        rate: Double(part.multiplyAccumulates) / Double(part.cycles),
        series: 0,
        isNamed: true
      )
    }
    let layers = design.layers.compactMap { layer in
      layer.intensity.map {
        RooflineChart.Point(
          "\(layer.name), \(layer.work)",
          intensity: $0,
          rate: Double(layer.multiplyAccumulates) / Double(max(layer.cycles, 1)),
          series: 1
        )
      }
    }
    return RooflineChart(
      title: "Array cycles against bytes",
      peak: peak ?? 1,
      bandwidth: study.bandwidth,
      series: ["parts", "products alone"],
      points: layers + parts
    )
  }
}
