import ArgumentParser
import Intaglio
import IntaglioData
import IntaglioReport
import IntaglioReports

/// The command `intaglio compare A B --data DIR`.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Run two models, programs or records over images and find the layer where they part.",
    discussion: """
      A and B are [ARITHMETIC:]NAME; NAME is as in other commands, ARITHMETIC one of:
        float32       what the file means, dequantize first, in float32
        oracle        the same in float64
        integer       the integer program, float32 between the multiplications
        integer-only  the integer program without any floats (--calibration and others as in \
      'integerize')
        recorded      no model: tensors in a safetensors file: NAME.codes, NAME.input, NAME.output, \
      logits; the first axis counts the images of the data set from its beginning

      Without it a packed model is the program that it holds, a quantized model 'integer', a \
      float model 'float32', and a safetensors file that is no model 'recorded'. Without --limit 16 \
      images are compared, or as many as a record has.

      Layers are matched by name: quantizers, LayerNorm, softmax, the residual stream and other \
      named reals. 'cumulative' is the difference with both sides left to themselves; 'local' with B \
      given A's values in all layers before, so that a layer answers for its own difference only, \
      in its reals and in the codes made of them. SQNR is 10·log10(Σ a² / Σ (a − b)²). The first \
      diverging layer is the first with a changed code; where quantizers differ or no code has \
      changed, reals below --threshold count as well.

      Examples:
        intaglio compare oracle:model.safetensors integer:model.safetensors --data fashion-mnist/
        intaglio compare float32:vit.onnx vit_qdq.onnx --data images/ --config vit.json --report r.html
        intaglio compare dump.safetensors vit.intaglio --data images/
      """
  )

  @Argument(help: "What is trusted.", completion: .file())
  var a: String

  @Argument(help: "What is under suspicion.", completion: .file())
  var b: String

  @OptionGroup var data: DataOptions

  @Option(
    parsing: .unconditional,
    help: """
      Below how many decibels reals count as different; when absent 60 where both sides have the \
      same quantizers, else 20.
      """
  )
  var threshold: Double?

  @Option(help: "Write the tensors of A to this safetensors file.", completion: .file())
  var record: String?

  @Option(help: "Write a page with a plot of the error over depth.", completion: .file())
  var report: String?

  @OptionGroup var settings: SettingsOptions
  @OptionGroup var reordering: ReorderingOptions
  @OptionGroup var integers: IntegerOnlyArguments
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var format: ReportOptions

  private static let usualLimit = 16

  func validate() throws {
    if let threshold, !threshold.isFinite {
      throw ValidationError("--threshold: expected decibels, found \(threshold)")
    }
    for side in [a, b] { _ = try ModelSource(argument: side) }
  }

  func run() throws {
    let options = ProgramOptions(
      reordering: reordering.pipeline,
      nonlinear: .integer(integers.options)
    )
    let calibration = try integers.images()
    func side(_ side: String) throws -> ComparisonSide {
      try ComparisonSide(
        ModelSource(argument: side),
        configuration: settings.config,
        logits: settings.logits,
        options,
        calibration: calibration,
        threads: threads.count
      )
    }
    let (a, b) = (try side(a), try side(b))
    let comparison = try LayerwiseComparison(a, b, threads: threads.count)
    let chosen = try images(comparison)
    var notes = Self.notes(a, b) + chosen.notes
    StandardError.write(notes: notes)
    let bar = ProgressBar("comparing", total: chosen.count)
    let result = try comparison.run(chosen) { bar.update($0) }
    bar.finish()
    if let warning = try comparison.labels(of: chosen)?.warning {
      StandardError.write(notes: [warning])
      notes.append(warning)
    }
    let compared = ComparisonReport(result, a: a, b: b, threshold: threshold, notes: notes)
    if let record { try write(a, chosen, to: record) }
    if let report {
      try compared.write(to: report)
    }
    try format.print(compared)
  }

  /// The notes of both sides, each once, with the file that it is about.
  private static func notes(_ a: ComparisonSide, _ b: ComparisonSide) -> [String] {
    let first = a.notes.map { "\(a.path): \($0)" }
    return first + b.notes.map { "\(b.path): \($0)" }.filter { !first.contains($0) }
  }

  /// The images to compare: of records the first ones of the set, otherwise as other commands do.
  private func images(_ comparison: LayerwiseComparison) throws -> DataSet {
    guard comparison.recordedImages != nil || record != nil else {
      return try data.open(usual: Self.usualLimit)
    }
    let whole = try data.openWhole()
    let recorded = try comparison.recordedPart(of: whole)
    let usual = comparison.recordedImages ?? Self.usualLimit
    return recorded.select(0..<min(recorded.count, data.limit ?? usual))
  }

  private func write(_ side: ComparisonSide, _ images: DataSet, to path: String) throws {
    let bar = ProgressBar("recording", total: images.count)
    try side.record(images, to: path, threads: threads.count) { bar.update($0) }
    bar.finish()
  }
}
