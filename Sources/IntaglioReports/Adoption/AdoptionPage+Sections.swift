import Intaglio
import IntaglioReport

extension AdoptionPage {
  func addClasses(to page: inout HTML) {
    guard let classes = report.classes else { return }
    page.section("classes", words("Classes", "クラス別"))
    if let defects = classes.defects { add(defects, to: &page) }
    if !classes.worse.isEmpty {
      var table = Table([
        .init(words("class", "クラス")), .init(words("taken for", "誤答先")),
        .init("float32", .right), .init(words("integers only", "整数演算のみ"), .right),
      ])
      for pair in classes.worse.prefix(8) {
        table.append([pair.label, pair.answer, "\(pair.reference)", "\(pair.program)"])
      }
      page.paragraph(
        words("Pairs that are confused more often than before:", "混同が増えたクラスの組：")
      )
      page.table(table)
    }
    let changed = classes.recalls.sorted {
      $0.program.value - $0.reference.value < $1.program.value - $1.reference.value
    }
    if changed.count <= 40 {
      page.chart(
        IntervalChart(
          title: words(
            "Recall of every class on integers only, with 95 % intervals",
            "クラス別再現率（整数演算のみ、95 % 信頼区間）"
          ),
          axis: ChartAxis(words("recall", "再現率")) { Format.percent($0, digits: 0) },
          rows: changed.map {
            IntervalChart.Row(
              $0.name,
              $0.program.value,
              interval: $0.program.low...$0.program.high,
              text:
                "\(Format.percent($0.program.value, digits: 1)) (\($0.program.hits)/\($0.program.total))"
            )
          }
        )
      )
    }
    var table = Table([
      .init(words("class", "クラス")), .init(words("images", "画像数"), .right),
      .init(words("float32 recall", "float32 再現率"), .right),
      .init(words("integers only", "整数演算のみ"), .right),
      .init(words("95 %", "95 % 信頼区間"), .right),
    ])
    for recall in changed {
      table.append([
        recall.name, "\(recall.program.total)", Format.percent(recall.reference.value, digits: 1),
        Format.percent(recall.program.value, digits: 1),
        words.range(
          Format.percent(recall.program.low, digits: 1),
          Format.percent(recall.program.high, digits: 1)
        ),
      ])
    }
    page.details(
      words("Recall of every class, the largest loss first", "全クラスの再現率（低下が大きい順）"),
      table
    )
  }

  private func add(_ defects: AdoptionReport.Classes.Defects, to page: inout HTML) {
    page.paragraph(
      words(
        "As an inspection (\(defects.defective) defective images, \(defects.good) of the class '\(defects.goodClass)'): "
          + "AUROC \(Format.fixed(defects.programArea, digits: 4)) on integers only, "
          + "\(Format.fixed(defects.referenceArea, digits: 4)) in float32.",
        "外観検査として（不良 \(defects.defective) 枚、良品クラス「\(defects.goodClass)」\(defects.good) 枚）："
          + "AUROC は整数演算のみで \(Format.fixed(defects.programArea, digits: 4))、"
          + "float32 で \(Format.fixed(defects.referenceArea, digits: 4))。"
      )
    )
    var table = Table([
      .init(words("false alarms at most", "過検出率の上限"), .right),
      .init(words("missed in float32", "見逃し（float32）"), .right),
      .init(words("missed on integers only", "見逃し（整数演算のみ）"), .right),
    ])
    for entry in defects.missed {
      table.append([
        Format.percent(entry.falseAlarms, digits: 0), share(entry.reference), share(entry.program),
      ])
    }
    page.table(table)
  }

  private func share(_ share: AdoptionReport.Share) -> String {
    "\(share.hits)/\(share.total) (\(Format.percent(share.value, digits: 1)))"
  }

