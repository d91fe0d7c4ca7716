import ArgumentParser
import Intaglio
import IntaglioImport
import IntaglioReport

/// The command `intaglio bench MODEL|ARCHITECTURE`.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time a model, or an architecture with random weights.",
    discussion: """
      Architectures: \(ViTArchitecture.names.joined(separator: ", ")). Their weights are drawn from a \
      seed and nothing but integers is left in them unless --nonlinear float is given.

      Example:
        intaglio bench deit-s --bits 3 --threads 1
      """
  )

  @Argument(help: "A model file, or the name of an architecture.", completion: .file())
  var model: String

  @OptionGroup var architecture: ArchitectureOptions

  @Option(help: "Images per call.")
  var batch = 1

  @Option(help: "How many seconds to measure.")
  var seconds = 3.0

  @Option(help: "Save the program as a packed model.", completion: .file())
  var save: String?

  @OptionGroup var reordering: ReorderingOptions
  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    if batch < 1 { throw ValidationError("--batch: expected at least 1, found \(batch)") }
    if !(seconds.isFinite && seconds >= 0) {
      throw ValidationError("--seconds: expected a number from 0 on, found \(seconds)")
    }
  }

  func run() throws {
    let program = try program()
    guard let proof = program.proof else {
      StandardError.write(
        "error: \(program.coverage.blocked.count) of \(program.coverage.total) multiplications stay "
          + "on floats, so there is no integer program; see 'intaglio integerize'"
      )
      throw ExitCode.floatRemains
    }
    if let save { try program.model.save(to: save) }
    let bench = try Bench(proof, threads: threads.count, batch: batch)
    let times = try bench.times(for: seconds).sorted()
    let (least, median) = (times[0], times[times.count / 2])
    let macs = Double(program.coverage.macs * batch)
    print(
      """
      model       \(program.model.description.name)
      calls       \(times.count) of \(batch) images on \(threads.count) threads
      min         \(Format.significant(least * 1e3)) ms
      median      \(Format.significant(median * 1e3)) ms
      speed       \(Format.significant(macs / least * 1e-9)) GMAC/s at minimum
      """
    )
  }

  private func program() throws -> Program {
    if let architecture = try architecture.named(model) {
      return try Program(
        architecture,
        reordering.options(otherwise: .integer),
        threads: threads.count
      )
    }
    return try reordering.program(try Model(contentsOf: model), threads: threads.count)
  }
}
