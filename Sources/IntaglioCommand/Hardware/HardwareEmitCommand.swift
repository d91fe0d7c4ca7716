public import ArgumentParser
import Foundation
import Intaglio
import IntaglioData
public import IntaglioHardware
import IntaglioReport
import IntaglioReports

extension HardwareTop: ExpressibleByArgument {}

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
      tile_machine, or with --top one around it: a word of s_axis is one channel of as many tokens as the \
      array has columns, and so is a word of m_axis.

      What somebody changed in the folder is compared with the program by 'hardware verify FOLDER'.

      Example:
        intaglio hardware emit model.intaglio --part attention:0 --output attention/
        intaglio hardware emit model.intaglio --part mlp:0 --tile 4 --top ulx3s --output board/
      """
  )

  @OptionGroup var options: HardwareOptions

  @Option(name: .shortAndLong, help: "The folder for the files.", completion: .directory)
  var output: String

  @Option(
    help: """
      What stands around the machine: 'machine', nothing; 'axi', the usual names of clock and reset, and \
      registers on AXI4-Lite; 'ulx3s', the ULX3S board with its serial line, and its pins in ulx3s.lpf.
      """
  )
  var top: HardwareTop = .machine

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
    let design = try module.machine.design(top, identity: packed.hash.prefix)
    var others = top.constraints.mapValues { Array($0.utf8) }
    if withProgram {
      others[HardwareFolder.programName] = [UInt8](
        try Data(contentsOf: URL(fileURLWithPath: packed.path))
      )
    }
    let origin = HardwareModuleReport.Program(name: opened.source.fileName, sha256: packed.hash)
    func report(_ folder: String?) -> HardwareModuleReport {
      HardwareModuleReport(
        module,
        as: design,
        of: origin,
        others: others.keys + [HardwareFolder.descriptionName],
        folder: folder
      )
    }
    let description = try report(nil).json + "\n"
    try design.replace(
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

extension SHA256Digest {
  /// Its first 64 bits.
  fileprivate var prefix: UInt64 { UInt64(description.prefix(16), radix: 16) ?? 0 }
}
