public import ArgumentParser
import Intaglio
import IntaglioData
import IntaglioReport
public import IntaglioRuntime
import IntaglioReports

/// The command `intaglio bench MODEL|ARCHITECTURE`.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time a model, or an architecture with random weights.",
    discussion: """
      MODEL may be one of the architectures \
      \(ViTArchitecture.names.joined(separator: ", ")), whose weights are drawn from a seed: speed \
      depends on shapes and widths alone. Architectures and the demo run on nothing but integers unless \
      --arithmetic integer is given; files as they are unless --arithmetic integer-only is given.

      Times are those of one call of --batch images, inputs ready in memory. The peak beside them is \
      measured in the same run: the best multiply-accumulate instruction on registers alone, on as \
      many threads.

      With --worker it times on request: for every line 'run SECONDS' on standard input one line of \
      JSON with the seconds of each call.

      Examples:
        intaglio bench deit-s --bits 3 --threads 1
        intaglio bench model.intaglio --profile --profile-svg profile.svg
        intaglio bench vit-b --bits 4 --batch 8 --json
      """
  )

  @OptionGroup var program: ProgramArguments

  @Option(parsing: .unconditional, help: "Images per call.")
  var batch = 1

  @Option(
    parsing: .unconditional,
    help: "How many seconds to measure; at least three calls in any case."
  )
  var seconds = 3.0

  @Option(
    help: """
      Use no kernel beyond this instruction set: \
      \(InstructionSet.allValueStrings.joined(separator: ", ")).
      """
  )
  var isa: InstructionSet = .unlimited

  @Flag(help: "Print the time of every step.")
  var profile = false

  @Option(help: "Draw the time of every step to an SVG file.", completion: .file())
  var profileSvg: String?

  @Flag(help: "Time on request: lines 'run SECONDS' on standard input.")
  var worker = false

  @Option(help: "Save the program as a packed model with its plan.", completion: .file())
  var save: String?

  @OptionGroup var report: ReportOptions

  func validate() throws {
    try Limits.check("--batch", batch, in: 1...1_000_000)
    try Limits.check("--seconds", seconds, in: BenchWorker.secondsLimit)
    if worker, report.json || profile || profileSvg != nil {
      throw ValidationError("--worker answers in its own way; leave out --json and --profile")
    }
    try program.require([.integer, .integerOnly], job: "'bench' times integer programs")
  }

  func run() throws {
    let subject = try BenchSubject(program, isa: isa)
    if let planned = subject.planned {
      if save != nil { throw ValidationError("--save: \(planned.path) is a packed model already") }
      return try measure(
        subject,
        try Bench(planned.plan, threads: program.threads.count, batch: batch)
      )
    }
    guard let made = subject.program else { return }
    guard let proof = made.proof else { throw try program.notInteger(made) }
    if let save { try made.model.saveWithPlan(to: save) }
    let bench = try Bench(
      proof,
      threads: program.threads.count,
      batch: batch,
      kernels: KernelTable(limit: isa)
    )
    try measure(subject, bench)
  }

  private func measure(_ subject: BenchSubject, _ bench: Bench) throws {
    if worker { return try BenchWorker(bench: bench).run() }
    // Before and after, so that one busy moment of the machine does not count.
    let before = PeakRate(threads: program.threads.count, limit: isa)
    let timings = Timings(try bench.times(for: seconds))
    let profile = try bench.profile()
    let peak = max(before, PeakRate(threads: program.threads.count, limit: isa))
    let result = BenchReport(
      name: subject.name,
      bits: subject.bits,
      loading: subject.seconds,
      bench,
      timings,
      profile,
      peak
    )
    if let profileSvg {
      let chart = profile.chart(
        title: result.model,
        subtitle: "\(result.processor), \(result.isa); one pass "
          + "\(Format.significant(profile.seconds * 1e3)) ms; point at a step for its figures",
        peak: peak.macsPerSecond
      )
      try AtomicFile.write(bytes: Array(chart.svg.utf8), to: profileSvg)
    }
    if self.profile, !report.json { try StandardOutput.print(result.profileText + "\n") }
    try report.print(result)
  }
}

extension InstructionSet: ExpressibleByArgument {
  public init?(argument: String) {
    guard let set = Self.arguments.first(where: { $0.description == argument }) else { return nil }
    self = set
  }

  public static var allValueStrings: [String] { arguments.map(\.description) }

  private static var arguments: [InstructionSet] { listed + [.unlimited] }
}
