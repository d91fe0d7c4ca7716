/// A multiplication of a model and the widths that were chosen for it.
public struct QuantizedLayer: Sendable, Hashable {
  public let name: String
  public let widths: LayerWidths
  /// The number of weights; 0 for a product of activations.
  public let weightCount: Int
  /// Multiply-accumulates for one sample.
  public let macs: Int
  /// Whether it is the first or the last: widths of its own, unless they are stated.
  public let isEdge: Bool
  /// Layers with the same number read the same codes; `nil` for products of activations.
  package let input: Int?

  package init(
    name: String,
    widths: LayerWidths,
    weightCount: Int,
    macs: Int,
    isEdge: Bool,
    input: Int? = nil
  ) {
    (self.name, self.widths, self.weightCount) = (name, widths, weightCount)
    (self.macs, self.isEdge, self.input) = (macs, isEdge, input)
  }
}

extension [QuantizedLayer] {
  /// Bits of a weight in the mean, the first and the last layer left out; `nil` where nothing is left.
  public var meanWeightBits: Double? {
    let inner = filter { !$0.isEdge && $0.widths.weights != nil }
    let count = inner.reduce(0) { $0 + $1.weightCount }
    guard count > 0 else { return nil }
    return Double(inner.reduce(0) { $0 + $1.weightCount * ($1.widths.weights ?? 0) })
      / Double(count)
  }

  /// Bits of activations in the mean over multiply-accumulates, the first and the last layer left out.
  public var meanActivationBits: Double? {
    let inner = filter { !$0.isEdge }
    let count = inner.reduce(0) { $0 + $1.macs }
    guard count > 0 else { return nil }
    return Double(inner.reduce(0) { $0 + $1.macs * $1.widths.activations }) / Double(count)
  }

  /// Σ MACs · bits of one operand · bits of the other.
  public var bitOperations: Int {
    reduce(0) {
      $0 + $1.macs * $1.widths.activations * ($1.widths.weights ?? $1.widths.activations)
    }
  }

  /// Bytes of the weights at their widths.
  public var weightBytes: Int {
    (reduce(0) { $0 + $1.weightCount * ($1.widths.weights ?? 0) } + 7) / 8
  }
}
