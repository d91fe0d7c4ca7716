import ArgumentParser
import Foundation
import Intaglio
import IntaglioData
import IntaglioHardware
import IntaglioReport
import IntaglioReports

/// The command `intaglio hardware emit MODEL -o FOLDER`.
struct HardwareEmitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emit",
    abstract: "Write a part of a program as Verilog modules and memory images.",
    discussion: """
      One file for each module, one for each memory ('.hex', for $readmemh), files.f, which names \
      the modules for simulators, and design.json, which says what is there and what it was made from: the \
      same as --json prints. A design of ours that stands there is replaced; a folder that holds \
      anything else, or in which a file was changed, is left alone. The top module is \
      tile_machine: a word of s_axis is one channel of as many tokens as the array has columns, and \
      so is a word of m_axis.

      What somebody changed in the folder is compared with the program by 'hardware verify FOLDER'.

      Example:
        intaglio hardware emit model.intaglio --part attention:0 --output attention/
      """
  )

  @OptionGroup var options: HardwareOptions

  @Option(name: .shortAndLong, help: "The folder for the files.", completion: .directory)
  var output: String

  @Flag(help: "Write the program there too, as program.intaglio.")
  var withProgram = false

  @OptionGroup var report: ReportOptions

  func run() throws {
    let opened = try options.program.open()
    let program = try options.make(opened)
    let module = try options.module(program)
    let scratch = try ScratchFolder()
    defer { withExtendedLifetime(scratch) {} }
    let packed = try program.packed(in: scratch.path)
    var others: [String: [UInt8]] = [:]
    if withProgram {
      others[HardwareFolder.programName] = [UInt8](
        try Data(contentsOf: URL(fileURLWithPath: packed.path))
      )
    }
    let origin = HardwareModuleReport.Program(name: opened.source.fileName, sha256: packed.hash)
    func report(_ folder: String?) -> HardwareModuleReport {
      HardwareModuleReport(
        module,
        of: origin,
        others: others.keys + [HardwareFolder.descriptionName],
        folder: folder
      )
    }
    let description = try report(nil).json + "\n"
    try module.design.replace(
      folder: output,
      adding: others.merging([HardwareFolder.descriptionName: Array(description.utf8)]) { $1 }
    )
    try self.report.print(report(output))
  }
}

extension ModelSource {
  /// What it is called, wherever it is.
  fileprivate var fileName: String {
    isBuiltIn ? text : URL(fileURLWithPath: name).lastPathComponent
  }
}
