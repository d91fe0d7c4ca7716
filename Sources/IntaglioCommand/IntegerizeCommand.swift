import ArgumentParser
import Foundation
import Intaglio
import IntaglioReport

/// The command `intaglio integerize MODEL -o OUT`.
struct IntegerizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "integerize",
    abstract: "Move every scale past the multiplications, prove it, and save the integer program.",
    discussion: """
      Writes one memory-mappable safetensors file: the program in its metadata, weights packed at \
      their own width (a 3-bit weight takes 3 bits). Prints what became of every matrix \
      multiplication: exact, bounded (with the bound) or blocked (with the reason).

      If a multiplication stays on floats, nothing is written and the exit code is 3, unless \
      --allow-float is given.

      Example:
        intaglio integerize checkpoint.safetensors -o model.intaglio
      """
  )

  @OptionGroup var model: ModelOptions

  @Option(name: .shortAndLong, help: "The packed model to write.", completion: .file())
  var output: String

  @Flag(help: "Save the program even if some multiplications stay on floats.")
  var allowFloat = false

  @OptionGroup var reordering: ReorderingOptions
  @OptionGroup var report: ReportOptions

  func run() throws {
    let result = try model.load().integerized(reordering.pipeline)
    let saves = result.proof != nil || allowFloat
    let bytes = saves ? try result.model.save(to: output).fileBytes : 0
    if report.json {
      print(try JSON.text(IntegerizationReport(result, bytes: bytes, output: saves ? output : nil)))
    } else {
      print(CoverageText(coverage: result.coverage).text)
      if saves {
        print(
          "Wrote \(output): \(Format.bytes(bytes)), float32 would take "
            + Format.bytes(result.source.parameterCount * 4) + "."
        )
      }
    }
    guard result.proof == nil else { return }
    if !saves {
      StandardError.write(
        "error: \(result.coverage.blocked.count) of \(result.coverage.total) multiplications stay on "
          + "floats; nothing was written. Resolve the reasons above, or pass --allow-float."
      )
      throw ExitCode.floatRemains
    }
  }
}