  func addProof(to page: inout HTML) {
    guard let proof = report.proof else { return }
    page.section("proof", words("Proof", "整数演算の証明"))
    var lines = [
      words(
        "\(proof.integerMultiplications) of \(proof.multiplications) matrix multiplications on integers of at most 8 bits.",
        "行列積 \(proof.multiplications) 個中 \(proof.integerMultiplications) 個が 8 ビット以下の整数で実行されます。"
      ),
      words(
        "\(proof.operations) operations between the quantized image and the logits' accumulators, "
          + "\(proof.floatOperations) of them on floats.",
        "量子化された画像からロジットの累算器までの演算 \(proof.operations) 個のうち、浮動小数点は \(proof.floatOperations) 個です。"
      ),
      words(
        "No sum of products needs more than \(proof.accumulatorBits) bits, sign included, whatever the image: it cannot overflow.",
        "累算に必要なビット数は、どの画像でも符号込みで最大 \(proof.accumulatorBits) ビットであり、桁あふれは起こりません。"
      ),
    ]
    if !proof.streamBits.isEmpty {
      let bits = proof.streamBits.map(String.init).joined(separator: ", ")
      let count = proof.saturations.reduce(0) { $0 + $1.count }
      lines.append(
        words(
          "Residual streams of \(bits) bits; \(count) of their values were cut off over all \(report.verdict.images) images.",
          "残差ストリームは \(bits) ビット。全 \(report.verdict.images) 枚で飽和した値は \(count) 個です。"
        )
      )
    }
    if let kernels = report.kernels {
      let sets = kernels.instructionSets.joined(separator: ", ")
      lines.append(
        kernels.differing.isEmpty
          ? words(
            "The logits of \(kernels.images) images are equal, bit by bit, on \(sets).",
            "画像 \(kernels.images) 枚のロジットは \(sets) の全カーネルでビット単位に一致しました。"
          )
          : words(
            "THE LOGITS DIFFER on \(kernels.differing.joined(separator: ", ")): run 'intaglio selftest' and report it.",
            "\(kernels.differing.joined(separator: ", ")) でロジットが一致しません。'intaglio selftest' を実行し報告してください。"
          )
      )
    }
    page.list(lines)
    page.note(
      words(
        "Verilog of this program was not simulated for this page: 'intaglio hardware verify \(report.verdict.program ?? "")'.",
        "本レポートでは Verilog シミュレーションを行っていません：'intaglio hardware verify \(report.verdict.program ?? "")'。"
      )
    )
  }

  func addLayers(to page: inout HTML) {
    guard !report.layers.isEmpty else { return }
    page.section("layers", words("Layers", "層別"))
    addSensitivity(to: &page)
    let streams = (report.values?.streams ?? []).filter { $0.decibels != nil }
    if !streams.isEmpty {
      page.chart(
        IntervalChart(
          title: words(
            "Signal over quantization noise of the residual streams, everything before them quantized",
            "残差ストリームの SQNR（そこまでの全層を量子化）"
          ),
          axis: ChartAxis("dB"),
          rows: streams.map {
            IntervalChart.Row(
              $0.name,
              $0.decibels ?? 0,
              text: Format.fixed($0.decibels ?? 0, digits: 1)
            )
          }
        )
      )
    }
    var table = Table([
      .init(words("layer", "層")), .init(words("bits", "ビット"), .right), .init("MACs", .right),
      .init(words("weights", "重み"), .right), .init(words("accumulator", "累算器"), .right),
      .init(words("alone, nats", "単独の影響（nat）"), .right),
    ])
    for layer in report.layers {
      table.append([
        layer.name, "\(layer.weights ?? layer.activations)/\(layer.activations)",
        Format.count(layer.macs), layer.bytes > 0 ? Format.bytes(layer.bytes) : "–",
        layer.accumulatorBits.map { words("\($0) bits", "\($0) ビット") } ?? "–",
        layer.isolated.map { Format.significant($0) } ?? "–",
      ])
    }
    page.details(words("Every multiplication", "全行列積"), table)
    guard let values = report.values, !values.codes.isEmpty else { return }
    var codes = Table([
      .init(words("codes", "量子化された値")), .init(words("clipped", "クリップ率"), .right),
      .init(words("codes used", "使用コード数"), .right),
    ])
    for entry in values.codes {
      codes.append([
        entry.name, entry.clipped.map { Format.percent($0, digits: 1) } ?? "–",
        "\(entry.usedCodes)",
      ])
    }
    page.details(
      words(
        "Every quantizer, on \(values.images) images",
        "全量子化器（画像 \(values.images) 枚）"
      ),
      codes
    )
  }

