import Foundation

/// Two ways of answering the same questions: how many more one of them gets right, and what that says about the
/// whole population.
public struct PairedProportions: Sendable, Hashable {
  /// Questions that the first answers rightly and the second does not.
  public let lost: Int
  /// Questions that the second answers rightly and the first does not.
  public let won: Int
  public let total: Int

  /// - Precondition: the counts are not negative, and `lost + won <= total`.
  public init(lost: Int, won: Int, of total: Int) {
    precondition(lost >= 0 && won >= 0 && lost + won <= total, "no counts of \(total) questions")
    (self.lost, self.won, self.total) = (lost, won, total)
  }

  /// How much smaller the second proportion is than the first: −1 to 1, 0 where nothing was asked.
  public var drop: Double { total == 0 ? 0 : Double(lost - won) / Double(total) }

  /// The 95 % confidence interval of `drop` by the score method, which holds for few questions and for none that
  /// are answered differently, too.
  ///
  /// T. Tango, Statistics in Medicine 17, 1998.
  public var interval95: ClosedRange<Double> { interval(grown: 1) }

  /// How likely as many different answers or more fall to one side by chance alone: McNemar's exact test, both sides.
  ///
  /// Q. McNemar, Psychometrika 12, 1947.
  public var pValue: Double {
    let (count, least) = (lost + won, min(lost, won))
    guard count > 0 else { return 1 }
    // ln C(n, k) − n ln 2, from one k to the next.
    var logarithm = -Double(count) * log(2)
    var sum = 0.0
    for k in 0...least {
      sum += exp(logarithm)
      logarithm += log(Double(count - k)) - log(Double(k + 1))
    }
    return min(1, 2 * sum)
  }

  /// How many questions there have to be in all until the interval says whether the drop is within `limit`, should the
  /// shares stay as they are; `nil` where the drop is at the limit and no number would do.
  public func questionsNeeded(toSettle limit: Double) -> Int? {
    guard total > 0, limit != drop else { return nil }
    func isSettled(_ times: Double) -> Bool {
      let interval = interval(grown: times)
      return limit > drop ? interval.upperBound <= limit : interval.lowerBound > limit
    }
    let most = 1e9 / Double(total)
    guard most > 1, isSettled(most) else { return nil }
    var (low, high) = (0.0, most)
    while (high - low) * Double(total) > 0.5 {
      let middle = (low + high) / 2
      if isSettled(middle) { high = middle } else { low = middle }
    }
    return Int((high * Double(total)).rounded(.up))
  }
}

extension PairedProportions {
  /// The interval of as many times the counts.
  private func interval(grown times: Double) -> ClosedRange<Double> {
    guard total > 0 else { return -1...1 }
    let z = Proportion.quantile95
    let counts = (lost: Double(lost) * times, won: Double(won) * times, n: Double(total) * times)
    /// The drop δ at which the score statistic, which falls with δ, is `wanted`.
    func crossing(of wanted: Double, within range: ClosedRange<Double>) -> Double {
      var (low, high) = (range.lowerBound, range.upperBound)
      for _ in 0..<60 {
        let middle = (low + high) / 2
        if Self.score(counts.lost, counts.won, counts.n, middle) > wanted {
          low = middle
        } else {
          high = middle
        }
      }
      return (low + high) / 2
    }
    return crossing(of: z, within: -1...drop)...crossing(of: -z, within: drop...1)
  }

  private static func score(_ b: Double, _ c: Double, _ n: Double, _ delta: Double) -> Double {
    let linear = -b - c + (2 * n - b + c) * delta
    let constant = -c * delta * (1 - delta)
    let share = ((linear * linear - 8 * n * constant).squareRoot() - linear) / (4 * n)
    let variance = n * (2 * share + delta * (1 - delta))
    let distance = b - c - n * delta
    guard variance > 0 else { return distance == 0 ? 0 : distance > 0 ? .infinity : -.infinity }
    return distance / variance.squareRoot()
  }
}
