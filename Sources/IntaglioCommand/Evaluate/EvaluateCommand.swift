import ArgumentParser
import Intaglio
import IntaglioData
import IntaglioReport
import IntaglioReports

/// The command `intaglio evaluate MODEL --data DIR`.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Accuracy, agreement with a reference, and speed on a data set.",
    discussion: """
      Data: IDX files (gzipped or not; the t10k pair unless --split train), a folder per class, a \
      folder of images with labels.txt or labels.csv, or images whose names begin with the class \
      index. Folders are named like the model's classes, or by their numbers, or a file classes.txt \
      in the order of the logits numbers them.

      The integer program runs where the model has one, float32 otherwise; --arithmetic decides. With \
      --against oracle the answers, logits and codes of every quantizer are compared with the \
      model's meaning in float64; with --against FILE.npy with recorded logits. --layers feeds \
      every layer with the oracle's values and reports the codes that differ, layer by layer.

      Example:
        intaglio evaluate model.intaglio --data fashion-mnist/ --limit 1000 --against oracle
      """
  )

  @OptionGroup var program: ProgramArguments
  @OptionGroup var data: DataOptions

  @Option(help: "'oracle', or a .npy file of recorded logits [images, classes].")
  var against: String?

  @Flag(
    help: "Compare layer by layer, each fed with the oracle's values (first 4 images, or --limit)."
  )
  var layers = false

  @OptionGroup var report: ReportOptions

  func run() throws {
    let chosen = try program.choose(program.open())
    let data = try data.open(usual: layers ? 4 : nil)
    let notes = chosen.model.description.notes + data.notes
    StandardError.write(notes: notes)
    if layers { return try runLayers(chosen, data, notes) }
    let evaluator = try Evaluator(chosen, threads: program.threads.count)
    let bar = ProgressBar("evaluating", total: data.count)
    let result = try evaluator.evaluate(data, against: try reference()) { stage in
      switch stage {
      case .running(let done, _), .comparing(let done, _): bar.update(done)
      }
    }
    bar.finish()
    let labels = [result.labels?.warning].compactMap { $0 }
    StandardError.write(notes: labels)
    try report.print(EvaluationReport(result, chosen, notes: notes + labels))
  }

  private func reference() throws -> Evaluator.Reference? {
    guard let against else { return nil }
    return against == "oracle" ? .oracle : .logits(try NPYFile(contentsOf: against))
  }

  private func runLayers(
    _ chosen: ChosenProgram,
    _ data: DataSet,
    _ notes: [String]
  ) throws {
    let audit = try LayerAudit(
      chosen.model,
      program: chosen.program,
      threads: program.threads.count
    )
    let bar = ProgressBar("comparing", total: data.count)
    let layers = try audit.run(data) { bar.update($0) }
    bar.finish()
    try report.print(LayerReport(layers, notes: notes))
  }
}
