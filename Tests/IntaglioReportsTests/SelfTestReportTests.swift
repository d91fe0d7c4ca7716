import IntaglioReports
import IntaglioRuntime
import Testing

@Suite("SelfTestReport")
struct SelfTestReportTests {
  private static let checks = [
    KernelCheck(kernel: "gemm", instructionSet: .scalar, cases: 12, outcome: .equal),
    KernelCheck(
      kernel: "gelu",
      instructionSet: .scalar,
      cases: 3,
      outcome: .within(largestError: 0.25, bound: 2, unit: .ulp)
    ),
    KernelCheck(
      kernel: "lookup",
      instructionSet: .scalar,
      cases: 1,
      outcome: .failed("at 0: expected 1, found 2")
    ),
  ]
  private let report = SelfTestReport(checks)

  @Test("the text says of every kernel whether it passed, and how many did")
  func text() {
    let lines = report.text.split(separator: "\n")
    func line(_ kernel: String) -> Substring? { lines.first { $0.hasPrefix(kernel) } }
    #expect(line("gemm")?.contains("12") == true && line("gemm")?.contains("equal") == true)
    #expect(line("gelu")?.contains("ok") == true)
    #expect(line("gelu")?.contains("largest error 0.250 of 2.0 ulp allowed") == true)
    #expect(line("lookup")?.contains("FAILED") == true)
    #expect(line("lookup")?.contains("at 0: expected 1, found 2") == true)
    #expect(lines.last == "2 kernels passed, 1 failed")
  }

  @Test("the JSON has the same, by these keys")
  func json() throws {
    #expect(
      try report.keys() == [
        "failed", "kernels[].cases", "kernels[].instructionSet", "kernels[].kernel",
        "kernels[].passed", "kernels[].result", "passed",
      ]
    )
    let object = try report.object()
    #expect(object["passed"] as? Int == 2 && object["failed"] as? Int == 1)
    let kernels = try #require(object["kernels"] as? [[String: Any]])
    #expect(kernels.map { $0["passed"] as? Bool } == [true, true, false])
    #expect(kernels.map { $0["instructionSet"] as? String } == ["scalar", "scalar", "scalar"])
  }

  @Test("without kernels it is a heading and zeros")
  func empty() throws {
    let report = SelfTestReport([])
    #expect(report.text.hasSuffix("0 kernels passed, 0 failed"))
    #expect(try report.object()["kernels"] as? [String] == [])
  }
}
