import IntaglioNumerics

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
