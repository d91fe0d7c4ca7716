public import Intaglio
import IntaglioData
public import IntaglioReport

/// The page of an `AdoptionReport`: the verdict first, then what it rests on.
///
/// Every number stands in the report's JSON; the page adds the images that get another answer.
public struct AdoptionPage {
  let report: AdoptionReport
  let words: AdoptionWords
  private let images: DataSet
  private let flips: [AnswerComparison.Flip]
  private let history: AdoptionHistory?

  /// Images with another answer that are shown, at most.
  private static let shown = 16
  /// The longer side of a shown image, in pixels.
  private static let side = 160

  /// - Parameters:
  ///   - report: what the page says.
  ///   - result: what it was made from, for its images.
  ///   - language: of its sentences.
  ///   - history: beside an earlier report; `nil` without.
  public init(
    _ report: AdoptionReport,
    _ result: AdoptionResult,
    language: Language,
    history: AdoptionHistory? = nil
  ) {
    (self.report, self.history) = (report, history)
    words = AdoptionWords(language)
    images = result.images.evaluation
    flips =
      result.verdict.candidate.map { result.entries[$0].comparison.flips } ?? []
  }

  /// The whole file.
  ///
  /// - Throws: `DataError` for an image that can no longer be read.
  public var text: String {
    get throws {
      let title = words(
        "Do low bits pay off for \(report.identity.name)?",
        "\(report.identity.name) の低ビット化判定レポート"
      )
      var page = HTML(title: title, generator: "intaglio report", language: words.language)
      addVerdict(to: &page)
      if let history { add(history, to: &page) }
      addAccuracy(to: &page)
      try addFlips(to: &page)
      addClasses(to: &page)
      addProof(to: &page)
      addLayers(to: &page)
      addCost(to: &page)
      addIdentity(to: &page)
      addLimits(to: &page)
      addGlossary(to: &page)
      return page.text
    }
  }
}

extension AdoptionPage {
  private func addVerdict(to page: inout HTML) {
    page.verdict(words.verdict(report), Verdict(report.verdict.standing))
    if let row = report.recommended {
      var cards = [
        (Format.percent(row.top1.value), words("top-1 on integers only", "整数演算のみの top-1")),
        (
          words.drop(row),
          words("points lost, 95 % paired interval", "低下ポイント（対応のある 95 % 信頼区間）")
        ),
        (
          Format.bytes(row.bytes),
          words(
            "instead of \(Format.bytes(report.reference.bytes))",
            "float32 は \(Format.bytes(report.reference.bytes))"
          )
        ),
      ]
      if let mine = row.timings.first, let its = report.reference.timings.first {
        cards.append(
          (
            "\(Format.significant(mine.p50)) ms",
            words(
              "an image instead of \(Format.significant(its.p50)) ms",
              "1 枚あたり（float32 は \(Format.significant(its.p50)) ms）"
            )
          )
        )
      }
      if let proof = report.proof {
        cards.append(
          (
            "\(proof.integerMultiplications) / \(proof.multiplications)",
            words("matrix multiplications on integers", "整数で実行される行列積")
          )
        )
      }
      page.highlights(cards)
    }
    page.table(report.table(words.language))
    page.note(
      words(
        "Holds: the whole interval is within \(Format.fixed(report.verdict.maxDrop, digits: 2)) points; fails: beyond; "
          + "undecided: the limit lies within it, the images are too few to tell.",
        "達成：信頼区間全体が許容値 \(Format.fixed(report.verdict.maxDrop, digits: 2)) ポイント以内。未達：全体が許容値超。"
          + "未確定：許容値が区間内にあり、画像数が足りず断定できない。"
      )
    )
    page.note(
      words(
        "Sizes and times of this machine (\(report.processor), \(report.threads) threads, one image a call, the median). "
          + "'8/8' is the class of 8-bit integer-only inference (I-BERT, I-ViT); 'dequantized first' is the same "
          + "quantized model with its integers turned into floats before every multiplication, as most runtimes do.",
        "サイズと時間はこの計算機での値（\(report.processor)、\(report.threads) スレッド、1 回 1 枚、中央値）。"
          + "「8/8」は 8 ビット整数演算のみの推論（I-BERT、I-ViT）に相当。「先に逆量子化」は同じ量子化モデルを、"
          + "多くの実行系のように行列積の前で浮動小数点に戻して実行したもの。"
      )
    )
    if report.identity.isQuantized {
      page.note(
        words(
          "\(report.identity.model) is quantized itself: 'float32' stands for its own integers dequantized before every "
            + "multiplication, not for the model that it was trained from.",
          "\(report.identity.model) は量子化済みモデルです。「float32」は学習元のモデルではなく、自身の整数を行列積の前で"
            + "逆量子化した実行を表します。"
        )
      )
    }
    if report.verdict.standing != .holds { page.list(words.advice(report)) }
    for failure in report.failures {
      page.note(
        words("Not possible: ", "実行できなかった条件：") + "\(failure.candidate): \(failure.reason)"
      )
    }
  }

  private func add(_ history: AdoptionHistory, to page: inout HTML) {
    page.section("history", words("Beside the earlier report", "前回レポートとの比較"))
    if history.isBroken {
      page.verdict(
        words("What was recommended no longer holds: ", "前回推奨の条件が満たされなくなりました：")
          + history.broken.joined(separator: "; "),
        .fails
      )
    }
    page.table(history.table(words.language))
  }

