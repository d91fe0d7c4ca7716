import IntaglioNumerics
import IntaglioQuantize
import Testing

@Suite("WidthKnapsack: the least loss within a budget")
struct WidthKnapsackTests {
  /// Every combination of choices.
  private func bruteForce(_ items: [[WidthKnapsack.Choice]], within budget: Int) -> Double? {
    var sums = [(cost: 0, loss: 0.0)]
    for item in items {
      sums = sums.flatMap { sum in
        item.map { (cost: sum.cost + $0.cost, loss: sum.loss + $0.loss) }
      }
    }
    return sums.filter { $0.cost <= budget }.map(\.loss).min()
  }

  @Test("what it chooses is as good as the best of all", arguments: 1...60 as ClosedRange<UInt64>)
  func best(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let items = (0..<6).map { _ in
      (0..<Int.random(in: 1...5, using: &generator)).map { _ in
        WidthKnapsack.Choice(
          cost: Int.random(in: 0...9, using: &generator),
          loss: Double(Int.random(in: 0...100, using: &generator))
        )
      }
    }
    let knapsack = WidthKnapsack(items)
    for budget in 0...40 {
      let expected = bruteForce(items, within: budget)
      let chosen = knapsack.best(within: budget)
      #expect((chosen == nil) == (expected == nil))
      guard let chosen, let expected else { continue }
      let picked = zip(items, chosen).map { $0[$1] }
      #expect(picked.reduce(0) { $0 + $1.cost } <= budget)
      #expect(picked.reduce(0) { $0 + $1.loss } == expected)
    }
  }

  @Test("without items nothing is chosen, and nothing fits a budget below zero")
  func empty() {
    #expect(WidthKnapsack([]).best(within: 0) == [])
    #expect(WidthKnapsack([[WidthKnapsack.Choice(cost: 1, loss: 0)]]).best(within: -1) == nil)
  }
}
