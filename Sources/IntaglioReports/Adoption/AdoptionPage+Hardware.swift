import Intaglio
import IntaglioHardware
import IntaglioReport

extension AdoptionPage {
  /// What parts of the recommended program take as hardware.
  func addHardware(to page: inout HTML) {
    guard let hardware = report.hardware else { return }
    if !hardware.parts.isEmpty {
      let hasPower = hardware.power != nil
      page.table(table(hardware))
      page.note(
        words(
          "Computed by the cycle model that 'intaglio hardware verify' checks against simulators"
            + (hasPower
              ? "."
              : "; area and power: --power with what 'intaglio hardware power --json' prints."),
          "'intaglio hardware verify' がシミュレータと照合するサイクルモデルによる計算値。"
            + (hasPower
              ? "" : "面積と電力は、'intaglio hardware power --json' の出力を --power に指定すると表示されます。")
        )
      )
      if let power = hardware.power { page.note(note(power, hardware)) }
    }
    if !hardware.missing.isEmpty {
      page.note(
        words("Not as hardware yet: ", "まだハードウェア化できない部分：")
          + hardware.missing.joined(separator: "; ")
      )
    }
  }

  private func table(_ hardware: AdoptionHardware) -> Table {
    var columns: [Table.Column] = [
      .init(words("as hardware", "ハードウェア化")), .init(words("array", "アレイ"), .right),
      .init(words("cycles", "サイクル"), .right), .init(words("utilization", "稼働率"), .right),
    ]
    if hardware.hasFigures {
      columns += [
        .init(words("energy, µJ", "エネルギー, µJ"), .right),
        .init(words("area, mm²", "面積, mm²"), .right),
      ]
    }
    var table = Table(columns)
    for part in hardware.parts {
      var row = [
        part.part, "\(part.array) × \(part.array)", "\(part.cycles)",
        Format.percent(part.utilization, digits: 1),
      ]
      if hardware.hasFigures {
        row += [part.picojoules, part.area].map { figure in
          figure.map { Format.significant($0 * 1e-6) } ?? "–"
        }
      }
      table.append(row)
    }
    return table
  }

  private func note(_ power: AdoptionHardware.Power, _ hardware: AdoptionHardware) -> String {
    let volts = Format.fixed(power.voltage, digits: 2)
    let megahertz = Format.significant(power.clock * 1e-6)
    let gating = power.clockGating.rawValue
    let how = "\(power.glitchModel.rawValue), clock gating of elements: \(gating)"
    guard hardware.hasFigures else {
      let file = report.verdict.program ?? "PROGRAM.intaglio"
      return words(
        "No energy or area: the table of power (\(power.library)) lacks elements of these bits, or units of every part; "
          + "'intaglio hardware power \(file) --json' measures those of this program.",
        "エネルギーと面積は算出できません：電力表（\(power.library)）に、このビット幅の演算器または各部分に必要なユニットが"
          + "ありません。'intaglio hardware power \(file) --json' で測定できます。"
      )
    }
    return words(
      "Energy of an image: cycles in which units work, times units measured on cells of \(power.library) (\(volts) V, "
        + "\(megahertz) MHz, \(how)); area of the same units, the library's in µm². Memories, sequencers and wires "
        + "between units are not in it; idle units are taken to be stopped. –: the table lacks a unit of that part.",
      "1 枚あたりのエネルギー：各ユニットの動作サイクル数に、セルライブラリ \(power.library)（\(volts) V、\(megahertz) MHz、\(how)）"
        + "で測定した値を掛けた計算値。面積は同じユニットの合計（ライブラリの単位を µm² とする）。メモリ、シーケンサ、ユニット間の配線は"
        + "含まず、動作していないユニットは停止しているものとします。「–」：表にないユニットを含む部分。"
    )
  }
}

extension AdoptionHardware {
  /// Whether energy or area of any part is known.
  fileprivate var hasFigures: Bool {
    parts.contains { $0.picojoules != nil || $0.area != nil }
  }
}
