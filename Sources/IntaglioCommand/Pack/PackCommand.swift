import ArgumentParser
import Intaglio
import IntaglioReport
import IntaglioReports

/// The command `intaglio pack MODEL -o OUT`.
struct PackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: "Save a model as it is, its quantized weights packed at their own width.",
    discussion: """
      Unlike 'integerize' this moves no scale: the file holds the model's own graph, quantizers and \
      dequantizers included, so that it can still be compared with its integer program.

      Example:
        intaglio pack checkpoint.safetensors -o model-qdq.intaglio
      """
  )

  @OptionGroup var model: ModelOptions

  @Option(name: .shortAndLong, help: "The packed model to write.", completion: .file())
  var output: String

  @OptionGroup var report: ReportOptions

  func validate() throws { try model.require(job: "'pack' saves a model as it is") }

  func run() throws {
    let model = try model.open().model()
    let bytes = try model.save(to: output).fileBytes
    try report.print(
      PackReport(output: output, bytes: bytes, parameters: model.parameterCount)
    )
  }
}
