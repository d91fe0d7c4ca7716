public import ArgumentParser
import Intaglio
import IntaglioData
import IntaglioHardware
public import IntaglioHardwareStudies
import IntaglioReport
import IntaglioReports

extension LogicFamily: ExpressibleByArgument {}

/// The command `intaglio hardware synthesize MODEL`.
struct HardwareSynthesizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synthesize",
    abstract: "What the units of a part take of a chip with programmable logic, by open tools.",
    discussion: """
      Yosys maps the array's element, a small array and the units beside it; nextpnr places them where \
      an open one exists (iCE40, ECP5) and says how fast they can be clocked. There is none with a timing \
      model for 7-series, so no clock is claimed there. Hard multipliers are used beyond 4 bits only.

      Example:
        intaglio hardware synthesize model.intaglio --family xc7 --part attention:0
      """
  )

  @OptionGroup var options: HardwareOptions

  @Option(help: "The chip's family: 'xc7', 'ecp5' or 'ice40'.")
  var family: LogicFamily = .ice40

  @Flag(help: "The whole machine instead of its units; minutes for small arrays.")
  var whole = false

  @OptionGroup var report: ReportOptions

  func run() throws {
    let module = try options.module(options.make(options.program.open()))
    let scratch = try ScratchFolder()
    defer { withExtendedLifetime(scratch) {} }
    let folder = scratch.path
    let designs = whole ? [(design: module.design, count: 1)] : try module.machine.units()
    let shape = module.machine.shape.array
    let usesMultipliers = max(shape.rowOperand.bits, shape.columnOperand.bits) > 4
    var rows: [SynthesizedUnit] = []
    for (index, (design, count)) in designs.enumerated() {
      StandardError.show("\(index + 1) of \(designs.count): \(design.top.name) …")
      let place = "\(folder)/\(index)"
      let result = try Synthesizer.synthesize(
        design,
        for: family,
        usesMultipliers: usesMultipliers,
        in: place
      )
      rows.append(
        SynthesizedUnit(
          result,
          count: count,
          whole ? .notTried : placement(of: design, in: place)
        )
      )
    }
    StandardError.show(nil)
    for row in rows {
      if let reason = row.placementFailure {
        StandardError.write("warning: \(row.module) has no clock: \(reason)")
      }
    }
    try report.print(SynthesisTable(part: module.part, family: family, units: rows))
  }
}

extension HardwareSynthesizeCommand {
  /// Of what was synthesized in `folder`.
  private func placement(of design: Verilog.Design, in folder: String) -> Placement {
    let router = PlaceAndRoute.allCases.first { $0.family == family && $0.isInstalled }
    guard let router else { return .notTried }
    do throws(SynthesisError) {
      return .megahertz(try router.maximumFrequency(of: design, in: folder) / 1e6)
    } catch {
      return .failed(error.brief)
    }
  }
}

extension SynthesisError {
  /// The lines in which a tool says what is wrong; all of it where none does.
  fileprivate var brief: String {
    let lines = description.split(separator: "\n").map(String.init)
    let errors = lines.filter { $0.hasPrefix("ERROR") }
    return (errors.isEmpty ? lines : errors).joined(separator: "\n")
  }
}
