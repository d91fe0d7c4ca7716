public import IntaglioReport

/// Whether a program keeps what was asked for.
public enum AdoptionStanding: String, Sendable, Codable {
  /// The whole 95 % interval of the drop is within the limit.
  case holds
  /// The whole interval is beyond it.
  case fails
  /// The limit lies within the interval: too few images to tell.
  case open

  /// - Parameters:
  ///   - paired: right answers of the reference and the program.
  ///   - maxDrop: percentage points that may be lost.
  public init(_ paired: PairedProportions, maxDrop: Double) {
    let interval = paired.interval95
    if interval.upperBound * 100 <= maxDrop {
      self = .holds
    } else if interval.lowerBound * 100 > maxDrop {
      self = .fails
    } else {
      self = .open
    }
  }
}

/// Which candidate a study recommends.
public struct AdoptionVerdict: Sendable, Hashable, Codable {
  public let standing: AdoptionStanding
  /// The position of the candidate; where nothing holds or is open, that with the smallest drop, and `nil` where all
  /// exceed the budget.
  public let candidate: Int?
  /// More images that would settle it at the shares that were seen; `nil` where it is settled, or no number would do.
  public let imagesMissing: Int?

  /// What a verdict looks at.
  public struct Entry: Sendable {
    public let paired: PairedProportions
    public let bitOperations: Int
    public let isWithinBudget: Bool

    public init(paired: PairedProportions, bitOperations: Int, isWithinBudget: Bool) {
      (self.paired, self.bitOperations) = (paired, bitOperations)
      self.isWithinBudget = isWithinBudget
    }
  }

  /// The fewest bit operations whose drop holds the limit; where none does, the fewest of those that may, at a drop
  /// within the limit; else the smallest drop.
  public init(_ entries: [Entry], maxDrop: Double) {
    let allowed = entries.indices.filter { entries[$0].isWithinBudget }
    let standings = entries.map { AdoptionStanding($0.paired, maxDrop: maxDrop) }
    func cheapest(_ indices: [Int]) -> Int? {
      indices.min { entries[$0].bitOperations < entries[$1].bitOperations }
    }
    if let best = cheapest(allowed.filter { standings[$0] == .holds }) {
      (standing, candidate, imagesMissing) = (.holds, best, nil)
      return
    }
    let hopeful = allowed.filter {
      standings[$0] == .open && entries[$0].paired.drop * 100 <= maxDrop
    }
    let best =
      cheapest(hopeful) ?? allowed.min { entries[$0].paired.drop < entries[$1].paired.drop }
    candidate = best
    guard let best else {
      (standing, imagesMissing) = (.fails, nil)
      return
    }
    standing = standings[best]
    let paired = entries[best].paired
    imagesMissing =
      standing == .open
      ? paired.questionsNeeded(toSettle: maxDrop / 100).map { max($0 - paired.total, 1) } : nil
  }
}
