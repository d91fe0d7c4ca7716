import ArgumentParser
import Intaglio
import IntaglioReport
import IntaglioReports

/// The command `intaglio inspect MODEL`.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what is in a model, and which multiplications run on floats.",
    discussion: """
      Lists inputs, outputs, layers, bit widths, where the model quantizes and dequantizes, how \
      many matrix multiplications an ordinary runtime computes in floating point and the \
      multiply-accumulates behind each, and which of them can be moved to integers.

      Example:
        intaglio inspect vit_tiny_qdq.onnx
      """
  )

  @OptionGroup var model: ModelOptions

  @Flag(help: "Print every node of the graph as well.")
  var graph = false

  @OptionGroup var reordering: ReorderingOptions
  @OptionGroup var report: ReportOptions

  func validate() throws { try model.require(job: "'inspect' shows a model as it is") }

  func run() throws {
    let model = try model.open().model()
    let inspection = try Inspection(of: model, reordering.pipeline)
    try report.print(InspectionReport(model, inspection, listsGraph: graph))
  }
}
