import Intaglio
import IntaglioReports
import IntaglioTestSupport
import Testing

@Suite("IntegerizationReport")
struct IntegerizationReportTests {
  let folder: TemporaryFolder
  let opened: OpenedModel

  init() throws {
    folder = try TemporaryFolder()
    opened = try ModelSource(Checkpoint.qvit.write(to: folder)).open()
  }

  @Test(
    "of an integer program: every multiplication, and what was written where something was",
    arguments: [Arithmetic.integer, .integerOnly]
  )
  func integerization(arithmetic: Arithmetic) throws {
    let program = try opened.program(ProgramOptions(arithmetic))
    let report = IntegerizationReport(program, bytes: 1234, output: "x.intaglio")
    let json = try report.object()
    #expect((json["nonlinear"] != nil) == (arithmetic == .integerOnly))
    let all = try #require((json["matmuls"] as? [String: Any])?["all"] as? [[String: Any]])
    for row in all {
      let node = try #require(row["node"] as? String)
      #expect(report.text.contains(node))
    }
    #expect(report.text.contains("nothing real between") == (arithmetic == .integerOnly))
    #expect(report.text.contains("Wrote x.intaglio: 1.2 KiB, float32 would take "))
    let unwritten = IntegerizationReport(program, bytes: 0, output: nil)
    #expect(try !unwritten.text.contains("Wrote") && unwritten.object()["output"] == nil)
  }
}
