extension ComparisonReport {
  /// The codes that all layers of one kind change of their own, fed with side a's values.
  ///
  /// Names the cause of a loss that no single layer has: streams show at the norms that read them,
  /// an exponential at the softmaxes, a lookup's index at the lookups.
  public struct Kind: Encodable {
    public let kind: String
    public let layers: Int
    public let changedLocally: Int
    public let elements: Int
    /// Of the codes that all kinds change of their own.
    public let share: Double
  }

  /// The kinds that change codes of their own, the one that changes most first.
  public static func kinds(of layers: [Layer]) -> [Kind] {
    var sums: [String: (layers: Int, changed: Int, elements: Int)] = [:]
    for layer in layers {
      guard let changed = layer.changedLocally.value else { continue }
      var sum = sums[layer.kind] ?? (0, 0, 0)
      sum = (sum.layers + 1, sum.changed + changed, sum.elements + layer.elements)
      sums[layer.kind] = sum
    }
    let total = sums.values.reduce(0) { $0 + $1.changed }
    return
      sums
      .filter { $0.value.changed > 0 }
      .map { kind, sum in
        Kind(
          kind: kind,
          layers: sum.layers,
          changedLocally: sum.changed,
          elements: sum.elements,
          share: Double(sum.changed) / Double(max(total, 1))
        )
      }
      .sorted { ($1.changedLocally, $0.kind) < ($0.changedLocally, $1.kind) }
  }
}
