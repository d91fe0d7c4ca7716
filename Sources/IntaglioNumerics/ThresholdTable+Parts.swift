extension ThresholdTable {
  /// The same code for every accumulator.
  public init(constant code: Int) {
    self.init(thresholds: [], codes: [code])
  }

  /// The same breakpoints, every code higher by `bias`: how a table reads for codes that are stored
  /// with a bias.
  public func moved(by bias: Int) -> ThresholdTable {
    ThresholdTable(thresholds: thresholds, codes: codes.map { $0 + bias })
  }
}
