import Intaglio
import IntaglioReport

/// The report's sentences in the languages of its page; numbers are the same in all of them.
struct AdoptionWords {
  let language: Language

  init(_ language: Language) { self.language = language }

  /// The one of two texts that is in the language.
  func callAsFunction(_ english: String, _ japanese: String) -> String {
    switch language {
    case .en: english
    case .ja: japanese
    }
  }

  func word(_ standing: AdoptionStanding) -> String {
    switch standing {
    case .holds: self("holds", "達成")
    case .fails: self("fails", "未達")
    case .open: self("undecided", "未確定")
    }
  }

  var overBudget: String { self(", over budget", "（予算超過）") }

  /// `4/4`, `mixed drop=0.5`.
  func name(of row: AdoptionReport.Row) -> String {
    if row.name.hasSuffix(", dequantized first") {
      return self(
        row.name,
        row.name.replacing(", dequantized first", with: "（先に逆量子化、float32）")
      )
    }
    if case .given = row.candidate { return shortName(of: row) }
    guard case .mixed(let goal) = row.candidate else { return row.name }
    let (w, a) = (
      row.meanWeightBits.map { Format.fixed($0, digits: 1) } ?? "–",
      row.meanActivationBits.map { Format.fixed($0, digits: 1) } ?? "–"
    )
    return self("mixed \(goal) (\(w)/\(a))", "混合 \(goal)（\(w)/\(a)）")
  }

  /// The same, short enough for a chart.
  func shortName(of row: AdoptionReport.Row) -> String {
    switch row.candidate {
    case .mixed(let goal): return goal
    case .given(let name): return name.split(separator: "/").suffix(2).joined(separator: "/")
    case .uniform, nil: return row.name
    }
  }

  func range(_ low: String, _ high: String) -> String {
    self("\(low) to \(high)", "\(low)〜\(high)")
  }

  /// `0.34 (-0.12 to 0.81)`.
  func drop(_ row: AdoptionReport.Row) -> String {
    let parts = [row.drop, row.dropLow, row.dropHigh].map { Format.fixed($0, digits: 2) }
    return self("\(parts[0]) (\(parts[1]) to \(parts[2]))", "\(parts[0])（\(parts[1])〜\(parts[2])）")
  }

  func word(_ kind: AdoptionReport.Provenance.Kind) -> String {
    switch kind {
    case .measured: self("measured", "実測")
    case .computed: self("computed", "計算")
    case .proved: self("proved", "証明")
    }
  }

  /// What to do where nothing holds.
  func advice(_ report: AdoptionReport) -> [String] {
    var lines: [String] = []
    if report.verdict.standing == .open, let more = report.verdict.imagesMissing {
      lines.append(
        self(
          "Add about \(more) labelled images to \(report.images.evaluationFolder) and run the same command again; programs "
            + "are kept.",
          "\(report.images.evaluationFolder) にラベル付き画像を約 \(more) 枚追加し、同じコマンドを再実行してください"
            + "（作成済みプログラムは再利用されます）。"
        )
      )
    }
    lines.append(
      self(
        "Train: intaglio-train --model \(report.identity.model) --data DIR --bits 4 -o trained, then --candidate "
          + "trained/model.intaglio.",
        "再学習：intaglio-train --model \(report.identity.model) --data DIR --bits 4 -o trained の後、--candidate "
          + "trained/model.intaglio を指定。"
      )
    )
    lines.append(
      self(
        "Or allow more: --max-drop; figures of all widths are kept, and are judged again at once.",
        "または許容値を変更：--max-drop（全条件の結果は保存済みのため、すぐに再判定されます）。"
      )
    )
    return lines
  }

  /// One sentence that says it all.
  func verdict(_ report: AdoptionReport) -> String {
    let verdict = report.verdict
    let limit = Format.fixed(verdict.maxDrop, digits: 2)
    guard let row = report.recommended else {
      return self(
        "No width is within the budget that was stated.",
        "指定された予算を満たすビット幅はありません。"
      )
    }
    let (name, keeps, mayKeep) = subject(row)
    let size = Format.bytes(row.bytes)
    let ratio = Format.significant(Double(report.reference.bytes) / Double(max(row.bytes, 1)))
    let top1 = Format.percent(row.top1.value)
    let float = Format.percent(report.reference.top1.value)
    let figures = self(
      "top-1 \(top1) instead of \(float), \(drop(row)) points lost (95 % paired interval, "
        + "\(verdict.images) images)",
      "top-1 は \(float) から \(top1)、低下は \(drop(row)) ポイント"
        + "（対応のある 95 % 信頼区間、画像 \(verdict.images) 枚）"
    )
    let savings = self(
      "\(size), \(ratio) times smaller than float32" + speed(row, report.reference),
      "サイズは \(size)（float32 の 1/\(ratio)）" + speed(row, report.reference)
    )
    switch verdict.standing {
    case .holds:
      return self(
        "\(name) \(keeps) the loss within \(limit) points: \(figures); \(savings).",
        "\(name)で低下は許容値 \(limit) ポイント以内です：\(figures)。\(savings)。"
      )
    case .open:
      let more = verdict.imagesMissing.map {
        self(
          " About \($0) more images would settle it.",
          "確定にはあと約 \($0) 枚の画像が必要です。"
        )
      }
      return self(
        "\(name) \(mayKeep) the loss within \(limit) points, but the images are too few to tell: "
          + "\(figures); \(savings).",
        "\(name)で許容値 \(limit) ポイント以内に収まる可能性がありますが、画像数が足りず"
          + "断定できません：\(figures)。\(savings)。"
      ) + (more ?? "")
    case .fails:
      return self(
        "No width that was tried keeps the loss within \(limit) points; \(self.name(of: row)) loses least: \(figures); "
          + "\(savings).",
        "試したビット幅はいずれも許容値 \(limit) ポイントを満たしません。最も低下が小さいのは "
          + "\(self.name(of: row)) です：\(figures)。\(savings)。"
      )
    }
  }

  /// A row as the subject of a sentence, with its verbs.
  private func subject(_ row: AdoptionReport.Row) -> (name: String, keeps: String, mayKeep: String)
  {
    let name = name(of: row)
    guard case .uniform = row.candidate else {
      return (self(name, name + " "), "keeps", "may keep")
    }
    return (self("\(name) bits", "\(name) ビット"), "keep", "may keep")
  }

  private func speed(_ row: AdoptionReport.Row, _ reference: AdoptionReport.Row) -> String {
    guard let mine = row.timings.first, let its = reference.timings.first, mine.p50 > 0 else {
      return ""
    }
    let (a, b) = (Format.significant(mine.p50), Format.significant(its.p50))
    let ratio = Format.significant(its.p50 / mine.p50)
    return self(
      ", \(a) ms an image instead of \(b) ms (\(ratio) times as fast)",
      "、1 枚あたり \(a) ms（float32 は \(b) ms、\(ratio) 倍速）"
    )
  }
}
