import ArgumentParser

/// The command `intaglio hardware …`.
struct HardwareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hardware",
    abstract: "A part of a program as Verilog, and the proof that it equals the program.",
    discussion: """
      An integer-only program is traced to matrices, cut into tiles, and run by a systolic array with \
      a sequencer, units for thresholds, streams, norms and softmax beside it, and AXI4-Streams on \
      both sides. The Verilog is plain (2005), free of vendors' blocks, and the same bytes for the \
      same program.

      Examples:
        intaglio hardware emit model.intaglio --part attention:0 --output attention/
        intaglio hardware verify model.intaglio --part block:0 --data images/ --limit 20
        intaglio hardware verify deit-s --bits 3 --depth 1 --tile 16
      """,
    subcommands: [
      HardwareEmitCommand.self, HardwareVerifyCommand.self, HardwareSynthesizeCommand.self,
      HardwarePowerCommand.self, HardwareReportCommand.self,
    ]
  )
}
