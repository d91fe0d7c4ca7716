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

  /// - Returns: the widths of every layer but the first and the last.
  /// - Throws: `QuantizeError.budget` for one that even 2 bits everywhere exceed.
  package func widths(within budget: WidthBudget) throws(QuantizeError) -> [String: LayerWidths] {
    try Self.check(budget, layers, stated)
    let free = layers.filter { !$0.isEdge && !stated.contains($0.name) }
    let fixed = layers.filter { $0.isEdge || stated.contains($0.name) }
    let room = budget.room(in: layers, besides: fixed)
    let mean = mean(budget, free, within: room)
    let choices = free.map { self.choices(of: $0, within: budget, around: mean) }
    let items = zip(free, choices).map { layer, widths in
      widths.map {
        WidthKnapsack.Choice(
          cost: budget.cost(of: layer, $0),
          loss: loss(of: layer, $0, around: mean)
        )
      }
    }
    let chosen = WidthKnapsack(items).best(within: room)
    var result: [String: LayerWidths] = [:]
    // What fits at 2 bits everywhere has a choice.
    for (index, choice) in (chosen ?? []).enumerated() {
      result[free[index].name] = choices[index][choice]
    }
    return result
  }

  /// - Throws: `QuantizeError.budget` for one that even 2 bits everywhere exceed.
  package static func check(
    _ budget: WidthBudget,
    _ layers: [QuantizedLayer],
    _ stated: Set<String>
  ) throws(QuantizeError) {
    let free = layers.filter { !$0.isEdge && !stated.contains($0.name) }
    let fixed = layers.filter { $0.isEdge || stated.contains($0.name) }
    let least = free.reduce(0) { sum, layer in
      let widths = LayerWidths(
        weights: budget.movesWeights && layer.widths.weights != nil ? 2 : layer.widths.weights,
        activations: budget.movesActivations ? 2 : layer.widths.activations
      )
      return sum + budget.cost(of: layer, widths)
    }
    let room = budget.room(in: layers, besides: fixed)
    guard least <= room else { throw .budget(budget.text, least: least, room: room) }
  }

  /// The sum of the divergences of single multiplications.
  package func divergence(of widths: [String: LayerWidths]) -> Double {
    layers.reduce(0) { sum, layer in
      guard !layer.isEdge else { return sum }
      return sum + loss(of: layer, widths[layer.name] ?? layer.widths, around: 0)
    }
  }

  /// Bits taken away cost more in company than alone: errors add up from layer to layer, and the sum of
  /// what single layers cause is then about half of what all of them do together.
  private static let company = 2.5

  private func loss(of layer: QuantizedLayer, _ widths: LayerWidths, around mean: Int) -> Double {
    func loss(_ curve: WidthCurve?, _ bits: Int?) -> Double {
      guard let curve, let bits else { return 0 }
      return curve[bits] * (bits < mean ? Self.company : 1)
    }
    return loss(sensitivity.activations[layer.name], widths.activations)
      + loss(sensitivity.weights[layer.name], widths.weights)
  }

  /// The bits that all of `free` would have if they had the same.
  private func mean(_ budget: WidthBudget, _ free: [QuantizedLayer], within room: Int) -> Int {
    (2...8).last { bits in
      let cost = free.reduce(0) { sum, layer in
        let weights = layer.widths.weights == nil ? nil : bits
        let uniform = LayerWidths(
          weights: budget.movesWeights ? weights : layer.widths.weights,
          activations: budget.movesActivations ? bits : layer.widths.activations
        )
        return sum + budget.cost(of: layer, uniform)
      }
      return cost <= room
    } ?? 2
  }

  /// From one bit less than the mean on: below, nothing is measured and much is lost.
  private func choices(
    of layer: QuantizedLayer,
    within budget: WidthBudget,
    around mean: Int
  ) -> [LayerWidths] {
    let all = Array(max(2, mean - 1)...8)
    let moves = budget.movesWeights && layer.widths.weights != nil
    let weights: [Int?] = moves ? all.map { $0 } : [layer.widths.weights]
    let activations = budget.movesActivations ? all : [layer.widths.activations]
    return weights.flatMap { weight in
      activations.map { LayerWidths(weights: weight, activations: $0) }
    }
  }
}
