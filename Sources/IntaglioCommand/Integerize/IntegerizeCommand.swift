import ArgumentParser
import Foundation
import Intaglio
import IntaglioReport
import IntaglioReports

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
      --allow-float is given. Of a float model, in which nothing is quantized, it says which 'intaglio \
      quantize' to type.

      With --arithmetic integer-only nothing but integers is left between the quantized image and the \
      logits: residual streams, LayerNorm, softmax and functions become integer operations, exact \
      or with a stated bound. If a value stays real, nothing is written and the exit code is 3.

      Examples:
        intaglio integerize checkpoint.safetensors -o model.intaglio
        intaglio integerize checkpoint.safetensors -o model.intaglio --arithmetic integer-only \
      --calibration images/
      """
  )

  @OptionGroup var program: ProgramArguments

  @Option(name: .shortAndLong, help: "The packed model to write.", completion: .file())
  var output: String

  @Flag(help: "Save the program even if some multiplications stay on floats.")
  var allowFloat = false

  @Flag(
    help: """
      Store with the program how this machine runs it, so that 'run' and 'bench' start in \
      milliseconds and need little memory. The file about doubles.
      """
  )
  var plan = false

  @OptionGroup var report: ReportOptions

  func validate() throws {
    try program.require([.integer, .integerOnly], job: "'integerize' makes integer programs")
  }

  /// With its plan where that is wanted and there is one.
  private func save(_ program: Program) throws -> PackedSizes {
    plan && program.proof != nil
      ? try program.model.saveWithPlan(to: output) : try program.model.save(to: output)
  }

  func run() throws {
    let made: Program
    do {
      made = try program.make(program.open())
    } catch let error as IntegerOnlyError {
      StandardError.write("error: \(error)\nNothing was written.")
      throw ExitCode.floatRemains
    }
    let result = made.integerization
    let saves = result.proof != nil || allowFloat
    let bytes = saves ? try save(made).fileBytes : 0
    let error = result.proof == nil ? try program.notInteger(made, output: output) : nil
    // A list of every layer says nothing where nothing is quantized.
    if let error, error.isOfFloatModel, !saves, !report.json { throw error }
    try report.print(IntegerizationReport(made, bytes: bytes, output: saves ? output : nil))
    guard let error, !saves else { return }
    if error.isOfFloatModel { throw error }
    StandardError.write(
      "error: \(result.coverage.blocked.count) of \(result.coverage.total) multiplications stay on "
        + "floats; nothing was written. Resolve the reasons above, or pass --allow-float."
    )
    throw ExitCode.floatRemains
  }
}
