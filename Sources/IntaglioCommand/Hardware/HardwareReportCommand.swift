import ArgumentParser
import Foundation
import Intaglio
import IntaglioHardware
import IntaglioHardwareStudies
import IntaglioReport
import IntaglioReports

/// The command `intaglio hardware report [MODEL …]`.
struct HardwareReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract:
      "Cycles, utilization, area and energy of models as hardware, per layer, head, block and image.",
    discussion: """
      Everything is computed from the cycle model that 'hardware verify' checks against the simulators, \
      for the array asked for and, on paper, for larger and smaller ones. Energies and areas are \
      cycles times what 'hardware power' measured, read from the file that its --json printed; without \
      --power there are none. Without models the embedded demo serves, at 2, 3 and 8 bits; \
      'NAME:BITS' is an architecture with random weights.

      Example:
        intaglio hardware power q2.intaglio q3.intaglio q8.intaglio --json > power.json
        intaglio hardware report q2.intaglio q3.intaglio q8.intaglio deit-s:4 --power power.json \
      --output report.html
      """
  )

  @OptionGroup var models: HardwareModelOptions
  @OptionGroup var tile: TileOptions

  @OptionGroup var measured: PowerTableOptions

  @Option(
    parsing: .unconditional,
    help: "Bits of an operand that an element takes at once, at most, 2 to 8, as in 'emit'."
  )
  var operandDigit = 8

  @Option(parsing: .unconditional, help: "Bytes a cycle that come from outside, for the roofline.")
  var bandwidth = 8.0

  @Option(name: .shortAndLong, help: "The page to write.", completion: .file())
  var output: String?

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try Limits.check("--bandwidth", bandwidth, in: 1e-3...1e6)
    try Limits.check("--operand-digit", operandDigit, in: 2...8)
  }

  func run() throws {
    let table = try measured.table
    let sources = try models.sources
    let bar = ProgressBar("designs", total: sources.count)
    var designs: [HardwareStudy.Design] = []
    for (index, source) in sources.enumerated() {
      designs.append(try design(source, table.map { UnitEnergies($0) }))
      bar.update(index + 1)
    }
    bar.finish()
    let study = HardwareStudy(
      clock: models.clock,
      bandwidth: bandwidth,
      designs: designs,
      power: table
    )
    if let output {
      try study.write(to: output)
    }
    try report.print(study)
  }

  private func design(_ source: ModelSource, _ units: UnitEnergies?) throws -> HardwareStudy.Design
  {
    let program = try models.program(source.open(), threads: threads.count)
    let survey = try HardwareSurvey(program, tile: tile.tile, operandDigit: operandDigit)
    guard !survey.parts.isEmpty else {
      let reason = survey.missing.first?.reason ?? ""
      throw HardwareReportError.nothing(model: source.name, reason: reason)
    }
    return HardwareStudy.Design(
      model: source.name.hasSuffix(".intaglio")
        ? URL(fileURLWithPath: source.name).deletingPathExtension().lastPathComponent : source.name,
      survey,
      clock: models.clock * 1e6,
      bandwidth: bandwidth,
      units: units
    )
  }
}

/// Why there is no report.
enum HardwareReportError: Error, CustomStringConvertible {
  case nothing(model: String, reason: String)

  var description: String {
    switch self {
    case .nothing(let model, let reason): "\(model): no part of it becomes hardware: \(reason)"
    }
  }
}
