/// How many of how many, and what that says about the whole population.
public struct Proportion: Sendable, Hashable {
  public let hits: Int
  public let total: Int

  /// - Precondition: `0 <= hits <= total`.
  public init(_ hits: Int, of total: Int) {
    precondition(0 <= hits && hits <= total, "\(hits) of \(total) is no proportion")
    self.hits = hits
    self.total = total
  }

  /// How many standard deviations on either side hold 95 % of a normal distribution.
  public static let quantile95 = 1.959963984540054

  /// Between 0 and 1; 0 when there was nothing to count.
  public var value: Double { total == 0 ? 0 : Double(hits) / Double(total) }

  /// The 95 % confidence interval by Wilson's score.
  ///
  /// E. B. Wilson, Journal of the American Statistical Association 22, 1927.
  public var interval95: ClosedRange<Double> {
    guard total > 0 else { return 0...1 }
    let (n, p, z) = (Double(total), value, Self.quantile95)
    let centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    let reach = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    return max(0, centre - reach)...min(1, centre + reach)
  }
}
