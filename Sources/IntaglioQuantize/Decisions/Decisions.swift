import IntaglioGraph
import IntaglioNumerics

/// What has been decided of a network: the quantizers of its operands and the codes of its weights.
struct Decisions: Sendable {
  /// By the value that a linear layer reads.
  var inputs: [Value: ChannelQuantizer] = [:]
  /// By linear layer or patch embedding.
  var weights: [Value: WeightCodes] = [:]
  /// By product of activations.
  var products: [Value: ProductQuantizers] = [:]
  /// Of the model's input.
  var pixels: PixelQuantizer?
}

/// Codes of the input of linear layers, with a scale of its own for every channel.
///
/// x ≈ scale·u + low, u unsigned. The scales go into the rows of the weights behind it, the lows
/// into their bias, so neither costs anything when it runs.
struct ChannelQuantizer: Sendable, Hashable {
  let bits: Int
  /// One per channel, positive.
  let scales: [Float]
  /// The real number of code 0, one per channel.
  let lows: [Float]
  /// `lows` as −scale·zero, where a function is in front.
  let zeros: [Int]?

  var type: IntegerType { .u(bits) }
}

/// The codes of one layer's weights: w ≈ scale·code, one scale per output channel.
struct WeightCodes: Sendable, Hashable {
  let bits: Int
  /// `[k, n]`; for a patch embedding `[o, c, h, w]`.
  let codes: [Int]
  /// One per output channel; may be negative.
  let scales: [Float]
  /// What is added to the sums, one per output channel: what the lows of the input stand for, and
  /// what corrects the mean.
  let addends: [Float]

  var type: IntegerType { .i(bits) }
}

/// The quantizers of both factors of a product of activations.
struct ProductQuantizers: Sendable, Hashable {
  struct Factor: Sendable, Hashable {
    let type: IntegerType
    /// Of numbers as floats hold them exactly.
    let scale: Broadcast<Float>
    /// What is taken off before; the same along the tokens.
    let center: Broadcast<Float>?
  }

  let left: Factor
  let right: Factor
  /// How the left factor is quantized instead, where it is a softmax.
  var softmax: RelativeSoftmax?
}

/// A softmax quantized relative to the largest entry of its row, which is 1, and divided by the sum of
/// its codes after the product: every row uses all codes.
///
/// Narrow codes are those of the square root, c ↦ c²: fine steps where most entries are.
struct RelativeSoftmax: Sendable, Hashable {
  let bits: Int

  var type: IntegerType { .u(bits) }
  /// The largest code, that of 1.
  var largest: Int { (1 << bits) - 1 }
  /// Whether codes are those of the square root.
  var isSquared: Bool { bits < 7 }
  /// What each code stands for, of at most 8 bits; `nil` for itself.
  var levels: [Int]? {
    guard isSquared else { return nil }
    let square = largest * largest
    guard square > 255 else { return (0...largest).map { $0 * $0 } }
    return (0...largest).map { ($0 * $0 * 255 + square / 2) / square }
  }
}

/// Pixels as the codes that they were: x = scale·p + low, one of each per plane, p in 0…255.
struct PixelQuantizer: Sendable, Hashable {
  let scales: [Float]
  let lows: [Float]
}
