/// Chooses one of several choices for every item so that the sum of losses is least within a budget of
/// costs: exactly, by keeping of all partial sums those that no other beats in both.
package struct WidthKnapsack: Sendable {
  package struct Choice: Sendable {
    package let cost: Int
    package let loss: Double

    package init(cost: Int, loss: Double) { (self.cost, self.loss) = (cost, loss) }
  }

  /// Beyond so many partial sums those of nearly equal cost are thinned out; of the networks that are known
  /// none comes near.
  private static let mostStates = 200_000

  private struct State {
    let cost: Int
    let loss: Double
    let choice: Int
    let parent: Int
  }

  package let items: [[Choice]]

  package init(_ items: [[Choice]]) { self.items = items }

  /// - Returns: the index of the choice of every item; `nil` where even the cheapest cost more.
  package func best(within budget: Int) -> [Int]? {
    // What the items behind cost at least: sums that leave no room for them are dropped at once.
    var least = [Int](repeating: 0, count: items.count + 1)
    for index in items.indices.reversed() {
      least[index] = least[index + 1] + (items[index].map(\.cost).min() ?? 0)
    }
    var levels: [[State]] = [[State(cost: 0, loss: 0, choice: 0, parent: 0)]]
    for (index, choices) in items.enumerated() {
      var states: [State] = []
      for (parent, state) in levels[index].enumerated() {
        for (number, choice) in choices.enumerated()
        where state.cost + choice.cost + least[index + 1] <= budget {
          states.append(
            State(
              cost: state.cost + choice.cost,
              loss: state.loss + choice.loss,
              choice: number,
              parent: parent
            )
          )
        }
      }
      levels.append(Self.undominated(states))
    }
    guard var position = levels[items.count].indices.last else { return nil }
    var chosen = [Int](repeating: 0, count: items.count)
    for index in items.indices.reversed() {
      let state = levels[index + 1][position]
      chosen[index] = state.choice
      position = state.parent
    }
    return chosen
  }

  /// In ascending order of cost, each with less loss than all before.
  private static func undominated(_ states: [State]) -> [State] {
    var result: [State] = []
    for state in states.sorted(by: { ($0.cost, $0.loss) < ($1.cost, $1.loss) })
    where result.last.map({ state.loss < $0.loss }) ?? true {
      result.append(state)
    }
    guard result.count > mostStates else { return result }
    let step = (result.count + mostStates - 1) / mostStates
    return result.indices.filter { $0 % step == 0 || $0 == result.count - 1 }.map { result[$0] }
  }
}