  /// What single layers do to the answers.
  private func addSensitivity(to page: inout HTML) {
    let measured = report.layers.filter { $0.isolated != nil }
    guard !measured.isEmpty else { return }
    let sensitive = measured.sorted { ($0.isolated ?? 0) > ($1.isolated ?? 0) }.prefix(5)
    let bits = Set(measured.flatMap { ($0.byActivationBits ?? [:]).keys }).sorted()
    page.chart(
      HeatMap(
        title: words(
          "What a layer does to the answers if it alone is narrow: divergence in nats",
          "1 層のみを低ビット化したときの出力分布の変化（KL、nat）"
        ),
        rowTitle: words("layer", "層"),
        columnTitle: words("bits of weights (W), activations (A)", "重み（W）・活性値（A）のビット数"),
        rows: sensitive.map(\.name),
        columns: bits.map { "W\($0)" } + bits.map { "A\($0)" },
        values: sensitive.map { layer in
          bits.map { layer.byWeightBits?[$0] } + bits.map { layer.byActivationBits?[$0] }
        }
      )
    )
    page.paragraph(
      words(
        "The five most sensitive layers at their widths; this gives them 8 bits:",
        "現在のビット幅で影響の大きい 5 層。次のオプションで 8 ビットにできます："
      )
    )
    let pins = sensitive.map { "--pin \($0.name)=8/8" }.joined(separator: " ")
    page.code(
      "intaglio quantize \(report.identity.model) --calibration \(report.images.calibrationFolder) \(pins)"
    )
  }

  func addCost(to page: inout HTML) {
    page.section("cost", words("Cost", "コスト"))
    var table = Table([
      .init(""), .init(words("batch", "バッチ"), .right), .init("p50, ms", .right),
      .init("p99, ms", .right), .init(words("images/s", "枚/s"), .right),
      .init(words("peak memory", "最大メモリ"), .right), .init(words("file", "ファイル"), .right),
      .init(words("energy, µJ", "エネルギー, µJ"), .right),
    ])
    for row in [report.reference] + [report.dequantized].compactMap({ $0 }) + report.candidates {
      for timing in row.timings {
        table.append([
          words.name(of: row), "\(timing.batch)", Format.significant(timing.p50),
          Format.significant(timing.p99), Format.significant(timing.imagesPerSecond),
          Format.bytes(timing.peakBytes), Format.bytes(row.bytes), Format.significant(row.energy),
        ])
      }
    }
    page.table(table)
    page.note(
      words(
        "Measured: times of calls and memory, \(report.processor), \(report.threads) threads, kernels up to "
          + "\(report.kernels?.instructionSets.last ?? "–"), inputs ready in memory, each model in a process of its own. "
          + "Computed: energy of arithmetic and of reading every weight once, \(AdoptionEnergy.formula) (Horowitz, ISSCC 2014, "
          + "45 nm); not what this processor takes.",
        "実測：呼び出し時間とメモリ（\(report.processor)、\(report.threads) スレッド、カーネルは最大 "
          + "\(report.kernels?.instructionSets.last ?? "–")、入力は事前にメモリ上に用意、モデルごとに別プロセス）。"
          + "計算値：演算と重みの 1 回読み出しのエネルギー、\(AdoptionEnergy.formula)（Horowitz, ISSCC 2014、45 nm）。"
          + "本プロセッサの消費電力ではありません。"
      )
    )
    addHardware(to: &page)
  }
}
