import ArgumentParser
import Foundation
import Intaglio
import IntaglioData
import IntaglioReport

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
        intaglio report model.onnx --data images/
        intaglio integerize model.onnx -o model.intaglio
        intaglio evaluate model.intaglio --data images/
        intaglio hardware verify model.intaglio --part attention:0
        intaglio demo

      Exit codes: 0 success, 1 failure, 3 a multiplication stayed on floats, 4 a limit of an earlier report is \
      broken, 64 wrong usage.
      """,
    version: "0.1.0",
    subcommands: [
      ReportCommand.self, InspectCommand.self, QuantizeCommand.self, IntegerizeCommand.self,
      PackCommand.self, ExportCommand.self, RunCommand.self, EvaluateCommand.self,
      CompareCommand.self, BenchCommand.self, TimeCommand.self, HardwareCommand.self,
      DemoCommand.self, SelfTestCommand.self,
    ]
  )
}

extension ExitCode {
  /// Something that should run on integers stayed on floats.
  static let floatRemains = ExitCode(3)
}

extension IntaglioCommand {
  /// Runs what the arguments say and ends the process.
  ///
  /// In the place of the library's own, which does not notice when help or a version cannot be written.
  static func main() {
    restartForBLAS()
    StandardOutput.reserve()
    ProcessSignals.handle()
    if let argument = firstArgumentThatIsNoText() {
      StandardError.write(
        "Error: expected arguments in UTF-8, found \(argument.printable()); rename the file"
      )
      exit(withError: ExitCode.validationFailure)
    }
    exit(withError: ExitCode(status()))
  }

  /// Begins anew where OpenBLAS, which reads its environment when it is loaded, does not know the processor
  /// and would multiply floats several times slower than it can.
  private static func restartForBLAS() {
    guard let better = BLASProcessor.better else { return }
    setenv(better.variable, better.value, 1)
    execv("/proc/self/exe", CommandLine.unsafeArgv)
    // It stays as it is where that is not possible.
  }

  /// An argument that is not UTF-8, repaired: as text it would name another file.
  private static func firstArgumentThatIsNoText() -> String? {
    for index in 0..<Int(CommandLine.argc) {
      guard let argument = CommandLine.unsafeArgv[index] else { continue }
      if String(validatingCString: argument) == nil { return String(cString: argument) }
    }
    return nil
  }

  /// The exit code of a run, its errors told.
  private static func status() -> Int32 {
    do {
      do {
        var command = try parseAsRoot()
        try command.run()
      } catch  where exitCode(for: error).isSuccess {
        // Help, a version or a completion script.
        try StandardOutput.print(fullMessage(for: error), asIs: true)
      }
      try StandardOutput.finish()
      return ExitCode.success.rawValue
    } catch let error as OutputError where error.isBrokenPipe {
      return OutputError.brokenPipeStatus
    } catch {
      let code = error is ProgramError ? .floatRemains : exitCode(for: error)
      let message = fullMessage(for: error)
      // Lines of a message stand below its first one, so that no name from a file passes for a message of
      // its own; usage is the library's to lay out.
      let isUsage = code == .validationFailure
      if !message.isEmpty {
        StandardError.write(isUsage ? message : message.replacing("\n", with: "\n  "))
      }
      return code.rawValue
    }
  }
}
