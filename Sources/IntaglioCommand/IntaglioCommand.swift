import ArgumentParser
import IntaglioData

/// The executable `intaglio`.
@main
struct IntaglioCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "intaglio",
    abstract: "Vision Transformers on low-bit integers: reorder, prove, run.",
    discussion: """
      Intaglio moves dequantization past every matrix multiplication of a quantized Vision \
      Transformer, proves that all of them run on integers of 2 to 8 bits, and runs the result.

      Examples:
        intaglio inspect model.onnx
        intaglio integerize model.onnx -o model.intaglio
        intaglio evaluate model.intaglio --data images/
        intaglio hardware verify model.intaglio --part attention:0
        intaglio demo

      Exit codes: 0 success, 1 failure, 3 a multiplication stayed on floats, 64 wrong usage.
      """,
    version: "0.1.0",
    subcommands: [
      InspectCommand.self, IntegerizeCommand.self, PackCommand.self, RunCommand.self,
      EvaluateCommand.self, CompareCommand.self, BenchCommand.self,
      HardwareCommand.self, DemoCommand.self, SelfTestCommand.self,
    ]
  )

  static func main() {
    ProcessSignals.handle()
    main(nil)
  }
}

extension ExitCode {
  /// Something that should run on integers stayed on floats.
  static let floatRemains = ExitCode(3)
}
