import Intaglio
import IntaglioData
import IntaglioDemo
import IntaglioReport
import IntaglioReports
import IntaglioTestSupport
import Testing

/// Results that are made up, of a small model.
@Suite("DemoReport")
struct DemoReportTests {
  private let results: [Demo.Result]
  private let images: [Image]
  private static let labels = [0, 1, 2]

  init() throws {
    let folder = try TemporaryFolder()
    let integerization = try Model(contentsOf: Checkpoint.qvit.write(to: folder)).integerized()
    images = try (0..<3).map {
      try Image(width: 8, height: 8, channels: 1, pixels: Array(repeating: UInt8($0), count: 64))
    }
    results = [3, 2].map { bits in
      Demo.Result(
        bits: bits,
        integerization: integerization,
        packedBytes: 1024 * bits,
        reference: Self.evaluation([0, 1, 2]),
        integer: Self.evaluation([0, 1, 4]),
        codes: Proportion(999, of: 1000),
        answers: [0, 1, 4]
      )
    }
  }

  /// Logits that are largest at `answers`.
  private static func evaluation(_ answers: [Int]) -> Evaluation {
    let classes = SurfaceClass.allCases.count
    return Evaluation(
      logits: answers.flatMap { answer in (0..<classes).map { $0 == answer ? 1 : 0 } },
      labels: labels,
      classes: classes,
      seconds: 0.5,
      agreement: nil
    )
  }

  private var report: DemoReport { DemoReport(results, images: images, labels: Self.labels) }

  @Test("the text is about the first model; the table has all, the narrowest first")
  func text() throws {
    let text = report.text
    #expect(text.hasPrefix("Surface inspection with a 3-bit Vision Transformer\n"))
    #expect(text.contains("3 fresh images, dequantize-first in float32: 100.00 %"))
    #expect(text.contains("3 fresh images, integer program:             66.67 %"))
    #expect(text.contains("same answer on 2 of 3 images; 1 of \(Format.count(1000)) codes differ"))
    #expect(text.contains("(0.1000 %: ties in float32"))
    let rows = text.split(separator: "\n").suffix(2)
    #expect(rows.map { $0.contains("2 of 3") } == [true, true])
    #expect(rows.first?.contains("2.0 KiB") == true && rows.last?.contains("3.0 KiB") == true)
    #expect(rows.allSatisfy { $0.hasSuffix("6") }, "3 images in half a second")
  }

  @Test("the value path stands there as written and as reordered")
  func path() throws {
    let path = { (model: Model) in
      DataPath(from: "blocks.0.attn.qkv.act", to: "blocks.0.attn.v_act", in: model.graph)?.text
    }
    let main = try #require(results.first).integerization
    let (before, after) = (try #require(path(main.source)), try #require(path(main.model)))
    #expect(before != after)
    #expect(report.text.contains(before) && report.text.contains(after))
  }

  @Test("the JSON has these keys, a model for each result")
  func json() throws {
    let keys = [
      "bits", "bytes", "ci95[]", "codes", "differingCodes", "float32Bytes", "images",
      "imagesPerSecond", "integerMatmuls", "integerTop1", "matmuls", "referenceTop1",
      "sameAnswers",
    ]
    #expect(try report.keys() == keys.map { "models[].\($0)" })
    let models = try #require(try report.object()["models"] as? [[String: Any]])
    #expect(models.map { $0["bits"] as? Int } == [3, 2])
    #expect(models[0]["differingCodes"] as? Int == 1 && models[0]["codes"] as? Int == 1000)
    #expect(models[0]["integerTop1"] as? Double == 2.0 / 3)
    #expect((models[0]["ci95"] as? [Double])?.count == 2)
  }

  @Test("the page shows images with their answers, right and wrong, and stands by itself")
  func page() throws {
    let page = try report.expectPage()
    #expect(page.ranges(of: "data:image/png").count == 3)
    let names = SurfaceClass.allCases.map(\.name)
    #expect(page.contains("\(names[4]), but it is \(names[2])"))
    #expect(page.contains("2 of 3") && page.contains("66.7 %"))
    for entry in results[0].integerization.coverage.entries { #expect(page.contains(entry.node)) }
  }

  @Test("without results there is nothing to say")
  func empty() throws {
    let report = DemoReport([], images: [], labels: [])
    #expect(report.text.isEmpty)
    #expect(try report.object()["models"] as? [String] == [])
    _ = try report.expectPage()
  }
}
