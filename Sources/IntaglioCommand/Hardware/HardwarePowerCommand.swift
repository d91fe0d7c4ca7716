import ArgumentParser
import Foundation
import Intaglio
import IntaglioData
import IntaglioDemo
import IntaglioHardware
import IntaglioReport

/// The command `intaglio hardware power [MODEL …]`.
struct HardwarePowerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "power",
    abstract: "Area and power of multiply-accumulate and edge units on standard cells.",
    discussion: """
      Units are mapped to a standard-cell library by Yosys, simulated gate by gate in Icarus with the \
      operands that a part of a model really computes, compared with their models, and what changes is \
      made energy with the library's tables. Without models the embedded demo serves, at 2, 3 and 8 \
      bits. Our element is measured for every model; for the first of 3 bits, or the first of all, also \
      those that it is compared with (weight-stationary, dequantize first, bf16, fp16, fp32) and the \
      units at the edge of the array.

      'zero delay' counts one change of a net a cycle at most; 'cell delays' counts glitches too, with the \
      library's cell delays. Needs yosys, iverilog and qflow-tech-osu018, or another library.

      Example:
        intaglio hardware power --json
      """
  )

  @Argument(
    help: "Integer-only programs; the embedded demo at 2, 3 and 8 bits without any.",
    completion: .file()
  )
  var models: [String] = []

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

  @Option(help: "The clock in MHz.")
  var clock = 100.0

  @Option(help: "About how many operands an element is fed with.")
  var products = 2000

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if (liberty == nil) != (cells == nil) {
      throw ValidationError(
        "--liberty and --cells go together: the library and the models of its cells"
      )
    }
    if !(clock.isFinite && clock > 0) {
      throw ValidationError("--clock: expected a positive number of MHz, found \(clock)")
    }
    if products < 1 { throw ValidationError("--products: expected at least 1, found \(products)") }
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
    let power = try HardwarePower(
      cells: library,
      clock: clock * 1e6,
      models: GlitchModel.allCases
    )
    let paths = models.isEmpty ? [2, 3, 8].map { DemoModel.path(bits: $0) } : models
    let parts = try paths.map { try part($0) }
    let narrow = parts.firstIndex { $0.module.machine.shape.weights.bits == 3 } ?? 0
    let folder = NSTemporaryDirectory() + "intaglio-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let table = try power.measure(parts, compared: narrow, products: products, in: folder) {
      stage in
      guard StandardError.isTerminal else { return }
      StandardError.write("unit \(stage.done) of \(stage.total) …\r", newline: false)
    }
    if StandardError.isTerminal { StandardError.write("\u{1B}[K", newline: false) }
    print(report.json ? try JSON.text(table) : table.text)
  }

  private func part(_ path: String) throws -> (module: HardwareModule, sample: [Float]) {
    let model = try Model(contentsOf: path)
    let program = try Program(
      model,
      ProgramOptions(nonlinear: .integer(IntegerOnlyOptions()))
    )
    let module = try HardwareModule(program, part: part.part, tile: 8)
    return (module, try sample(model))
  }
}

extension HardwarePowerCommand {
  private func sample(_ model: Model) throws -> [Float] {
    if let data {
      let images = try DataSet.open(directory: data, split: .test, limit: 1)
      return try model.preprocessing().apply(to: images.image(at: 0))
    }
    if models.isEmpty, let image = try Demo(count: 1).images().images.first {
      return try model.preprocessing().apply(to: image)
    }
    let size = model.graph.inputs.first.map { model.graph.type(of: $0).count } ?? 0
    return RandomImages.draw(1, size: size, seed: 1)
  }
}

extension PowerTable.Row {
  /// `3×3`; empty where a unit has no operands of a width.
  fileprivate var operandBits: String {
    guard let weightBits, let activationBits else { return "" }
    return "\(weightBits)×\(activationBits)"
  }
}

extension PowerTable {
  /// A line for each unit and glitch model, beside the first element of 3 bits or the first of all.
  var text: String {
    let reference = processingElements.filter { $0.kind == .outputStationary }
    func base(_ row: Row) -> Row? {
      reference.first { $0.glitchModel == row.glitchModel && $0.weightBits == 3 }
        ?? reference.first { $0.glitchModel == row.glitchModel }
    }
    var table = Table([
      .init("unit"), .init("W×A", .right), .init("cells", .right), .init("area", .right),
      .init("µW", .right), .init("× ours", .right), .init("glitches"),
    ])
    for row in processingElements + edgeUnits {
      let ratio = base(row).map { row.microwatts / $0.microwatts }
      table.append([
        row.kind.rawValue, row.operandBits,
        "\(row.cells)", Format.fixed(row.area, digits: 0), Format.fixed(row.microwatts, digits: 1),
        ratio.map { Format.fixed($0, digits: 2) } ?? "", row.glitchModel.rawValue,
      ])
    }
    let first = (processingElements + edgeUnits).first
    let note = first.map {
      "\n\($0.library), \(Format.fixed($0.voltage, digits: 2)) V, "
        + "\(Format.fixed($0.clock / 1e6, digits: 0)) MHz; area in the library's unit; operands of real layers: "
        + "\($0.operands) and others; every netlist was compared with its model first."
    }
    return table.text + (note.map { "\n" + $0 } ?? "")
  }
}
