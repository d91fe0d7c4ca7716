/// What widths are chosen for.
public enum WidthGoal: Sendable, Hashable {
  case within(WidthBudget)
  /// The fewest bit operations with at most so many percentage points fewer right answers, expected by the float
  /// model's own probabilities on samples that did not calibrate.
  case drop(Double)

  /// From `drop=0.5`, or as a budget is read.
  public init?(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, parts[0] == "drop" else {
      guard let budget = WidthBudget(text) else { return nil }
      self = .within(budget)
      return
    }
    guard let points = Double(parts[1]), points > 0, points <= 100 else { return nil }
    self = .drop(points)
  }

  package var text: String {
    switch self {
    case .within(let budget): budget.text
    case .drop(let points): "drop=\(points)"
    }
  }

  private var budget: WidthBudget? { if case .within(let budget) = self { budget } else { nil } }

  /// Whether both choose the bits of the same operands.
  fileprivate func conflicts(with other: WidthGoal) -> Bool {
    guard let mine = budget, let its = other.budget else { return true }
    return mine.movesWeights && its.movesWeights || mine.movesActivations && its.movesActivations
  }
}

extension [WidthGoal] {
  /// Two that choose the bits of the same operands; `nil` where there are none.
  package var conflict: (WidthGoal, WidthGoal)? {
    for (index, second) in enumerated() {
      if let first = prefix(index).first(where: { $0.conflicts(with: second) }) {
        return (first, second)
      }
    }
    return nil
  }
}
