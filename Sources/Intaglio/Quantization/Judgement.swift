public import IntaglioData
import IntaglioNumerics
public import IntaglioReport

/// A program against the float model that it was made from, on images that calibration never saw.
public struct Judgement: Sendable {
  public let images: Int
  public let float: Evaluation
  public let program: Evaluation
  /// Images with the same first answer.
  public let agreement: Proportion
  /// The mean Kullback–Leibler divergence of the program's probabilities from the float model's, in
  /// nats.
  public let divergence: Double
  /// Percentage points of top-1 that the program loses, and half of the 95 % interval of the paired
  /// difference.
  public let drop: (points: Double, reach: Double)
  /// Images that one answers rightly and the other does not.
  public let lost: Int
  public let won: Int

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
    images = labels.count
    let classes = float.logits.count / max(images, 1)
    var (same, lost, won, divergence) = (0, 0, 0, 0.0)
    for (image, label) in labels.enumerated() {
      let range = image * classes..<(image + 1) * classes
      let (a, b) = (float.logits[range], program.logits[range])
      let (first, second) = (Ranking.first(of: a), Ranking.first(of: b))
      if first == second { same += 1 }
      if first == label, second != label { lost += 1 }
      if first != label, second == label { won += 1 }
      divergence += Divergence.kullbackLeibler(a, b)
    }
    agreement = Proportion(same, of: images)
    self.divergence = images == 0 ? 0 : divergence / Double(images)
    (self.lost, self.won) = (lost, won)
    let count = Double(max(images, 1))
    let mean = Double(lost - won) / count
    let variance = max(0, Double(lost + won) / count - mean * mean)
    drop = (mean * 100, Proportion.quantile95 * (variance / count).squareRoot() * 100)
  }
}
