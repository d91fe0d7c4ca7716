/// How a float model is quantized.
public struct QuantizeOptions: Sendable, Hashable {
  /// Bits of weights and of activations, 2 to 8.
  public var weights: Int
  public var activations: Int
  /// Bits of the weights of the first and the last layer, and of the activations that the last reads.
  public var edges: Int
  /// Pixels as the codes that they were: x = scale·p + low, one of each per plane.
  public var pixels: Pixels?
  /// Widths of single layers, by the name of their multiplication.
  public var layers: [String: LayerWidths] = [:]
  /// The methods that are left out.
  public var without: Set<Method> = []
  /// How much of a layer's target is the float model's, the rest its own: 0 to 1.
  public var propagation: Double?
  /// λ of the ridge correction, of the mean diagonal of the Gram matrix.
  public var damping: Double?

  /// What a quantizer does beyond rounding to the nearest code.
  public enum Method: String, Sendable, Hashable, CaseIterable {
    /// The mean of every channel of keys, which softmax does not see, is taken off.
    case centeredKeys = "centered-keys"
    /// The mean of every channel of values goes round the product, into what follows.
    case centeredValues = "centered-values"
    /// Softmax relative to the largest entry of its row, divided by the sum of its codes after the product.
    case relativeSoftmax = "relative-softmax"
    /// A scale for every channel of a linear layer's input, which goes into the weights.
    case channelScales = "channel-scales"
    /// Ranges of least mean square error instead of the ends.
    case searchedRanges = "searched-ranges"
    /// Behind a function, codes of up to 5 bits whose upper half stands wider apart.
    case unevenLevels = "uneven-levels"
    /// Hidden channels of far larger weights than the others, once scales are in them, keep 8 bits.
    case outlierChannels = "outlier-channels"
    /// Weights are corrected for what comes in, by ridge regression.
    case ridge
    /// The error of a rounded weight is passed on to those that are left (GPTQ).
    case errorFeedback = "error-feedback"
    /// Codes move as long as that lowers the error of the sums.
    case descent
    /// Several ranges are tried for every output channel of weights.
    case clipping
    /// The first token weighs as much as the answers depend on it.
    case tokenWeights = "token-weights"
    /// Means of the sums are those of the float model.
    case biasCorrection = "bias-correction"
  }

  /// - Throws: `QuantizeError` for a width or a share that means nothing.
  func check() throws(QuantizeError) {
    let widths = [("weights", weights), ("activations", activations), ("edges", edges)]
    for (what, bits) in widths where !(2...8).contains(bits) {
      throw .width(what: what, found: bits)
    }
    if let propagation, !(0...1).contains(propagation) {
      throw .share(what: "propagation", expected: "0 to 1", found: propagation)
    }
    if let damping, !(damping > 0 && damping < 1e6) {
      throw .share(what: "damping", expected: "above 0", found: damping)
    }
  }

  func uses(_ method: Method) -> Bool { !without.contains(method) }

  public struct Pixels: Sendable, Hashable {
    public let scales: [Float]
    public let lows: [Float]

    public init(scales: [Float], lows: [Float]) { (self.scales, self.lows) = (scales, lows) }
  }

  public init(weights: Int = 8, activations: Int = 8, edges: Int = 8) {
    (self.weights, self.activations, self.edges) = (weights, activations, edges)
  }
}
