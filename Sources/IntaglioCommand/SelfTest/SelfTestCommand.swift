import ArgumentParser
import IntaglioReport
import IntaglioRuntime

/// The command `intaglio selftest`.
struct SelfTestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest",
    abstract: "Compare every kernel this machine can run with the scalar one.",
    discussion: """
      Integer kernels must agree bit for bit, on awkward sizes and on the extremes of their types; \
      real functions must stay within their stated distance of float64. Exits with 1 when one does \
      not.

      Example:
        intaglio selftest
      """
  )

  @Option(help: "What the random operands are made from.")
  var seed: UInt64 = 1

  @OptionGroup var report: ReportOptions

  func run() throws {
    let checks = KernelSelfTest.run(seed: seed)
    if report.json {
      try StandardOutput.print(try JSON.text(SelfTestReport(checks)))
    } else {
      try StandardOutput.print(SelfTestReport(checks).text)
    }
    if checks.contains(where: { !$0.passed }) { throw ExitCode.failure }
  }
}

/// The report of `intaglio selftest`, as JSON and as text.
struct SelfTestReport: Encodable {
  struct Kernel: Encodable {
    let kernel: String
    let instructionSet: String
    let cases: Int
    let passed: Bool
    let result: String
  }

  let kernels: [Kernel]
  let passed: Int
  let failed: Int

  init(_ checks: [KernelCheck]) {
    kernels = checks.map { check in
      let result =
        switch check.outcome {
        case .equal: "equal"
        case .within(let error, let bound, let unit):
          "largest error \(Format.fixed(error, digits: 3)) of \(bound) \(unit.rawValue) allowed"
        case .failed(let reason): reason
        }
      return Kernel(
        kernel: check.kernel,
        instructionSet: "\(check.instructionSet)",
        cases: check.cases,
        passed: check.passed,
        result: result
      )
    }
    passed = checks.count(where: \.passed)
    failed = checks.count - passed
  }

  var text: String {
    var table = Table([.init("kernel"), .init("cases", .right), .init(""), .init("result")])
    for kernel in kernels {
      table.append([
        kernel.kernel, "\(kernel.cases)", kernel.passed ? "ok" : "FAILED", kernel.result,
      ])
    }
    return table.text + "\n\n\(passed) kernels passed, \(failed) failed"
  }
}
