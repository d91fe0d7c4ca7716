import Foundation
import Intaglio
import IntaglioReports
import IntaglioTestSupport
import Testing

/// Reports are made from results of the library, without a process.
@Suite("A report says the same as JSON and as text")
struct ReportTests {
  let folder: TemporaryFolder
  let opened: OpenedModel

  init() throws {
    folder = try TemporaryFolder()
    opened = try ModelSource(Checkpoint.qvit.write(to: folder)).open()
  }

  private func object(_ report: some Report) throws -> [String: Any] {
    let json = Data(try report.json.utf8)
    return try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
  }

  @Test("of an inspection: what the text counts, the JSON lists; the graph is for the text alone")
  func inspection() throws {
    let model = try opened.model()
    let inspection = try Inspection(of: model)
    let report = InspectionReport(model, inspection)
    let quantizers = try #require(try object(report)["quantizers"] as? [Any])
    #expect(report.text.contains("\(quantizers.count) quantizers"))
    let listed = InspectionReport(model, inspection, listsGraph: true)
    #expect(listed.text == report.text + "\n\n" + model.graph.text())
    #expect(try listed.json == report.json)
  }

  @Test(
    "of an integer program: every multiplication, and what was written where something was",
    arguments: [Arithmetic.integer, .integerOnly]
  )
  func integerization(arithmetic: Arithmetic) throws {
    let program = try opened.program(ProgramOptions(arithmetic))
    let report = IntegerizationReport(program, bytes: 1234, output: "x.intaglio")
    let json = try object(report)
    #expect((json["nonlinear"] != nil) == (arithmetic == .integerOnly))
    let all = try #require((json["matmuls"] as? [String: Any])?["all"] as? [[String: Any]])
    for row in all {
      let node = try #require(row["node"] as? String)
      #expect(report.text.contains(node))
    }
    #expect(report.text.contains("nothing real between") == (arithmetic == .integerOnly))
    #expect(report.text.contains("Wrote x.intaglio: 1.2 KiB, float32 would take "))
    let unwritten = IntegerizationReport(program, bytes: 0, output: nil)
    #expect(try !unwritten.text.contains("Wrote") && object(unwritten)["output"] == nil)
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
    let json = try object(report)
    #expect(json["engine"] as? String == "float32" && report.text.hasPrefix("engine      float32"))
    #expect(json["images"] as? Int == 3 && json["imagesPerSecond"] as? Double == 1.5)
    #expect(report.top1 == 1.0 / 3 && report.text.contains("33.33 %"))
    #expect(json["notFinite"] as? Int == 1 && report.text.contains("no answer   1 images"))
    let agreement = try #require(json["agreement"] as? [String: Any])
    #expect(agreement["maxAbsLogit"] is NSNull && agreement["codes"] == nil)
    #expect(report.text.contains("some logits are not finite"))
    #expect(json["notes"] as? [String] == ["a note"])
  }

  @Test("of what was packed: the size, and what float32 would take")
  func pack() throws {
    let report = PackReport(output: "a\u{1B}b", bytes: 2048, parameters: 1024)
    #expect(!report.text.unicodeScalars.contains("\u{1B}"))
    #expect(report.text.contains("2.0 KiB") && report.text.contains("4.0 KiB"))
    #expect(try object(report)["bytes"] as? Int == 2048)
  }

  @Test("of hardware: text, JSON and page have the same cycles")
  func hardware() throws {
    let dimensions = ArchitectureDimensions(imageSize: 32, depth: 1, width: 64)
    let program = try ModelSource("deit-t:3", dimensions: dimensions).open()
      .program(ProgramOptions(.integerOnly))
    let module = try HardwareModule(program, part: .mlp(0), tile: 8)
    let built = HardwareModuleReport(module, folder: nil)
    #expect(built.text.contains("cycles    \(built.cycles),") && built.folder == nil)
    let costs = try HardwareCosts(program, part: .mlp(0), tiles: [8, 16])
    let design = HardwareStudy.Design(
      model: "small",
      HardwareSurvey(parts: [costs], missing: [.init(part: .network, reason: "it is large")]),
      clock: 100e6,
      bandwidth: 8,
      units: nil
    )
    let study = HardwareStudy(clock: 100, bandwidth: 8, designs: [design], power: nil)
    let cycles = design.parts[0].cycles
    #expect(cycles == built.cycles)
    for text in [study.text, study.page, try study.json] {
      #expect(text.contains("\(cycles)") && text.contains("it is large"))
    }
    #expect(study.page.hasPrefix("<!doctype html>") && study.page.contains("<svg"))
  }
}
