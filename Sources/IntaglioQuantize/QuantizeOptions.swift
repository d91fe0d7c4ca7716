/// How a float model is quantized.
public struct QuantizeOptions: Sendable, Hashable {
  /// Bits of weights and of activations, 2 to 8.
  public var weights: Int
  public var activations: Int
  /// Bits of the weights of the first and the last layer, and of the activations that the last reads.
  public var edges: Int
  /// Pixels as the codes that they were: x = scale·p + low, one of each per plane.
  public var pixels: Pixels?
  /// How much of a layer's target is the float model's, the rest its own: 0 to 1.
  public var propagation: Double?
  /// λ of the ridge correction, of the mean diagonal of the Gram matrix.
  public var damping: Double?

  public struct Pixels: Sendable, Hashable {
    public let scales: [Float]
    public let lows: [Float]

    public init(scales: [Float], lows: [Float]) { (self.scales, self.lows) = (scales, lows) }
  }

  public init(weights: Int = 8, activations: Int = 8, edges: Int = 8) {
    (self.weights, self.activations, self.edges) = (weights, activations, edges)
  }
}
