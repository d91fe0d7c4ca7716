import Intaglio
import IntaglioData
import IntaglioDemo
import IntaglioReport

/// The page of a `DemoReport`.
struct DemoPage {
  private let results: [Demo.Result]
  private let report: DemoReport
  private let images: [Image]
  private let labels: [Int]

  init(_ results: [Demo.Result], _ report: DemoReport, images: [Image], labels: [Int]) {
    (self.results, self.report) = (results, report)
    self.images = images
    self.labels = labels
  }

  var text: String {
    get throws {
      var page = HTML(
        title: "Surface inspection on low-bit integers",
        generator: "intaglio demo"
      )
      guard let main = results.first else { return page.text }
      page.paragraph(
        "A \(main.bits)-bit Vision Transformer looks at \(images.count) images of machined metal that "
          + "it has never seen. Every matrix multiplication runs on integers: dequantization was moved "
          + "behind it."
      )
      page.highlights(highlights(main))
      page.heading("Some of the images")
      page.gallery(try figures(main))
      page.heading("Before and after")
      page.preformatted(
        "as written   \(DemoReport.path(main.integerization.source))\n"
          + "reordered    \(DemoReport.path(main.integerization.model))"
      )
      page.heading("2, 3 and 8 bits")
      page.table(report.table)
      page.bars(sizes)
      page.heading("Every matrix multiplication")
      page.table(CoverageText(coverage: main.integerization.coverage).table)
      return page.text
    }
  }

  private func highlights(_ main: Demo.Result) -> [(value: String, label: String)] {
    [
      (
        "\(main.integerization.coverage.integer) of \(main.integerization.coverage.total)",
        "matrix multiplications on integers"
      ),
      (Format.percent(main.integer.top1.value, digits: 1), "right, integer program"),
      (Format.percent(main.reference.top1.value, digits: 1), "right, dequantize-first float32"),
      ("\(main.sameAnswers) of \(images.count)", "same answers"),
      (
        Format.bytes(main.packedBytes),
        "instead of \(Format.bytes(main.integerization.source.parameterCount * 4))"
      ),
      (Format.fixed(main.integer.imagesPerSecond, digits: 0), "images per second"),
    ]
  }

  /// A bar for each packed model, and one for float32.
  private var sizes: [HTML.Bar] {
    let float32 = report.models[0].float32Bytes
    return report.models.sorted { $0.bits < $1.bits }.map {
      HTML.Bar("\($0.bits) bits", Double($0.bytes), Format.bytes($0.bytes))
    } + [HTML.Bar("float32", Double(float32), Format.bytes(float32))]
  }

  /// Some images of every class, right and wrong ones.
  private func figures(_ result: Demo.Result) throws -> [HTML.Figure] {
    let wrong = labels.indices.filter { result.answers[$0] != labels[$0] }.prefix(6)
    let right = SurfaceClass.allCases.flatMap { kind in
      labels.indices.filter { labels[$0] == Int(kind.rawValue) && result.answers[$0] == labels[$0] }
        .prefix(3)
    }
    return try (right + wrong).map { index in
      let isWrong = result.answers[index] != labels[index]
      let (truth, answer) = (name(labels[index]), name(result.answers[index]))
      return HTML.Figure(
        png: try images[index].png(),
        caption: isWrong ? "\(answer), but it is \(truth)" : answer,
        isWrong: isWrong
      )
    }
  }

  private func name(_ label: Int) -> String {
    SurfaceClass.allCases.first { Int($0.rawValue) == label }?.name ?? "class \(label)"
  }
}
