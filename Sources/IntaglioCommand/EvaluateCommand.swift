import ArgumentParser
import Intaglio
import IntaglioData
import IntaglioReport

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

      The integer program runs where the model has one, float32 otherwise; --engine decides. With \
      --against oracle the answers, logits and codes of every quantizer are compared with the \
      model's meaning in float64; with --against FILE.npy with recorded logits. --layers feeds \
      every layer with the oracle's values and reports the codes that differ, layer by layer.

      Example:
        intaglio evaluate model.intaglio --data fashion-mnist/ --limit 1000 --against oracle
      """
  )

  @OptionGroup var model: ModelOptions

  @Option(help: "The folder of images and labels.", completion: .directory)
  var data: String

  @Option(help: "Which IDX pair: test or train.")
  var split: DataSet.Split = .test

  @Option(parsing: .unconditional, help: "Take the first N images only.")
  var limit: Int?

  @Option(help: "'oracle', or a .npy file of recorded logits [images, classes].")
  var against: String?

  @Flag(
    help: "Compare layer by layer, each fed with the oracle's values (first 4 images, or --limit)."
  )
  var layers = false

  @Option(help: "What does the arithmetic: integer, reference (float32) or oracle (float64).")
  var engine: Engine.Kind?

  @OptionGroup var reordering: ReorderingOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if let limit, limit < 1 {
      throw ValidationError("--limit: expected at least 1, found \(limit)")
    }
  }

  func run() throws {
    let program = try ProgramChoice(
      try model.load(),
      engine: engine,
      reordering: reordering,
      threads: threads.count
    )
    let data = try DataSet.open(
      directory: data,
      split: split,
      limit: limit ?? (layers ? 4 : nil)
    )
    let notes = program.model.description.notes + data.notes
    StandardError.write(notes: notes)
    if layers { return try runLayers(program, data, notes) }
    let evaluator = try Evaluator(
      program.model,
      program: program.program,
      kind: program.kind,
      threads: threads.count
    )
    let bar = ProgressBar("evaluating", total: data.count)
    let result = try evaluator.evaluate(data, against: try reference()) { stage in
      switch stage {
      case .running(let done, _), .comparing(let done, _): bar.update(done)
      }
    }
    bar.finish()
    let labels = [result.labels?.warning].compactMap { $0 }
    StandardError.write(notes: labels)
    let text = EvaluationReport(result, program: program, notes: notes + labels)
    try StandardOutput.print(report.json ? try JSON.text(text) : text.text)
  }

  private func reference() throws -> Evaluator.Reference? {
    guard let against else { return nil }
    return against == "oracle" ? .oracle : .logits(try NPYFile(contentsOf: against))
  }

  private func runLayers(
    _ program: ProgramChoice,
    _ data: DataSet,
    _ notes: [String]
  ) throws {
    let audit = try LayerAudit(program.model, program: program.program, threads: threads.count)
    let bar = ProgressBar("comparing", total: data.count)
    let layers = try audit.run(data) { bar.update($0) }
    bar.finish()
    let text = LayerReport(layers, notes: notes)
    try StandardOutput.print(report.json ? try JSON.text(text) : text.text)
  }
}

/// Which program of a model runs, and on what.
struct ProgramChoice {
  let model: Model
  let program: Model
  let kind: Engine.Kind

  init(
    _ model: Model,
    engine: Engine.Kind?,
    reordering: ReorderingOptions,
    threads: Int
  ) throws {
    self.model = model
    guard engine == nil || engine == .integer else {
      (program, kind) = (model, engine ?? .reference)
      return
    }
    let built = try reordering.program(model, threads: threads)
    let result = built.integerization
    if built.proof != nil {
      (program, kind) = (built.model, .integer)
      return
    }
    if engine == .integer {
      throw ValidationError(
        "\(model.path): \(result.coverage.blocked.count) of \(result.coverage.total) multiplications stay "
          + "on floats, so there is no integer program; see 'intaglio integerize'"
      )
    }
    StandardError.write(
      "note: \(result.coverage.blocked.count) of \(result.coverage.total) multiplications stay on "
        + "floats; running in float32 (--engine reference)"
    )
    (program, kind) = (model, .reference)
  }
}
