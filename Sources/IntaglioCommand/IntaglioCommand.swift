package import ArgumentParser
import Foundation
import Intaglio
import IntaglioData
import IntaglioReport

/// The command line `intaglio`.
package struct IntaglioCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
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
    version: IntaglioVersion.number,
    subcommands: [
      ReportCommand.self, InspectCommand.self, QuantizeCommand.self, IntegerizeCommand.self,
      PackCommand.self, ExportCommand.self, RunCommand.self, EvaluateCommand.self,
      ScoreCommand.self, CompareCommand.self, BenchCommand.self, TimeCommand.self,
      HardwareCommand.self, DemoCommand.self, SelfTestCommand.self,
    ]
  )

  package init() {}
}

extension ExitCode {
  /// Something that should run on integers stayed on floats.
  static let floatRemains = ExitCode(3)
}

extension IntaglioCommand {
  /// Runs what the arguments of the process say and ends it.
  ///
  /// In the place of the library's own, which does not notice when help or a version cannot be written.
  package static func main() -> Never {
    BLASProcessor.restartForBetter()
    let arguments = (0..<Int(CommandLine.argc)).compactMap { CommandLine.unsafeArgv[$0] }
    main(arguments)
  }

  /// Runs what `arguments` say, the first of which is the program's name, and ends the process.
  package static func main(_ arguments: [UnsafeMutablePointer<CChar>]) -> Never {
    StandardOutput.reserve()
    ProcessSignals.handle()
    if let argument = firstThatIsNoText(arguments) {
      StandardError.write(
        "Error: expected arguments in UTF-8, found \(argument.printable()); rename the file"
      )
      exit(withError: ExitCode.validationFailure)
    }
    Invocation.arguments = arguments.dropFirst().map { String(cString: $0) }
    exit(withError: ExitCode(status(Invocation.arguments)))
  }

  /// An argument that is not UTF-8, repaired: as text it would name another file.
  private static func firstThatIsNoText(_ arguments: [UnsafeMutablePointer<CChar>]) -> String? {
    arguments.first { String(validatingCString: $0) == nil }.map { String(cString: $0) }
  }

  /// The exit code of a run, its errors told.
  private static func status(_ arguments: [String]) -> Int32 {
    do {
      do {
        var command = try parseAsRoot(arguments)
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
