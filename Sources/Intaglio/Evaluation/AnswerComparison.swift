import IntaglioNumerics
public import IntaglioReport

/// The answers of a program beside those of the model that it stands for, on the same labelled images.
public struct AnswerComparison: Sendable {
  /// An image with another first answer.
  public struct Flip: Sendable, Hashable {
    /// In the order of the images.
    public let image: Int
    public let label: Int
    /// The first answers.
    public let reference: Int?
    public let program: Int?
    /// The divergence of the program's probabilities, in nats.
    public let divergence: Double
  }

  public let top1: Proportion
  public let top5: Proportion
  public let paired: PairedProportions
  public let agreement: Proportion
  /// The mean Kullback–Leibler divergence of the program's probabilities from the reference's, in nats.
  public let divergence: Double
  /// The signal of all logits over their noise, in decibels; `nil` where they are equal.
  public let logitDecibels: Double?
  /// The largest divergence first.
  public let flips: [Flip]
  public let classes: ClassComparison
  /// Images without an answer of the program.
  public let notFinite: Int

  /// - Parameters:
  ///   - program: its logits, `[images, classes]`.
  ///   - reference: those of the model.
  ///   - labels: the class of every image.
  ///   - goodClass: the class without a defect; `nil` where there is none.
  /// - Precondition: both have a row of the same length for every label.
  public init(program: [Float], reference: [Float], labels: [Int], goodClass: Int?) {
    precondition(program.count == reference.count, "rows of two models")
    let classes = labels.isEmpty ? 0 : program.count / labels.count
    var (right, five, same, lost, won, notFinite) = (0, 0, 0, 0, 0, 0)
    var (sum, signal, noise) = (0.0, 0.0, 0.0)
    var flips: [Flip] = []
    for (image, label) in labels.enumerated() {
      let range = image * classes..<(image + 1) * classes
      let (theirs, mine) = (reference[range], program[range])
      let rank = Ranking.rank(of: label, in: mine)
      if rank == 0 { right += 1 }
      if rank < min(5, classes) { five += 1 }
      let (expected, found) = (Ranking.first(of: theirs), Ranking.first(of: mine))
      if found == nil { notFinite += 1 }
      let divergence = Divergence.kullbackLeibler(theirs, mine)
      sum += divergence.isFinite ? divergence : 0
      for (a, b) in zip(theirs, mine) {
        signal += Double(a) * Double(a)
        noise += Double(a - b) * Double(a - b)
      }
      if expected == found {
        same += 1
        continue
      }
      if expected == label { lost += 1 }
      if found == label { won += 1 }
      flips.append(
        Flip(
          image: image,
          label: label,
          reference: expected,
          program: found,
          divergence: divergence
        )
      )
    }
    top1 = Proportion(right, of: labels.count)
    top5 = Proportion(five, of: labels.count)
    paired = PairedProportions(lost: lost, won: won, of: labels.count)
    agreement = Proportion(same, of: labels.count)
    divergence = labels.isEmpty ? 0 : sum / Double(labels.count)
    logitDecibels =
      noise > 0 && signal > 0 ? 10 * SystemMath.log10(signal / noise) : nil
    self.flips = flips.sorted { ($1.divergence, $0.image) < ($0.divergence, $1.image) }
    self.notFinite = notFinite
    self.classes = ClassComparison(
      program: program,
      reference: reference,
      labels: labels,
      classCount: classes,
      goodClass: goodClass
    )
  }
}
