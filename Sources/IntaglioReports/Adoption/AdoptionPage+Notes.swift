import Intaglio
import IntaglioReport

extension AdoptionPage {
  func addIdentity(to page: inout HTML) {
    page.section("identity", words("Identity", "識別情報"))
    let identity = report.identity
    var table = Table([.init(words("what", "対象")), .init("SHA-256")])
    if let hash = identity.fileHash { table.append([identity.model, hash.description]) }
    table.append([words("model, packed", "モデル（パック形式）"), identity.modelHash.description])
    table.append([
      words(
        "calibration: \(report.images.calibration) images of \(report.images.calibrationFolder)",
        "キャリブレーション：\(report.images.calibrationFolder) の \(report.images.calibration) 枚"
      ),
      identity.calibrationHash.description,
    ])
    table.append([
      words(
        "evaluation: \(report.images.evaluation) images of \(report.images.evaluationFolder)",
        "評価：\(report.images.evaluationFolder) の \(report.images.evaluation) 枚"
      ),
      identity.evaluationHash.description,
    ])
    if let hash = identity.programHash {
      table.append([report.verdict.program ?? "", hash.description])
    }
    page.table(table)
    page.code(identity.command)
    page.note(
      words(
        "Intaglio \(identity.version). Nothing is drawn at random: the same model and images give the same program "
          + "bytes and the same accuracy in every run, for any number of threads; times differ. No image that judges "
          + "calibrates (compared by content).",
        "Intaglio \(identity.version)。乱数は使用していません。同じモデルと画像からは、スレッド数によらず毎回同じプログラム"
          + "（バイト単位）と同じ精度が得られます（時間を除く）。評価画像はキャリブレーションに使用していません（内容で照合）。"
      )
    )
  }

  func addLimits(to page: inout HTML) {
    page.section("limits", words("What was tried, and what was not", "試した内容と範囲外"))
    var lines = [
      words(
        "Tried: \(report.candidates.map { words.name(of: $0) }.joined(separator: "; ")). Each has its own 95 % interval; "
          + "of several that hold, the one with the fewest bit operations is recommended.",
        "試行：\(report.candidates.map { words.name(of: $0) }.joined(separator: "、"))。信頼区間は条件ごとの 95 % であり、"
          + "達成した条件のうちビット演算数が最小のものを推奨しています。"
      )
    ]
    let images = report.images
    if images.withoutImages > 0 {
      lines.append(
        words(
          "\(images.withoutImages) of \(images.classes) classes have no image here; nothing is known of them.",
          "\(images.classes) クラス中 \(images.withoutImages) クラスには画像がなく、評価できていません。"
        )
      )
    }
    if let first = images.unreadable.first {
      lines.append(
        words(
          "\(images.unreadable.count) images could not be read and are left out, such as \(first.image): \(first.reason)",
          "画像 \(images.unreadable.count) 枚は読み込めず除外しました（例：\(first.image)：\(first.reason)）。"
        )
      )
    }
    let trained = report.candidates.contains { row in
      if case .given = row.candidate { true } else { false }
    }
    if !trained {
      lines.append(
        words(
          "Not tried: training. 'intaglio-train' gets back most of what 2 to 4 bits lose (Docs/Training.md); give its "
            + "program as --candidate to see it here.",
          "未実施：再学習。'intaglio-train' により 2〜4 ビットの低下の多くを回復できます（Docs/Training.md）。"
            + "得られたプログラムを --candidate に指定すると本レポートに追加されます。"
        )
      )
    }
    lines.append(
      words(
        "Not tested: other processors, images of another kind than these, damaged or adversarial inputs, other runtimes, power.",
        "未評価：他のプロセッサ、今回と性質の異なる画像、破損・敵対的入力、他の実行系、消費電力。"
      )
    )
    page.list(lines)
    var table = Table([
      .init(words("figures", "値")), .init(words("how", "種別")), .init(words("command", "コマンド")),
      .init(words("note", "備考")),
    ])
    for entry in report.provenance {
      table.append([entry.keys, words.word(entry.kind), entry.command, entry.note ?? ""])
    }
    page.details(words("Where every figure comes from", "各値の出所"), table)
  }

  func addGlossary(to page: inout HTML) {
    page.section("glossary", words("Words", "用語"))
    page.list([
      words(
        "4/8: weights of 4 bits, activations (values between layers) of 8; the first and the last layer keep 8.",
        "4/8：重み 4 ビット、活性値（層間の値）8 ビット。最初と最後の層は 8 ビットのまま。"
      ),
      words(
        "top-1: the share of images whose first answer is the label. Points: percentage points of it.",
        "top-1：第 1 回答が正解ラベルと一致した画像の割合。ポイント：その差（パーセントポイント）。"
      ),
      words(
        "95 % paired interval: where the loss on all images of this kind lies with 95 % confidence, from the images that "
          + "the two models answer differently.",
        "対応のある 95 % 信頼区間：2 つのモデルの回答が異なる画像から求めた、母集団での低下の 95 % 信頼区間。"
      ),
      words(
        "calibration: choosing scales on images without looking at labels. Integers only: between the quantized image and "
          + "the logits no floating-point operation is left.",
        "キャリブレーション：ラベルを使わず画像からスケールを決めること。整数演算のみ：量子化された画像からロジットまで浮動小数点演算が"
          + "残らないこと。"
      ),
      words(
        "bit operations: multiply-accumulates times the bits of both operands. SQNR: signal over quantization noise, in decibels.",
        "ビット演算数：積和演算数 × 両オペランドのビット数。SQNR：信号対量子化雑音比（dB）。"
      ),
      words(
        "AUROC: the chance that a defective image looks more defective than a good one. KL: how far two distributions of "
          + "probabilities are apart, in nats.",
        "AUROC：不良品画像が良品画像より不良らしく判定される確率。KL：2 つの確率分布の隔たり（nat）。"
      ),
    ])
  }
}
