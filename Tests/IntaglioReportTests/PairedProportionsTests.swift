import Foundation
import IntaglioReport
import Testing

@Suite("Paired proportions")
struct PairedProportionsTests {
  /// The largest likelihood of the counts where the drop is `delta`, by trying shares: an independent way to the
  /// statistic.
  private func statistic(lost: Int, won: Int, of n: Int, _ delta: Double) -> Double {
    let rest = Double(n - lost - won)
    var best = (likelihood: -Double.infinity, share: 0.0)
    let (low, high) = (max(0, -delta), (1 - delta) / 2)
    for step in 0...200_000 {
      let share = low + (high - low) * Double(step) / 200_000
      func term(_ count: Double, _ p: Double) -> Double {
        count == 0 ? 0 : p > 0 ? count * log(p) : -.infinity
      }
      let likelihood =
        term(Double(lost), share + delta) + term(Double(won), share)
        + term(rest, 1 - 2 * share - delta)
      if likelihood > best.likelihood { best = (likelihood, share) }
    }
    let variance = Double(n) * (2 * best.share + delta * (1 - delta))
    return (Double(lost - won) - Double(n) * delta) / variance.squareRoot()
  }

  @Test(
    "the ends of the interval are where the score statistic, by largest likelihood, is ±1.96",
    arguments: [(17, 35, 129), (9, 2, 60), (1, 0, 40), (30, 31, 875), (5, 5, 12)]
  )
  func score(_ lost: Int, _ won: Int, _ total: Int) {
    let interval = PairedProportions(lost: lost, won: won, of: total).interval95
    let (low, high) = (
      statistic(lost: lost, won: won, of: total, interval.lowerBound),
      statistic(lost: lost, won: won, of: total, interval.upperBound)
    )
    #expect((low - Proportion.quantile95).magnitude < 2e-3, "\(low)")
    #expect((high + Proportion.quantile95).magnitude < 2e-3, "\(high)")
  }

  @Test("with nothing answered differently the reach is z² / (n + z²)", arguments: [1, 20, 1000])
  func nothingDiffers(_ n: Int) {
    let interval = PairedProportions(lost: 0, won: 0, of: n).interval95
    let z2 = Proportion.quantile95 * Proportion.quantile95
    #expect((interval.upperBound - z2 / (Double(n) + z2)).magnitude < 1e-9)
    #expect((interval.lowerBound + z2 / (Double(n) + z2)).magnitude < 1e-9)
  }

  @Test("swapping both turns the interval round")
  func symmetric() {
    let one = PairedProportions(lost: 11, won: 4, of: 90).interval95
    let other = PairedProportions(lost: 4, won: 11, of: 90).interval95
    #expect((one.lowerBound + other.upperBound).magnitude < 1e-9)
    #expect((one.upperBound + other.lowerBound).magnitude < 1e-9)
  }

  @Test("of drops that are drawn, 95 in 100 intervals hold the true one")
  func coverage() {
    var state: UInt64 = 1
    func draw() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / 9_007_199_254_740_992
    }
    var inside = 0
    let rounds = 1000
    for _ in 0..<rounds {
      var (lost, won) = (0, 0)
      for _ in 0..<200 {
        let share = draw()
        if share < 0.05 { lost += 1 } else if share < 0.08 { won += 1 }
      }
      let interval = PairedProportions(lost: lost, won: won, of: 200).interval95
      if interval.contains(0.02) { inside += 1 }
    }
    #expect((930...975).contains(inside), "\(inside) of \(rounds)")
  }

  @Test("McNemar's exact test by hand")
  func exactTest() {
    #expect((PairedProportions(lost: 6, won: 1, of: 50).pValue - 0.125).magnitude < 1e-12)
    #expect(PairedProportions(lost: 0, won: 0, of: 50).pValue == 1)
    #expect(PairedProportions(lost: 5, won: 5, of: 50).pValue == 1)
    #expect((PairedProportions(lost: 0, won: 10, of: 50).pValue - 2.0 / 1024).magnitude < 1e-12)
    let many = PairedProportions(lost: 30_000, won: 29_000, of: 100_000).pValue
    #expect(many > 0 && many < 1e-4)
  }

  @Test("as many images as are said to be needed settle it")
  func needed() throws {
    let paired = PairedProportions(lost: 12, won: 8, of: 500)
    let needed = try #require(paired.questionsNeeded(toSettle: 0.02))
    func upper(_ times: Double) -> Double {
      let counts = [12, 8, 500].map { Int(($0 * times).rounded()) }
      return PairedProportions(lost: counts[0], won: counts[1], of: counts[2]).interval95.upperBound
    }
    let times = Double(needed) / 500
    #expect(paired.interval95.upperBound > 0.02)
    #expect(upper(times * 1.02) <= 0.0201 && upper(times * 0.9) > 0.0201)
    #expect(PairedProportions(lost: 10, won: 0, of: 500).questionsNeeded(toSettle: 0.02) == nil)
    #expect(
      (PairedProportions(lost: 0, won: 0, of: 10).questionsNeeded(toSettle: 0.005) ?? 0) > 700
    )
  }
}