  private func addAccuracy(to page: inout HTML) {
    page.section("accuracy", words("Accuracy against bits and cost", "ビット幅・コストと精度"))
    let limit = report.verdict.maxDrop
    page.chart(
      IntervalChart(
        title: words(
          "Points of top-1 lost, with 95 % paired intervals",
          "top-1 の低下ポイント（対応のある 95 % 信頼区間）"
        ),
        axis: ChartAxis(words("points lost", "低下ポイント")),
        rows: report.candidates.map {
          IntervalChart.Row(
            words.name(of: $0),
            $0.drop,
            interval: $0.dropLow...$0.dropHigh,
            text: Format.fixed($0.drop, digits: 2),
            isMarked: $0.name == report.verdict.candidate
          )
        },
        limit: (
          limit,
          words("limit \(Format.fixed(limit, digits: 2))", "許容 \(Format.fixed(limit, digits: 2))")
        )
      )
    )
    page.chart(
      scatter(
        words("packed size", "モデルサイズ"),
        { Double($0.bytes) },
        isBinary: true
      ) { Format.bytes(Int($0)) }
    )
    page.chart(
      scatter(words("time of an image, ms", "1 枚あたりの時間（ms）"), { $0.timings.first?.p50 ?? .nan }) {
        Format.significant($0)
      }
    )
    page.chart(
      scatter(words("bit operations", "ビット演算数"), { Double($0.bitOperations) }) {
        "\(Format.significant($0 * 1e-9)) G"
      }
    )
    page.chart(
      scatter(
        words("energy of an image, µJ (computed)", "1 枚あたりのエネルギー（µJ、計算値）"),
        { $0.energy }
      ) { Format.significant($0) }
    )
  }

  /// Top-1 over a cost.
  private func scatter(
    _ label: String,
    _ cost: (AdoptionReport.Row) -> Double,
    isBinary: Bool = false,
    format: @escaping @Sendable (Double) -> String
  ) -> ScatterChart {
    let rows = [report.reference] + report.candidates + [report.dequantized].compactMap { $0 }
    let groups = [
      words("float32", "float32"), words("integers only", "整数演算のみ"),
      words("dequantized first", "先に逆量子化"),
    ]
    let count = report.dequantized == nil ? 2 : 3
    return ScatterChart(
      title: words("Top-1 against \(label)", "top-1 と\(label)"),
      x: ChartAxis(label, isLogarithmic: true, isBinary: isBinary, format: format),
      y: ChartAxis("top-1") { Format.percent($0, digits: 1) },
      groups: Array(groups.prefix(count)),
      points: rows.map { row in
        let group =
          row.name == report.reference.name ? 0 : row.name == report.dequantized?.name ? 2 : 1
        return ScatterChart.Point(
          group == 1 ? words.shortName(of: row) : "",
          x: cost(row),
          y: row.top1.value,
          interval: row.top1.low...row.top1.high,
          group: group
        )
      },
      better: (x: .lower, y: .higher)
    )
  }

  private func addFlips(to page: inout HTML) throws {
    guard let row = report.recommended else { return }
    page.section("flips", words("What changes for the product", "製品での回答の変化"))
    page.paragraph(
      words(
        "\(row.sameAnswers.hits) of \(row.sameAnswers.total) images get the same answer. \(row.lost) right answers are "
          + "lost, \(row.won) are won, \(report.flips.count - row.lost - row.won) wrong ones become other wrong ones "
          + "(McNemar's exact test of lost against won: p = \(Format.significant(row.pValue))). The probabilities diverge by "
          + "\(Format.significant(row.divergence)) nats in the mean.",
        "画像 \(row.sameAnswers.total) 枚中 \(row.sameAnswers.hits) 枚で回答が一致しました。正答から誤答へ \(row.lost) 枚、"
          + "誤答から正答へ \(row.won) 枚、別の誤答へ \(report.flips.count - row.lost - row.won) 枚が変わりました"
          + "（増減に対する McNemar の正確検定：p = \(Format.significant(row.pValue))）。"
          + "確率分布の KL ダイバージェンスの平均は \(Format.significant(row.divergence)) nat です。"
      )
    )
    let worst = Array(zip(flips, report.flips).prefix(Self.shown))
    guard !worst.isEmpty else { return }
    page.paragraph(
      words(
        "The images with another answer, the largest change of probabilities first:",
        "回答が変わった画像（確率の変化が大きい順）："
      )
    )
    page.pictures(
      try worst.map { flip, names in
        let change = words(
          "\(names.reference) → \(names.program)",
          "\(names.reference) → \(names.program)"
        )
        let truth =
          names.isLost
          ? words("was right", "変更前が正解")
          : names.isWon
            ? words("is right now", "変更後が正解") : words("both wrong", "どちらも不正解")
        return Picture(
          png: try png(flip.image),
          alt: "\(names.image): \(change)",
          lines: [
            change, words("label: \(names.label)", "正解：\(names.label)"), truth, names.image,
          ]
        )
      }
    )
    if report.flips.count > worst.count {
      page.note(
        words(
          "\(report.flips.count - worst.count) more in the JSON.",
          "残り \(report.flips.count - worst.count) 枚は JSON に記載。"
        )
      )
    }
  }

  private func png(_ index: Int) throws -> [UInt8] {
    let image = try images.image(at: index)
    let longer = max(image.width, image.height)
    guard longer > Self.side else { return try image.png() }
    return try image.resized(
      width: max(image.width * Self.side / longer, 1),
      height: max(image.height * Self.side / longer, 1),
      interpolation: .bilinear
    ).png()
  }
}

extension Verdict {
  init(_ standing: AdoptionStanding) {
    self =
      switch standing {
      case .holds: .holds
      case .fails: .fails
      case .open: .open
      }
  }
}
