public import IntaglioData
public import IntaglioReport

/// How well a program answers, and how far it is from a reference.
public struct Evaluation: Sendable {
  /// How far logits, answers and codes are from those of a reference.
  public struct Agreement: Sendable {
    /// Images with the same first answer.
    public let top1: Proportion
    /// Equal codes over every quantizer of every image; `nil` when the reference has only logits.
    public let codes: Proportion?
    public let maxAbsLogit: Double
  }

  public let images: Int
  public let top1: Proportion
  public let top5: Proportion
  public let agreement: Agreement?
  /// The program alone: decoding and preprocessing are not counted.
  public let imagesPerSecond: Double
  /// How many elements of each integer stream were cut off; empty where there are no streams.
  public let saturations: [Saturation]
  /// Images without an answer, because a logit is NaN or infinitely large.
  public let notFinite: Int
  /// How the labels became classes of the model; `nil` where they never were anything else.
  public let labels: ClassLabels?
  /// `[images, classes]`, row-major.
  public let logits: [Float]

  /// How often one stream was too narrow.
  public struct Saturation: Sendable, Hashable, Codable {
    public let stream: String
    public let count: Int
  }

  /// - Precondition: `logits` holds one row of `classes` per label.
  package init(
    logits: [Float],
    labels: [Int],
    classes: Int,
    seconds: Double,
    agreement: Agreement?,
    saturations: [Saturation] = [],
    matching: ClassLabels? = nil
  ) {
    precondition(logits.count == labels.count * classes, "one row per label")
    var (first, five, notFinite) = (0, 0, 0)
    for (index, label) in labels.enumerated() {
      let row = logits[index * classes..<(index + 1) * classes]
      let rank = Ranking.rank(of: label, in: row)
      if !row.allSatisfy(Ranking.hasRank) { notFinite += 1 }
      if rank == 0 { first += 1 }
      if rank < min(5, row.count) { five += 1 }
    }
    images = labels.count
    self.notFinite = notFinite
    top1 = Proportion(first, of: labels.count)
    top5 = Proportion(five, of: labels.count)
    imagesPerSecond = seconds > 0 ? Double(labels.count) / seconds : 0
    self.logits = logits
    self.agreement = agreement
    self.saturations = saturations
    self.labels = matching
  }
}
