import ArgumentParser
import Intaglio
import IntaglioHardware
import IntaglioReport
import IntaglioReports

/// The command `intaglio hardware emit MODEL -o FOLDER`.
struct HardwareEmitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emit",
    abstract: "Write a part of a program as Verilog modules and memory images.",
    discussion: """
      One file for each module, one for each memory ('.hex', for $readmemh), and files.f, which names \
      the modules for simulators. A design of ours that stands there is replaced; a folder that holds \
      anything else, or in which a file was changed, is left alone. The top module is \
      tile_machine: a word of s_axis is one channel of as many tokens as the array has columns, and \
      so is a word of m_axis.

      Example:
        intaglio hardware emit model.intaglio --part attention:0 --output attention/
      """
  )

  @OptionGroup var options: HardwareOptions

  @Option(name: .shortAndLong, help: "The folder for the files.", completion: .directory)
  var output: String

  @OptionGroup var report: ReportOptions

  func run() throws {
    let module = try options.module(options.make(options.program.open()))
    try module.design.replace(folder: output)
    try report.print(HardwareModuleReport(module, folder: output))
  }
}
