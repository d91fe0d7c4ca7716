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

      In the place of a model stands a folder that 'hardware emit' wrote: then the Verilog in it is \
      simulated as it is now, with whatever element, memory or pipeline somebody put there, and compared \
      with the program that it was made from. design.json says part, array and options, and the program \
      by its hash; --model names the program, unless it was emitted --with-program. Sources are those \
      that files.f names. Cycles may be others.

      --keep leaves bench, stimuli (sending.hex, expected.hex, known.hex: a beat each line) and logs in \
      a folder of their own, where the simulation can be run again, with waves for instance.

      Examples:
        intaglio hardware verify model.intaglio --data fashion-mnist/ --limit 20
        intaglio hardware verify model.intaglio --part mlp:0 --tile 8 --simulator icarus
        intaglio hardware verify demo:3 --limit 2
        intaglio hardware verify attention/ --model model.intaglio --data fashion-mnist/
      """
  )

  @OptionGroup var options: HardwareOptions

  @Option(
    name: .customLong("model"),
    help: "The program of a folder that 'hardware emit' wrote, where that is given.",
    completion: .file()
  )
  var origin: String?

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
    let name = options.program.model.model
    guard HardwareFolder.isDesign(name) else {
      if origin != nil {
        throw ValidationError("--model: '\(name)' is no folder that 'hardware emit' wrote")
      }
      let opened = try options.program.open()
      let program = try options.make(opened)
      return try verify(try options.module(program), opened, program, nil)
    }
    let folder = try HardwareFolder(name)
    try check(folder)
    for source in folder.unusedSources {
      StandardError.write("warning: \(name)/\(source) is not in files.f and is left out")
    }
    var options = options
    guard let path = origin ?? folder.programPath else {
      throw HardwareFolderError.noProgram(folder: name, name: folder.program)
    }
    options.program.model.model = path
    let opened = try options.program.open()
    let program = try options.make(opened)
    let scratch = try ScratchFolder()
    defer { withExtendedLifetime(scratch) {} }
    let hash = try program.packed(in: scratch.path).hash
    guard hash == folder.hash else {
      throw HardwareFolderError.otherProgram(
        folder: name,
        name: folder.program,
        expected: folder.hash,
        found: hash
      )
    }
    try verify(HardwareModule(program, as: folder), opened, program, folder)
  }

  /// Refuses what the command line says otherwise than the folder; defaults say nothing.
  private func check(_ folder: HardwareFolder) throws {
    func check<Value: Equatable>(_ name: String, _ said: Value, usual: Value, _ known: Value) throws
    {
      guard said != usual, said != known else { return }
      throw HardwareFolderError.otherOption(folder: folder.path, name: name, value: "\(known)")
    }
    func lanes(_ choice: LaneChoice) -> LaneChoice {
      choice == .all ? .count(folder.tile) : choice
    }
    let (said, known) = (options.machine, folder.options)
    let usual = MachineOptions(rowLanes: .automatic, drainLanes: .automatic)
    try check("--part", options.part.part, usual: .attention(0), folder.part)
    try check("--tile", options.tile.tile, usual: 16, folder.tile)
    try check("--row-lanes", lanes(said.rowLanes), usual: usual.rowLanes, lanes(known.rowLanes))
    try check("--drain-lanes", lanes(said.drainLanes), usual: .automatic, lanes(known.drainLanes))
    try check("--simd", said.products, usual: usual.products, known.products)
    try check("--operand-digit", said.operandDigit, usual: usual.operandDigit, known.operandDigit)
    try check("--norm-digit", said.normDigit, usual: usual.normDigit, known.normDigit)
    try check("--product-stages", said.productStages, usual: 0, known.productStages)
    try check("--split-sums", said.splitsSums, usual: false, known.splitsSums)
    try check("--loadable-weights", said.hasLoadableWeights, usual: false, known.hasLoadableWeights)
  }

  private func verify(
    _ module: HardwareModule,
    _ opened: OpenedModel,
    _ program: Program,
    _ edited: HardwareFolder?
  ) throws {
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
    defer { StandardError.show(nil) }
    let verification = try module.verify(
      vectors,
      edited: edited,
      simulator: simulator,
      stalls: stalls,
      seed: seed,
      in: folder
    )
    StandardError.show(nil)
    try report.print(
      HardwareVerificationReport(verification, of: module, folder: edited?.path)
    )
    if !verification.isEqual { throw ExitCode.failure }
  }
}
