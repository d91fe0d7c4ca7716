/// Chooses widths within budgets, so that the sum of the divergences that single multiplications cause is
/// least. (That the whole has about the sum of its parts holds while widths are near each other.)
package struct WidthSearch: Sendable {
  /// With their uniform widths.
  package let layers: [QuantizedLayer]
  package let sensitivity: WidthSensitivity
  /// The layers that keep what is stated for them.
  package let stated: Set<String>

  package init(_ layers: [QuantizedLayer], _ sensitivity: WidthSensitivity, stated: Set<String>) {
    (self.layers, self.sensitivity, self.stated) = (layers, sensitivity, stated)
  }

  /// What taking bits away from a layer, below what all would have, is thought to cost: errors add up from layer
  /// to layer, so that it is more in company than alone.
  package enum Removal: Sendable, CaseIterable {
    /// It is not done.
    case never
    /// Five times the loss of the layer alone.
    case dear
    /// 2.5 times: the sum of what single layers cause is about half of what all of them do together.
    case usual

    var factor: Double {
      switch self {
      case .never: 1
      case .dear: 5
      case .usual: 2.5
      }
    }
  }

  /// - Returns: the widths of every layer but the first, the last and those that are stated.
  /// - Throws: `QuantizeError.budget` for one that even 2 bits everywhere exceed.
  package func widths(
    within budget: WidthBudget,
    _ removal: Removal = .usual
  ) throws(QuantizeError) -> [String: LayerWidths] {
    try check(budget)
    let free = layers.filter { !$0.isEdge && !stated.contains($0.name) }
    let fixed = layers.filter { $0.isEdge || stated.contains($0.name) }
    let room = budget.room(in: layers, besides: fixed)
    let mean = mean(budget, free, within: room)
    let groups = Self.groups(free)
    let choices = groups.map { self.choices(of: $0, within: budget, around: mean, removal) }
    let items = zip(groups, choices).map { group, widths in
      widths.map { widths in
        WidthKnapsack.Choice(
          cost: group.reduce(0) { $0 + budget.cost(of: $1, self.widths(of: $1, widths, budget)) },
          loss: group.reduce(0) {
            $0 + loss(of: $1, self.widths(of: $1, widths, budget), around: mean, removal.factor)
          }
        )
      }
    }
    guard let chosen = WidthKnapsack(items).best(within: room) else {
      let least = items.reduce(0) { $0 + ($1.map(\.cost).min() ?? 0) }
      throw .budget(budget.text, least: least, room: room)
    }
    var result: [String: LayerWidths] = [:]
    for (index, choice) in chosen.enumerated() {
      for layer in groups[index] {
        result[layer.name] = self.widths(of: layer, choices[index][choice], budget)
      }
    }
    return result
  }

  /// What the choice of a group means for one of its layers: weights that do not move are its own, and codes that
  /// a stated layer reads too have at least the bits that are stated.
  private func widths(
    of layer: QuantizedLayer,
    _ choice: LayerWidths,
    _ budget: WidthBudget
  ) -> LayerWidths {
    let shared = layers.filter {
      stated.contains($0.name) && $0.input != nil && $0.input == layer.input
    }
    var result = layer.widths
    if budget.movesWeights, result.weights != nil { result.weights = choice.weights }
    if budget.movesActivations { result.activations = choice.activations }
    result.activations = max(result.activations, shared.map(\.widths.activations).max() ?? 0)
    return result
  }

  /// Layers that read the same codes, queries, keys and values say, have the same widths.
  private static func groups(_ layers: [QuantizedLayer]) -> [[QuantizedLayer]] {
    var (groups, places) = ([[QuantizedLayer]](), [Int: Int]())
    for layer in layers {
      if let input = layer.input, let place = places[input] {
        groups[place].append(layer)
      } else {
        if let input = layer.input { places[input] = groups.count }
        groups.append([layer])
      }
    }
    return groups
  }

  /// - Throws: `QuantizeError.budget` for one that even 2 bits everywhere exceed.
  package func check(_ budget: WidthBudget) throws(QuantizeError) {
    let (least, room) = leastAndRoom(budget)
    guard least <= room else { throw .budget(budget.text, least: least, room: room) }
  }

  /// Whether 2 bits everywhere are within `budget`.
  func holds(_ budget: WidthBudget) -> Bool {
    let (least, room) = leastAndRoom(budget)
    return least <= room
  }

  private func leastAndRoom(_ budget: WidthBudget) -> (least: Int, room: Int) {
    let free = layers.filter { !$0.isEdge && !stated.contains($0.name) }
    let fixed = layers.filter { $0.isEdge || stated.contains($0.name) }
    return (cost(budget, free, bits: 2), budget.room(in: layers, besides: fixed))
  }

  /// What `free` costs if every layer of it has the same bits, as far as `budget` moves them.
  private func cost(_ budget: WidthBudget, _ free: [QuantizedLayer], bits: Int) -> Int {
    let uniform = LayerWidths(weights: bits, activations: bits)
    return free.reduce(0) { $0 + budget.cost(of: $1, widths(of: $1, uniform, budget)) }
  }

  /// The sum of the divergences of single multiplications.
  package func divergence(of widths: [String: LayerWidths]) -> Double {
    layers.reduce(0) { sum, layer in
      guard !layer.isEdge else { return sum }
      return sum + loss(of: layer, widths[layer.name] ?? layer.widths, around: 0, 1)
    }
  }

  private func loss(
    of layer: QuantizedLayer,
    _ widths: LayerWidths,
    around mean: Int,
    _ factor: Double
  ) -> Double {
    func loss(_ curve: WidthCurve?, _ bits: Int?) -> Double {
      guard let curve, let bits else { return 0 }
      return curve[bits] * (bits < mean ? factor : 1)
    }
    return loss(sensitivity.activations[layer.name], widths.activations)
      + loss(sensitivity.weights[layer.name], widths.weights)
  }

  /// The bits that all of `free` would have if they had the same.
  private func mean(_ budget: WidthBudget, _ free: [QuantizedLayer], within room: Int) -> Int {
    (2...8).last { cost(budget, free, bits: $0) <= room } ?? 2
  }

  /// From one bit less than the mean on: below, nothing is measured and much is lost.
  private func choices(
    of group: [QuantizedLayer],
    within budget: WidthBudget,
    around mean: Int,
    _ removal: Removal
  ) -> [LayerWidths] {
    let all = Array(max(2, removal == .never ? mean : mean - 1)...8)
    let first = group.first?.widths ?? LayerWidths(weights: nil, activations: 8)
    let weights: [Int?] =
      budget.movesWeights && first.weights != nil ? all.map { $0 } : [first.weights]
    let activations = budget.movesActivations ? all : [first.activations]
    return weights.flatMap { weight in
      activations.map { LayerWidths(weights: weight, activations: $0) }
    }
  }
}
