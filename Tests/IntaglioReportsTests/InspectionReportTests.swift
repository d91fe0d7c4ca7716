import Intaglio
import IntaglioReports
import IntaglioTestSupport
import Testing

@Suite("InspectionReport")
struct InspectionReportTests {
  let folder: TemporaryFolder
  let opened: OpenedModel

  init() throws {
    folder = try TemporaryFolder()
    opened = try ModelSource(Checkpoint.qvit.write(to: folder)).open()
  }

  @Test("of an inspection: what the text counts, the JSON lists; the graph is for the text alone")
  func inspection() throws {
    let model = try opened.model()
    let inspection = try Inspection(of: model)
    let report = InspectionReport(model, inspection)
    let quantizers = try #require(try report.object()["quantizers"] as? [Any])
    #expect(report.text.contains("\(quantizers.count) quantizers"))
    let listed = InspectionReport(model, inspection, listsGraph: true)
    #expect(listed.text == report.text + "\n\n" + model.graph.text())
    #expect(try listed.json == report.json)
  }
}
