public import ArgumentParser
public import Intaglio
import IntaglioReports

/// The command `intaglio export MODEL -o OUT`.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a model for other tools, which compute the same integers.",
    discussion: """
      Formats, by --format or by the end of the file's name:
        integer  (.integer.onnx) the program of nothing but integers in standard ONNX operators, MatMulInteger and \
      64-bit integer arithmetic; every value keeps its name, and ONNX Runtime computes the same codes.
        qdq      (.qdq.onnx) the graph with quantizers as it is before reordering: QuantizeLinear and \
      DequantizeLinear.
        qonnx    (.qonnx.onnx) the same graph with QONNX's Quant nodes, for FINN and hls4ml.
        c        (.c) the program of nothing but integers as one C99 file without libraries, allocation or floats.
      'qdq' and 'qonnx' take a graph with quantizers: an ONNX file, or what 'intaglio pack' or 'quantize --checkpoint' \
      saved. Any other .onnx is 'integer' for a program and 'qdq' for a graph with quantizers that 'intaglio pack' saved.

      A model that is no integer program becomes one first, as in 'integerize --arithmetic integer-only'.

      Examples:
        intaglio export model.intaglio -o model.integer.onnx
        intaglio export model.intaglio -o model.c
      """
  )

  @OptionGroup var model: ModelOptions

  @Option(name: .shortAndLong, help: "The file to write.", completion: .file())
  var output: String

  @Option(help: "The format; when absent the file's name says it.")
  var format: ExportFormat?

  @OptionGroup var reordering: ReorderingOptions
  @OptionGroup var integers: IntegerOnlyArguments
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    try model.require([.integerOnly], job: "'export' writes programs of nothing but integers")
    guard format == nil, ExportFormat(path: output) == nil, !output.hasSuffix(".onnx") else {
      return
    }
    let formats = ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")
    throw ValidationError(
      "the name '\(output)' does not say the format; give --format (\(formats))"
    )
  }

  func run() throws {
    let opened = try model.open()
    let chosen = try format ?? ExportFormat(path: output) ?? (opened.isProgram() ? .integer : .qdq)
    let found = try made(opened, chosen)
    let bytes = try found.write(to: output)
    try report.print(ExportReport(found, output: output, bytes: bytes))
  }

  private func made(_ opened: OpenedModel, _ format: ExportFormat) throws -> ModelExport {
    let version = IntaglioCommand.configuration.version
    guard format.isOfProgram else {
      return try ModelExport(program: opened.model(), as: format, version: version)
    }
    let program: ChosenProgram
    do {
      program = try opened.choose(
        .integerOnly,
        reordering: reordering.pipeline,
        integers: integers.options,
        calibration: integers.images(),
        threads: threads.count
      )
    } catch let error as IntegerOnlyError {
      StandardError.write("error: \(error)\nNothing was written.")
      throw ExitCode.floatRemains
    }
    return try ModelExport(program: program.program, as: format, version: version)
  }
}

extension ExportFormat: ExpressibleByArgument {}
