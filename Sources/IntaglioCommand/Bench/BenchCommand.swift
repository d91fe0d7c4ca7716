public import ArgumentParser
import Foundation
import Intaglio
import IntaglioData
import IntaglioImport
import IntaglioReport
public import IntaglioRuntime

/// The command `intaglio bench MODEL|ARCHITECTURE`.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time a model, or an architecture with random weights.",
    discussion: """
      MODEL is a file of any format, or one of the architectures \
      \(ViTArchitecture.names.joined(separator: ", ")), whose weights are drawn from a seed: speed \
      depends on extents and widths alone. Architectures run on nothing but integers unless \
      --nonlinear float is given; files as they are unless --nonlinear integer is given.

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

  @Argument(help: "A model file, or the name of an architecture.", completion: .file())
  var model: String

  @OptionGroup var architecture: ArchitectureOptions

  @Option(
    help:
      "A JSON file with what a model file's weights cannot tell; see 'intaglio inspect --help'.",
    completion: .file()
  )
  var config: String?

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

  @OptionGroup var reordering: ReorderingOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if !(1...1_000_000).contains(batch) {
      throw ValidationError("--batch: expected 1 to 1,000,000, found \(batch)")
    }
    if !BenchWorker.secondsLimit.contains(seconds) {
      throw ValidationError("--seconds: expected 0 to 1,000,000, found \(seconds)")
    }
    if worker, report.json || profile || profileSvg != nil {
      throw ValidationError("--worker answers in its own way; leave out --json and --profile")
    }
    try architecture.validate(for: model)
  }

  func run() throws {
    let subject = try BenchSubject(
      model,
      architecture,
      config: config,
      reordering,
      isa: isa,
      threads: threads.count
    )
    if let planned = subject.planned {
      if save != nil { throw ValidationError("--save: \(model) is a packed model already") }
      return try measure(
        subject,
        try Bench(planned.plan, threads: threads.count, batch: batch)
      )
    }
    guard let program = subject.program else { return }
    guard let proof = program.proof else {
      let coverage = program.coverage
      StandardError.write(
        "error: \(coverage.blocked.count) of \(coverage.total) multiplications stay on floats, so "
          + "there is no integer program; see 'intaglio integerize'"
      )
      throw ExitCode.floatRemains
    }
    if let save { try program.model.saveWithPlan(to: save) }
    let bench = try Bench(
      proof,
      threads: threads.count,
      batch: batch,
      kernels: KernelTable(limit: isa)
    )
    try measure(subject, bench)
  }

  private func measure(_ subject: BenchSubject, _ bench: Bench) throws {
    if worker { return try BenchWorker(bench: bench).run() }
    // Before and after, so that one busy moment of the machine does not count.
    let before = PeakRate(threads: threads.count, limit: isa)
    let timings = Timings(try bench.times(for: seconds))
    let profile = try bench.profile()
    let peak = max(before, PeakRate(threads: threads.count, limit: isa))
    let result = BenchReport(subject, bench, timings, profile, peak)
    if let profileSvg {
      let chart = profile.chart(
        title: result.model,
        subtitle: "\(result.processor), \(result.isa); one pass "
          + "\(Format.significant(profile.seconds * 1e3)) ms; point at a step for its figures",
        peak: peak.macsPerSecond
      )
      try AtomicFile.write(bytes: Array(chart.svg.utf8), to: profileSvg)
    }
    if report.json { return try StandardOutput.print(try JSON.text(result)) }
    if self.profile { try StandardOutput.print(result.profileText + "\n") }
    try StandardOutput.print(result.text)
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
