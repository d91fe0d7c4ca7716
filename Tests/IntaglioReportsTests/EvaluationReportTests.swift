import Foundation
import Intaglio
import IntaglioReports
import IntaglioTestSupport
import Testing

@Suite("EvaluationReport")
struct EvaluationReportTests {
  let folder: TemporaryFolder
  let opened: OpenedModel

  init() throws {
    folder = try TemporaryFolder()
    opened = try ModelSource(Checkpoint.qvit.write(to: folder)).open()
  }

  @Test("of an evaluation: shares with their interval; what is not finite is null")
  func evaluation() throws {
    let chosen = try opened.choose(.float32)
    var comparison = Comparison(.recorded([0, 1, 1, 0, 1, 0]), classes: 2)
    try comparison.add([0, 1, 1, 0, .nan, 0], [[], [], []], at: [0, 1, 2], threads: 1) { _ in }
    let evaluation = Evaluation(
      logits: [0, 1, 1, 0, .nan, 0],
      labels: [1, 1, 0],
      classes: 2,
      seconds: 2,
      agreement: comparison.agreement
    )
    let report = EvaluationReport(evaluation, chosen, notes: ["a note"])
    let json = try report.object()
    #expect(json["engine"] as? String == "float32" && report.text.hasPrefix("engine      float32"))
    #expect(json["images"] as? Int == 3 && json["imagesPerSecond"] as? Double == 1.5)
    #expect(report.top1 == 1.0 / 3 && report.text.contains("33.33 %"))
    #expect(json["notFinite"] as? Int == 1 && report.text.contains("no answer   1 images"))
    let agreement = try #require(json["agreement"] as? [String: Any])
    #expect(agreement["maxAbsLogit"] is NSNull && agreement["codes"] == nil)
    #expect(report.text.contains("some logits are not finite"))
    #expect(json["notes"] as? [String] == ["a note"])
  }
}
