public import ArgumentParser
import Foundation
import Intaglio
import IntaglioData
public import IntaglioHardware
import IntaglioReport
import IntaglioReports

extension Simulator: ExpressibleByArgument {}

/// The command `intaglio hardware verify MODEL`.
struct HardwareVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Simulate a part of a program as hardware and compare every output with the oracle.",
    discussion: """
      The oracle computes what goes into the part and what must come out, image by image; the \
      simulator runs the Verilog with both streams stalled at random, compares with !== and counts \
      cycles, which must be those of the cycle model. Exits with 1 when anything differs.

      Examples:
        intaglio hardware verify model.intaglio --data fashion-mnist/ --limit 20
        intaglio hardware verify model.intaglio --part mlp:0 --tile 8 --simulator icarus
        intaglio hardware verify demo:3 --limit 2
      """
  )

  @OptionGroup var options: HardwareOptions

  @Option(
    help: "The folder of images; noise from a seed without it, images of its own for the demo.",
    completion: .directory
  )
  var data: String?

  @Option(parsing: .unconditional, help: "How many images.")
  var limit = 4

  @Option(help: "What runs the Verilog: 'verilator' or 'icarus'.")
  var simulator: Simulator = .verilator

  @Option(parsing: .unconditional, help: "How many cycles of 1,024 each stream pauses, 0 to 1,000.")
  var stalls = 100

  @Option(help: "What noise and pauses follow from.")
  var seed: UInt32 = 1

  @Option(help: "Keep the files of the simulation in this folder.", completion: .directory)
  var keep: String?

  @OptionGroup var report: ReportOptions

  func validate() throws {
    try Limits.check("--limit", limit, in: 1...1_000_000)
    try Limits.check("--stalls", stalls, in: 0...1000)
  }

  func run() throws {
    let opened = try options.program.open()
    let program = try options.make(opened)
    let module = try options.module(program)
    let samples = try opened.samples(
      limit,
      of: program.model,
      in: data,
      seed: UInt64(seed)
    )
    let bar = ProgressBar("oracle", total: samples.count)
    let vectors = try module.vectors(samples, threads: options.program.threads.count) {
      bar.update($0)
    }
    bar.finish()
    let scratch = keep == nil ? try ScratchFolder() : nil
    defer { withExtendedLifetime(scratch) {} }
    let folder = keep ?? scratch?.path ?? "."
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    StandardError.show("simulating …")
    let verification = try module.verify(
      vectors,
      simulator: simulator,
      stalls: stalls,
      seed: seed,
      in: folder
    )
    StandardError.show(nil)
    try report.print(HardwareVerificationReport(verification, part: module.part))
    if !verification.isEqual { throw ExitCode.failure }
  }
}
