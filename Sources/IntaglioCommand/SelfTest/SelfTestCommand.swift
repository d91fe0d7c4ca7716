import ArgumentParser
import IntaglioData
import IntaglioReport
import IntaglioRuntime
import IntaglioReports

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

  @Option(
    help: "Write cases of the scalar kernels and their answers, for Scripts/test-arm.sh.",
    completion: .file()
  )
  var record: String?

  @OptionGroup var report: ReportOptions

  func run() throws {
    let checks = KernelSelfTest.run(seed: seed)
    if let record { try AtomicFile.write(bytes: KernelSelfTest.cases(seed: seed), to: record) }
    try report.print(SelfTestReport(checks))
    if checks.contains(where: { !$0.passed }) { throw ExitCode.failure }
  }
}
