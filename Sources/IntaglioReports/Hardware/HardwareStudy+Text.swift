import Intaglio
import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioReport

extension HardwareStudy {
  /// Tables for a terminal.
  public var text: String {
    var lines: [String] = []
    for design in designs {
      lines += [
        "\(design.model), weights of \(design.weightBits) bits", "", partTable(design).text,
      ]
      for missing in design.missing { lines.append("\(missing.part): none: \(missing.reason)") }
      lines += ["", layerTable(design).text, ""]
      if !design.heads.isEmpty { lines += [headTable(design).text, ""] }
      lines += [Self.scaledNote, "", scaledTable(design).text, ""]
    }
    lines.append(Self.note(power))
    return lines.joined(separator: "\n")
  }

  static let scaledNote =
    "Computed on paper: the cycle model on other arrays; nothing of it was simulated or laid out."

  static func note(_ power: PowerTable?) -> String {
    guard let power, let row = power.processingElements.first else {
      return "No energies: --power takes what 'intaglio hardware power --json' prints."
    }
    return "Energies: cycles in which units work, times measured units (\(row.library), "
      + "\(Format.fixed(row.voltage, digits: 2)) V, \(UnitEnergies(power).glitchModel.rawValue), clock gating of elements: "
      + "\(UnitEnergies(power).clockGating.rawValue)); idle units are taken to be stopped; memories, "
      + "sequencers and wires between units are not in it. Units beside the array are those of one model for all; a part "
      + "with a unit that was not measured has neither."
  }

  func partTable(_ design: Design) -> Table {
    let hasEnergy = design.parts.contains { $0.energy != nil }
    var columns: [Table.Column] = [
      .init("part"), .init("array"), .init("cycles", .right),
      .init("at \(Format.significant(bandwidth)) B/cycle", .right), .init("ms", .right),
      .init("MAC", .right), .init("used", .right), .init("off-chip bytes", .right),
      .init("MAC/byte", .right),
    ]
    if hasEnergy { columns += [.init("µJ", .right), .init("mm²", .right)] }
    var table = Table(columns)
    for part in design.parts {
      var row = [
        part.part, "\(part.array), \(part.operands)", "\(part.cycles)", "\(part.cyclesAtBandwidth)",
        Format.significant(part.microseconds / 1000), Format.count(part.multiplyAccumulates),
        Format.percent(part.utilization, digits: 1), "\(part.offChipBytes)",
        Format.significant(Double(part.multiplyAccumulates) / Double(max(part.offChipBytes, 1))),
      ]
      if hasEnergy {
        row += [
          part.energy.map { Format.significant($0.total * 1e-6) } ?? "–",
          part.area.map { Format.significant($0.total * 1e-6) } ?? "–",
        ]
      }
      table.append(row)
    }
    return table
  }

  func layerTable(_ design: Design) -> Table {
    var table = Table([
      .init("layer"), .init("work"), .init("steps", .right), .init("cycles", .right),
      .init("MAC", .right), .init("used", .right), .init("MAC/byte alone", .right),
      .init("nJ", .right),
    ])
    for layer in design.layers {
      table.append([
        layer.name, layer.work, "\(layer.steps)", "\(layer.cycles)",
        layer.multiplyAccumulates > 0 ? Format.count(layer.multiplyAccumulates) : "",
        layer.utilization.map { Format.percent($0, digits: 1) } ?? "",
        layer.intensity.map(Format.significant) ?? "",
        layer.picojoules.map { Format.significant($0 / 1000) } ?? "–",
      ])
    }
    return table
  }

  func headTable(_ design: Design) -> Table {
    var table = Table([
      .init("head"), .init("cycles", .right), .init("MAC", .right), .init("used", .right),
      .init("nJ", .right),
    ])
    for head in design.heads {
      table.append([
        "\(head.head)", "\(head.cycles)", Format.count(head.multiplyAccumulates),
        Format.percent(head.utilization, digits: 1),
        head.picojoules.map { Format.significant($0 / 1000) } ?? "–",
      ])
    }
    return table
  }

  func scaledTable(_ design: Design) -> Table {
    var table = Table([
      .init("array (computed)"), .init("cycles", .right),
      .init("at \(Format.significant(bandwidth)) B/cycle", .right), .init("used", .right),
      .init("per second", .right), .init("bytes a cycle", .right), .init("mm²", .right),
      .init("µJ", .right),
    ])
    for scaled in design.scaled {
      table.append([
        "\(scaled.tile) × \(scaled.tile)", "\(scaled.cycles)", "\(scaled.cyclesAtBandwidth)",
        Format.percent(scaled.utilization, digits: 1), Format.significant(scaled.inputsPerSecond),
        Format.significant(scaled.bytesPerCycle),
        scaled.area.map { Format.significant($0 * 1e-6) } ?? "–",
        scaled.microjoules.map(Format.significant) ?? "–",
      ])
    }
    return table
  }
}
