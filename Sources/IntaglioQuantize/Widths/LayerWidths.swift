/// The bits of one multiplication's operands, 2 to 8.
public struct LayerWidths: Sendable, Hashable, Codable {
  /// Of the weights; `nil` for a product of activations.
  public var weights: Int?
  /// Of the activations; of a convolution of pixels always 8.
  public var activations: Int

  public init(weights: Int?, activations: Int) {
    (self.weights, self.activations) = (weights, activations)
  }
}
