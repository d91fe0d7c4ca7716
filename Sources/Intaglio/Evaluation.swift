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

/// The order of answers.
public enum Ranking {
  /// Whether a logit has a place among others: it is neither NaN nor infinitely large.
  ///
  /// A class that is ruled out by −∞ has the last.
  static func hasRank(_ logit: some BinaryFloatingPoint) -> Bool { logit < .infinity }

  /// How many classes come before `label`; of equal logits the lower class comes first.
  package static func rank(of label: Int, in row: ArraySlice<Float>) -> Int {
    guard label >= 0, label < row.count else { return row.count }
    let own = row[row.startIndex + label]
    // A row with NaN has no order, and no answer; nor has one in which every class is ruled out.
    guard row.allSatisfy(hasRank), row.contains(where: \.isFinite) else { return row.count }
    var rank = 0
    for (index, other) in zip(0..., row) {
      if other > own || (other == own && index < label) { rank += 1 }
    }
    return rank
  }

  /// The `count` first answers with their probabilities (softmax over all classes, or the logits
  /// themselves where they are probabilities), which are no numbers where one of the logits has no
  /// place.
  public static func top(
    _ count: Int,
    of logits: [Float],
    areProbabilities: Bool = false
  ) -> [(index: Int, logit: Float, probability: Double)] {
    let finite = logits.map { $0.isNaN ? -Float.infinity : $0 }
    guard let largest = finite.max() else { return [] }
    let isRanked = logits.allSatisfy(hasRank)
    let powers = finite.map { largest.isFinite ? SystemMath.exp(Double($0 - largest)) : 0 }
    let sum = powers.reduce(0, +)
    func probability(_ index: Int) -> Double {
      guard isRanked, sum > 0 else { return .nan }
      return areProbabilities ? Double(logits[index]) : powers[index] / sum
    }
    return finite.indices
      .sorted { (finite[$1], $0) < (finite[$0], $1) }
      .prefix(count)
      .map { (index: $0, logit: logits[$0], probability: probability($0)) }
  }

  /// The first answer; `nil` where a logit has no place.
  package static func first<Logit: BinaryFloatingPoint>(of row: some Sequence<Logit>) -> Int? {
    var best = (index: 0, logit: -Logit.infinity)
    for (index, logit) in zip(0..., row) {
      guard hasRank(logit) else { return nil }
      if logit > best.logit { best = (index, logit) }
    }
    return best.logit.isFinite ? best.index : nil
  }
}
