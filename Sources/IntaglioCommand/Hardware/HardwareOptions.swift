import ArgumentParser
import Foundation
import Intaglio
import IntaglioHardware
import IntaglioData
import IntaglioImport

/// Which part of which program becomes hardware.
struct HardwareOptions: ParsableArguments {
  @Argument(
    help: """
      A model file, 'demo:BITS', or the name of an architecture, whose weights are drawn from a seed.
      """,
    completion: .file()
  )
  var model: String

  @Option(
    help: """
      What becomes hardware: 'attention:N', 'mlp:N' or 'block:N', counted from 0, from one residual \
      stream to the next; or 'network', from the quantized image to the logits' accumulators.
      """
  )
  var part = PartChoice(part: .attention(0))

  @Option(parsing: .unconditional, help: "Rows and columns of the systolic array, 1 to 256.")
  var tile = 16

  @Option(
    parsing: .unconditional,
    help: """
      How many bits of a factor the multiplier of a norm takes in a cycle, at most, 1 to 64: fewer are \
      smaller and slower.
      """
  )
  var normDigit = 32

  @Option(
    parsing: .unconditional,
    help: "Registers between the multiplier and the adder of an element, 0 or 1."
  )
  var productStages = 0

  @Flag(
    help: """
      The upper part of every sum has a clock of its own: less power on a chip with gated clocks, more \
      logic and a slower clock on programmable logic.
      """
  )
  var splitSums = false

  @Flag(
    help: """
      Weights come over an AXI4-Stream of their own, w_axis, before the first input, and not from \
      weights.hex: for chips whose memories begin with nothing.
      """
  )
  var loadableWeights = false

  @Option(
    help:
      "A JSON file with what a model file's weights cannot tell; see 'intaglio inspect --help'.",
    completion: .file()
  )
  var config: String?

  @OptionGroup var answers: LogitsOptions
  @OptionGroup var architecture: ArchitectureOptions
  @OptionGroup var reordering: ReorderingOptions
  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    try architecture.validate(for: model)
    _ = try NamedModel(model)
    if !(1...256).contains(tile) {
      throw ValidationError("--tile: expected 1 to 256, found \(tile)")
    }
    if !(0...1).contains(productStages) {
      throw ValidationError("--product-stages: expected 0 or 1, found \(productStages)")
    }
    if !(1...64).contains(normDigit) {
      throw ValidationError("--norm-digit: expected 1 to 64, found \(normDigit)")
    }
  }

  /// The program: a file's own where it is integers only, otherwise made so.
  func program() throws -> Program {
    if let architecture = try architecture.named(model) {
      return try Program(
        architecture,
        reordering.options(otherwise: .integer),
        threads: threads.count
      )
    }
    if case .demo = try NamedModel(model) {
      return try NamedModel(model).program(
        reordering.options(otherwise: .integer),
        threads: threads.count
      )
    }
    guard FileManager.default.fileExists(atPath: model) else {
      throw ArchitectureError.unknown(name: model)
    }
    let loaded = try Model(contentsOf: model, configuration: config, logits: answers.logits)
    return try reordering.program(loaded, threads: threads.count)
  }

  func module(_ program: Program) throws -> HardwareModule {
    try HardwareModule(
      program,
      part: part.part,
      tile: tile,
      options: MachineOptions(
        normDigit: normDigit,
        productStages: productStages,
        splitsSums: splitSums,
        hasLoadableWeights: loadableWeights
      )
    )
  }
}

/// What `--part` says.
struct PartChoice: ExpressibleByArgument {
  let part: HardwarePart

  init(part: HardwarePart) { self.part = part }

  init?(argument: String) {
    guard let part = HardwarePart(argument) else { return nil }
    self.part = part
  }

  var defaultValueDescription: String { part.description }
}
