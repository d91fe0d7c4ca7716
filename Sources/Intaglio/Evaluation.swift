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
  init(
    logits: [Float],
    labels: [Int],
    classes: Int,
    seconds: Double,
    agreement: Agreement?,
    saturations: [Saturation] = [],
    matching: ClassLabels? = nil
  ) {
    precondition(logits.count == labels.count * classes, "one row per label")
    var (first, five) = (0, 0)
    for (index, label) in labels.enumerated() {
      let row = logits[index * classes..<(index + 1) * classes]
      let rank = Ranking.rank(of: label, in: row)
      if rank == 0 { first += 1 }
      if rank < 5 { five += 1 }
    }
    images = labels.count
    top1 = Proportion(first, of: labels.count)
    top5 = Proportion(five, of: labels.count)
    imagesPerSecond = seconds > 0 ? Double(labels.count) / seconds : 0
    self.logits = logits
    self.agreement = agreement
    self.saturations = saturations
    self.labels = matching
  }
}

/// The order of answers.
public enum Ranking {
  /// How many classes come before `label`; of equal logits the lower class comes first.
  static func rank(of label: Int, in row: ArraySlice<Float>) -> Int {
    guard label >= 0, label < row.count else { return row.count }
    let own = row[row.startIndex + label]
    guard !own.isNaN else { return row.count }
    var rank = 0
    for (index, other) in zip(0..., row) {
      if other > own || (other == own && index < label) { rank += 1 }
    }
    return rank
  }

  /// The `count` first answers with their probabilities (softmax over all classes).
  public static func top(
    _ count: Int,
    of logits: [Float]
  ) -> [(index: Int, logit: Float, probability: Double)] {
    let finite = logits.map { $0.isNaN ? -Float.infinity : $0 }
    guard let largest = finite.max() else { return [] }
    let powers = finite.map { SystemMath.exp(Double($0 - largest)) }
    let sum = powers.reduce(0, +)
    return finite.indices
      .sorted { (finite[$1], $0) < (finite[$0], $1) }
      .prefix(count)
      .map { (index: $0, logit: logits[$0], probability: sum > 0 ? powers[$0] / sum : 0) }
  }

  /// The first answer.
  static func first<Logit: BinaryFloatingPoint>(of row: some Sequence<Logit>) -> Int {
    var best = (index: 0, logit: -Logit.infinity)
    for (index, logit) in zip(0..., row) where logit > best.logit { best = (index, logit) }
    return best.index
  }
}
