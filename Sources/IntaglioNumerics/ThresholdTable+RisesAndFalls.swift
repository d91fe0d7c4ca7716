extension ThresholdTable {
  /// The thresholds where the code grows by one and those where it falls by one, each ascending.
  public var risesAndFalls: (rises: [Int], falls: [Int]) {
    let steps = zip(thresholds, self.steps)
    return (steps.filter { $0.1 > 0 }.map(\.0), steps.filter { $0.1 < 0 }.map(\.0))
  }
}
