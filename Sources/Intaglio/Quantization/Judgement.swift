public import IntaglioData

/// A program against the float model that it was made from, on images that calibration never saw.
public struct Judgement: Sendable {
  public let float: Evaluation
  public let program: Evaluation
  /// The program's answers beside the float model's: top-1, flips, divergence, the paired difference.
  public let answers: AnswerComparison

  /// - Parameters:
  ///   - quantized: what is judged.
  ///   - data: labelled images.
  ///   - threads: how many images are in work at a time.
  ///   - progress: told how far the work is.
  /// - Throws: what `Evaluator` throws.
  public init(
    _ quantized: QuantizedModel,
    on data: DataSet,
    threads: Int,
    progress: (@Sendable (Evaluator.Stage) -> Void)? = nil
  ) throws {
    let source = quantized.source
    let float = try Evaluator(source, program: source, arithmetic: .float32, threads: threads)
      .evaluate(data, progress: progress)
    let program = try Evaluator(
      source,
      program: quantized.program.model,
      arithmetic: .integerOnly,
      threads: threads
    ).evaluate(data, progress: progress)
    let labels = try data.labels(
      modelNames: source.description.classNames,
      classCount: float.logits.count / max(data.count, 1)
    ).classes
    self.init(float, program, labels)
  }

  init(_ float: Evaluation, _ program: Evaluation, _ labels: [Int]) {
    (self.float, self.program) = (float, program)
    answers = AnswerComparison(
      program: program.logits,
      reference: float.logits,
      labels: labels,
      goodClass: nil
    )
  }
}
