package import IntaglioGraph
package import IntaglioNumerics

/// What has been decided of a network: the quantizers of its operands and the codes of its weights.
package struct Decisions: Sendable {
  /// By the value that a linear layer reads.
  package var inputs: [Value: ChannelQuantizer] = [:]
  /// By linear layer or convolution.
  package var weights: [Value: WeightCodes] = [:]
  /// By product of activations.
  package var products: [Value: ProductQuantizers] = [:]
  /// By what a convolution of pixels without padding reads.
  package var pixels: [Value: PixelQuantizer] = [:]
  /// By what any other convolution reads.
  package var images: [Value: ImageQuantizer] = [:]

  package init() {}
}

/// Codes of the input of linear layers, with a scale of its own for every channel.
///
/// x ≈ scale·u + low, u unsigned. The scales go into the rows of the weights behind it, the lows
/// into their bias, so neither costs anything when it runs.
package struct ChannelQuantizer: Sendable, Hashable {
  package let bits: Int
  /// One per channel, positive.
  package let scales: [Float]
  /// The real number of code 0, one per channel.
  package let lows: [Float]
  /// `lows` as −scale·zero, where a function is in front.
  package let zeros: [Int]?
  /// Which channels stand together, each group a tensor of its own until the groups are joined.
  ///
  /// Empty where all stand in their own order. Behind a function a group of one scale has one table.
  package var groups: [[Int]] = []
  /// Channels that stay apart, with 8 bits and weights of 8 bits: a second product.
  package var outliers: [Int] = []

  package init(bits: Int, scales: [Float], lows: [Float], zeros: [Int]?) {
    (self.bits, self.scales, self.lows, self.zeros) = (bits, scales, lows, zeros)
  }

  /// What the codes stand for; `nil` for themselves.
  package var levels: CodeLevels?

  /// What the multiplication reads.
  package var type: IntegerType { levels?.type ?? .u(bits) }
  /// The type of the outliers' codes.
  package static let outlierType = IntegerType.u(8)

  /// Whether the channels are more than one tensor.
  package var isSplit: Bool { !groups.isEmpty || !outliers.isEmpty }
  /// The channels as the codes have them, the outliers last.
  package var order: [Int] { usual + outliers }
  /// The channels that are no outliers, as the codes have them.
  package var usual: [Int] {
    groups.isEmpty
      ? scales.indices.filter { !outliers.contains($0) } : groups.flatMap { $0 }
  }
}

/// The codes of one layer's weights: w ≈ scale·code, one scale per output channel.
package struct WeightCodes: Sendable, Hashable {
  package let bits: Int
  /// `[k, n]`, the rows of outliers zero; of a convolution `[o, c / groups, h, w]`.
  package let codes: [Int]
  /// One per output channel; may be negative.
  package let scales: [Float]
  /// What is added to the sums, one per output channel: what the lows of the input stand for, and
  /// what corrects the mean.
  package let addends: [Float]
  /// The weights of the outliers.
  package var outliers: Outliers?

  package init(bits: Int, codes: [Int], scales: [Float], addends: [Float]) {
    (self.bits, self.codes, self.scales, self.addends) = (bits, codes, scales, addends)
  }

  package var type: IntegerType { .i(bits) }

  /// Weights of 8 bits of the input channels that stay apart.
  package struct Outliers: Sendable, Hashable {
    package static let type = IntegerType.i(8)

    /// `[outliers, n]`.
    package let codes: [Int]
    /// One per output channel.
    package let scales: [Float]

    package init(codes: [Int], scales: [Float]) { (self.codes, self.scales) = (codes, scales) }
  }
}

/// The quantizers of both factors of a product of activations.
package struct ProductQuantizers: Sendable, Hashable {
  package struct Factor: Sendable, Hashable {
    package let type: IntegerType
    /// Of numbers as floats hold them exactly.
    package let scale: Broadcast<Float>
    /// What is taken off before; the same along the tokens.
    package let center: Broadcast<Float>?

    package init(type: IntegerType, scale: Broadcast<Float>, center: Broadcast<Float>?) {
      (self.type, self.scale, self.center) = (type, scale, center)
    }
  }

  package let left: Factor
  package let right: Factor
  /// How the left factor is quantized instead, where it is a softmax.
  package var softmax: RelativeSoftmax?

  package init(left: Factor, right: Factor, softmax: RelativeSoftmax? = nil) {
    (self.left, self.right, self.softmax) = (left, right, softmax)
  }
}

/// A softmax quantized relative to the largest entry of its row, which is 1, and divided by the sum of
/// its codes after the product: every row uses all codes.
///
/// Narrow codes are those of the square root, c ↦ c²: fine steps where most entries are.
package struct RelativeSoftmax: Sendable, Hashable {
  package let bits: Int

  package init(bits: Int) { self.bits = bits }

  package var type: IntegerType { .u(bits) }
  /// The largest code, that of 1.
  package var largest: Int { (1 << bits) - 1 }
  /// Whether codes are those of the square root.
  package var isSquared: Bool { bits < 7 }
  /// What each code stands for, of at most 8 bits; `nil` for itself.
  package var levels: [Int]? {
    guard isSquared else { return nil }
    let square = largest * largest
    guard square > 255 else { return (0...largest).map { $0 * $0 } }
    return (0...largest).map { ($0 * $0 * 255 + square / 2) / square }
  }
}

/// Pixels as the codes that they were: x = scale·p + low, one of each per plane, p in 0…255.
package struct PixelQuantizer: Sendable, Hashable {
  package let scales: [Float]
  package let lows: [Float]

  package init(scales: [Float], lows: [Float]) { (self.scales, self.lows) = (scales, lows) }
}
