import Intaglio
import IntaglioReports
import Testing

@Suite("ExportReport")
struct ExportReportTests {
  @Test("says what was written and how much memory a C file needs")
  func report() throws {
    let model = try ModelSource("demo:2").open().choose(.integerOnly)
    let made = try ModelExport(program: model.program, as: .c)
    let report = ExportReport(made, output: "a\u{1B}b.c", bytes: 2048)
    #expect(!report.text.unicodeScalars.contains("\u{1B}"))
    #expect(report.text.contains("in C, 2.0 KiB; weights and tables take"))
    let object = try report.object()
    #expect(object["format"] as? String == "c")
    #expect(object["tableBytes"] as? Int == made.memory?.tables)
  }
}
