import ArgumentParser
import Foundation
import Intaglio
import IntaglioData
import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioReport
import IntaglioReports

/// The command `intaglio hardware power [MODEL …]`.
struct HardwarePowerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "power",
    abstract: "Area and power of multiply-accumulate and edge units on standard cells.",
    discussion: """
      Units are mapped to a standard-cell library by Yosys, simulated gate by gate in Icarus with the \
      operands that a part of a model really computes, compared with their models, and what changes is \
      made energy with the library's tables. Without models the embedded demo serves, at 2, 3 and 8 \
      bits. Our element is measured for the first layer with weights of every model; for the first model \
      of 3 bits, or the first of all, also for every other kind of product, with the elements that ours \
      is compared with (weight-stationary, dequantize first, bf16, fp16, fp32) and the first unit of each kind \
      beside the array: requantization by thresholds, multiplication and quotient, norm, softmax, row \
      thresholds. Without a model of 4 bits the codes of one of 8 are narrowed to their highest 4.

      'zero delay' counts one change of a net a cycle at most; 'cell delays' counts glitches too, with the \
      library's cell delays. 'per enable' stands for clocks that are gated wherever a register of 3 bits or \
      more has an enable; every unit is measured with and without. Needs yosys, iverilog and \
      qflow-tech-osu018, or another library.

      Examples:
        intaglio hardware power --json
        intaglio hardware power two.intaglio three.intaglio eight.intaglio --data images/
      """
  )

  @OptionGroup var models: HardwareModelOptions

  @Option(help: "Which part: 'attention:N', 'mlp:N', 'block:N' or 'network'.")
  var part = PartChoice(part: .attention(0))

  @Option(
    help: "A liberty file; osu018 of Debian's qflow-tech-osu018 without it.",
    completion: .file()
  )
  var liberty: String?

  @Option(
    help: "The Verilog models of the library's cells; needed with --liberty.",
    completion: .file()
  )
  var cells: String?

  @Option(
    help:
      "The folder whose first image is computed; noise without it, an image of its own for the demo.",
    completion: .directory
  )
  var data: String?

  @Flag(help: "Our element for every kind of product of every model.")
  var allProducts = false

  @Option(parsing: .unconditional, help: "About how many operands an element is fed with.")
  var products = 2000

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if (liberty == nil) != (cells == nil) {
      throw ValidationError(
        "--liberty and --cells go together: the library and the models of its cells"
      )
    }
    try Limits.check("--products", products, in: 1...1_000_000)
  }

  func run() throws {
    let library =
      if let liberty, let cells {
        StandardCells(
          name: URL(fileURLWithPath: liberty).deletingPathExtension().lastPathComponent,
          liberty: liberty,
          models: cells
        )
      } else {
        StandardCells.osu018
      }
    let power = try HardwarePower(cells: library, clock: models.clock * 1e6)
    let parts = try models.sources.map { try part($0) }
    let narrow = parts.firstIndex { $0.module.machine.shape.weights.bits == 3 } ?? 0
    let scratch = try ScratchFolder()
    defer { withExtendedLifetime(scratch) {} }
    let folder = scratch.path
    let table = try power.measure(
      parts,
      compared: narrow,
      selection: allProducts ? .all : .compact,
      products: products,
      in: folder
    ) { stage in
      guard stage.done < stage.total else { return }
      StandardError.show("unit \(stage.done + 1) of \(stage.total): \(stage.unit)")
    }
    StandardError.show(nil)
    try report.print(table)
  }

  private func part(_ source: ModelSource) throws -> (module: HardwareModule, sample: [Float]) {
    let opened = try source.open()
    let program = try models.program(opened, threads: 1)
    let samples = try opened.samples(1, of: program.model, in: data)
    guard let sample = samples.first else {
      throw ValidationError("--data: no image in \(data ?? source.name)")
    }
    return (try HardwareModule(program, part: part.part, tile: 8), sample)
  }
}
