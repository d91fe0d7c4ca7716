import IntaglioReports
import Testing

@Suite("PackReport")
struct PackReportTests {
  @Test("of what was packed: the size, and what float32 would take")
  func pack() throws {
    let report = PackReport(output: "a\u{1B}b", bytes: 2048, parameters: 1024)
    #expect(!report.text.unicodeScalars.contains("\u{1B}"))
    #expect(report.text.contains("2.0 KiB") && report.text.contains("4.0 KiB"))
    #expect(try report.object()["bytes"] as? Int == 2048)
  }
}
