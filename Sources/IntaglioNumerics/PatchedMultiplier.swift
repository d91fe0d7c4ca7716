/// A dyadic multiplier and the few accumulators for which it is wrong: together a threshold table.
///
/// 31 bits of a slope put a threshold far from zero in the wrong place by one or two accumulators
/// now and then. So rarely that comparing with the few values concerned is cheaper than any form
/// that is right everywhere.
public struct PatchedMultiplier: Hashable, Sendable {
  /// One accumulator and its code.
  public struct Exception: Hashable, Sendable {
    public let accumulator: Int
    public let code: Int
  }

  public let multiplier: DyadicMultiplier
  /// In ascending order; empty where the multiplier is exact.
  public let exceptions: [Exception]

  /// How far from its place the multiplier may put a threshold.
  private static let reach = 2

  /// The multiplier of this slope and every accumulator of `range` for which it, clamped to the
  /// table's codes, differs from `table`.
  ///
  /// `nil` where there are too many, where one is more than two accumulators beside its threshold,
  /// and where `DyadicMultiplier` has no form at all.
  ///
  /// - Parameters:
  ///   - table: what is to be computed; rises or falls throughout.
  ///   - slope: the real multiplier that the table was made from.
  ///   - range: what the accumulator can be.
  ///   - limit: how many exceptions are not too many.
  public init?(
    _ table: ThresholdTable,
    slope: Double,
    within range: ClosedRange<Int>,
    upTo limit: Int
  ) {
    if let exact = DyadicMultiplier(table, slope: slope, within: range) {
      (multiplier, exceptions) = (exact, [])
      return
    }
    let near = DyadicMultiplier(table, slope: slope, within: range, allowsExceptions: true)
    guard let near, let low = table.codes.min(), let high = table.codes.max() else { return nil }
    var exceptions: [Exception] = []
    var checked = range.lowerBound - 1
    // Both functions are monotone and agree at the ends of every gap between the places checked.
    for (index, threshold) in table.thresholds.enumerated() {
      let first = max(threshold - Self.reach - 1, checked + 1, range.lowerBound)
      let last = min(threshold + Self.reach, range.upperBound)
      guard first <= last else { continue }
      for accumulator in first...last {
        let code = table(accumulator)
        if min(max(near(accumulator), low), high) == code { continue }
        let others = table.thresholds[
          max(index - 1, 0)...min(index + 1, table.thresholds.count - 1)
        ]
        let isNear = others.contains { ($0 - Self.reach..<$0 + Self.reach).contains(accumulator) }
        guard exceptions.count < limit, isNear else { return nil }
        exceptions.append(Exception(accumulator: accumulator, code: code))
      }
      checked = last
    }
    (multiplier, self.exceptions) = (near, exceptions)
  }
}
