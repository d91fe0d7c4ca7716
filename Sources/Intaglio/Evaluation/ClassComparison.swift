import IntaglioNumerics
public import IntaglioReport

/// What becomes of single classes.
public struct ClassComparison: Sendable {
  /// One class of which there are images.
  public struct Recall: Sendable {
    public let label: Int
    public let reference: Proportion
    public let program: Proportion
  }

  /// Images of one class that are taken for another.
  public struct Confusion: Sendable, Hashable {
    public let label: Int
    public let answer: Int
    public let reference: Int
    public let program: Int
  }

  /// Finding defects, whichever they are.
  public struct Defects: Sendable {
    public let goodClass: Int
    public let good: Int
    public let defective: Int
    /// The probability that a defective image looks more defective than a good one; of the reference and of the
    /// program.
    public let area: (reference: Double, program: Double)
    /// Defects that are not found where at most `falseAlarms` of the good images are called defective.
    public let missed: [(falseAlarms: Double, reference: Proportion, program: Proportion)]
  }

  /// Those with images, in the order of classes.
  public let recalls: [Recall]
  /// Pairs that are taken for each other more often than before, the largest change first.
  public let worse: [Confusion]
  /// `nil` without a class that has no defect.
  public let defects: Defects?

  private static let falseAlarms = [0.01, 0.05]

  init(
    program: [Float],
    reference: [Float],
    labels: [Int],
    classCount: Int,
    goodClass: Int?
  ) {
    var right: [Int: (count: Int, reference: Int, program: Int)] = [:]
    var pairs: [[Int]: (reference: Int, program: Int)] = [:]
    for (image, label) in labels.enumerated() {
      let range = image * classCount..<(image + 1) * classCount
      let (theirs, mine) = (Ranking.first(of: reference[range]), Ranking.first(of: program[range]))
      var entry = right[label] ?? (0, 0, 0)
      entry.count += 1
      if theirs == label { entry.reference += 1 }
      if mine == label { entry.program += 1 }
      right[label] = entry
      if let theirs, theirs != label { pairs[[label, theirs], default: (0, 0)].reference += 1 }
      if let mine, mine != label { pairs[[label, mine], default: (0, 0)].program += 1 }
    }
    recalls = right.sorted { $0.key < $1.key }.map { label, entry in
      Recall(
        label: label,
        reference: Proportion(entry.reference, of: entry.count),
        program: Proportion(entry.program, of: entry.count)
      )
    }
    worse = pairs.filter { $0.value.program > $0.value.reference }.map { pair, counts in
      Confusion(
        label: pair[0],
        answer: pair[1],
        reference: counts.reference,
        program: counts.program
      )
    }.sorted {
      let (a, b) = ($0.program - $0.reference, $1.program - $1.reference)
      return (b, $0.label, $0.answer) < (a, $1.label, $1.answer)
    }
    defects = goodClass.flatMap {
      Self.defects(
        program: program,
        reference: reference,
        labels: labels,
        classCount: classCount,
        goodClass: $0
      )
    }
  }

  private static func defects(
    program: [Float],
    reference: [Float],
    labels: [Int],
    classCount: Int,
    goodClass: Int
  ) -> Defects? {
    let isGood = labels.map { $0 == goodClass }
    let good = isGood.count { $0 }
    guard good > 0, good < labels.count, goodClass < classCount else { return nil }
    /// The logarithm of the odds of any defect: it tells rows apart whose probabilities round to 1.
    func scores(_ logits: [Float]) -> [Double] {
      labels.indices.map { image in
        let row = logits[image * classCount..<(image + 1) * classCount]
        let good = Double(row[row.startIndex + goodClass])
        let others = row.indices.filter { $0 != row.startIndex + goodClass }.map { Double(row[$0]) }
        let largest = others.max() ?? 0
        let sum = others.reduce(0) { $0 + SystemMath.exp($1 - largest) }
        return largest - good + SystemMath.log(sum)
      }
    }
    let (theirs, mine) = (scores(reference), scores(program))
    return Defects(
      goodClass: goodClass,
      good: good,
      defective: labels.count - good,
      area: (area(theirs, isGood), area(mine, isGood)),
      missed: falseAlarms.map {
        ($0, missed(theirs, isGood, falseAlarms: $0), missed(mine, isGood, falseAlarms: $0))
      }
    )
  }

  /// Pairs of a defective and a good image in which the defective one has the larger score; equal ones count half.
  ///
  /// By ranks: H. B. Mann, D. R. Whitney, Annals of Mathematical Statistics 18, 1947.
  static func area(_ scores: [Double], _ isGood: [Bool]) -> Double {
    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    var (rankSum, start) = (0.0, 0)
    while start < order.count {
      var end = start
      while end < order.count, scores[order[end]] == scores[order[start]] { end += 1 }
      let rank = Double(start + end + 1) / 2
      rankSum += rank * Double(order[start..<end].count { !isGood[$0] })
      start = max(end, start + 1)
    }
    let good = isGood.count { $0 }
    let (bad, goods) = (Double(scores.count - good), Double(good))
    return (rankSum - bad * (bad + 1) / 2) / (bad * goods)
  }

  /// Defects whose score is at most that of the good image behind which only `falseAlarms` of the good ones are.
  static func missed(_ scores: [Double], _ isGood: [Bool], falseAlarms: Double) -> Proportion {
    let good = scores.indices.filter { isGood[$0] }.map { scores[$0] }.sorted(by: >)
    let allowed = Int(falseAlarms * Double(good.count))
    let limit = good[min(allowed, good.count - 1)]
    let bad = scores.indices.filter { !isGood[$0] }
    return Proportion(bad.count { scores[$0] <= limit }, of: bad.count)
  }
}

extension ClassComparison {
  /// Words for a class without a defect.
  private static let goodWords: Set<String> = [
    "good", "ok", "normal", "free", "flawless", "fine", "pass", "none", "no defect", "defect free",
    "intact", "正常", "良品",
  ]

  /// The only class whose name says that nothing is wrong; `nil` where there is none, or more than one.
  public static func goodClass(among names: [String]) -> Int? {
    let found = names.indices.filter { index in
      let name = names[index].lowercased().map { "_-".contains($0) ? " " : $0 }
      let word = String(name)
      // 'MT_Free' as well.
      return goodWords.contains(word)
        || word.split(separator: " ").last.map { goodWords.contains(String($0)) } == true
    }
    return found.count == 1 ? found[0] : nil
  }
}
