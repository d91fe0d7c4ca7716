import IntaglioGraph
public import IntaglioNumerics

/// Why a matrix multiplication must stay on reals, and what would change that.
public enum Obstacle: Error, Hashable, Sendable, CustomStringConvertible {
  /// An operand was never quantized.
  case realOperand(side: Side, producer: String)
  /// An operand is a softmax that was never quantized.
  case realSoftmax(side: Side, softmax: String)
  /// Weights in the model are floats.
  case realWeights(side: Side)
  /// An operand is an integer of more than 8 bits: an accumulator nobody quantized.
  case wideOperand(side: Side, type: IntegerType, producer: String)
  /// The scale varies along the sum, so it cannot leave it.
  case scaleAlongContraction(side: Side, quantizer: String, axis: Int, scales: ScaleSummary)
  /// A real number is added to every operand after its scale.
  case offset(side: Side, producer: String)
  /// The zero point varies along rows (or columns) and along the sum at once.
  case zeroPointOverMatrix(side: Side, quantizer: String)
  /// A sum of products can leave 32 bits.
  case overflow(magnitude: Int)
  /// A convolution that is no patch embedding.
  case convolution(String)

  public enum Side: String, Hashable, Sendable, Codable {
    case left, right
  }

  /// The spread of a set of scales, as doubles for the reader.
  public struct ScaleSummary: Hashable, Sendable {
    public let count: Int
    public let smallest: Double
    public let largest: Double
    public let negative: Int

    init(_ scale: Scale) {
      let values = scale.values.map(\.doubleValue)
      count = values.count
      smallest = values.min() ?? 0
      largest = values.max() ?? 0
      negative = values.count { $0 < 0 }
    }
  }

  public var description: String {
    switch self {
    case .realOperand(let side, let producer):
      "\(side.rawValue) operand \(producer) is real: nothing quantizes it; "
        + "quantize it when training or calibrating the model, or quantize the float model with "
        + "'intaglio quantize'"
    case .realSoftmax(let side, let softmax):
      "\(side.rawValue) operand \(softmax) is a softmax that nothing quantizes; add --quantize-softmax 8 "
        + "(steps of 1/255), or quantize it when calibrating the model"
    case .realWeights(let side):
      "\(side.rawValue) operand is a constant of floats: the weights are not quantized, or they are "
        + "dequantized in steps (Cast, Sub, Mul) instead of by DequantizeLinear; quantize the model's "
        + "weights, and dequantize them by that one node"
    case .wideOperand(let side, let type, let producer):
      "\(side.rawValue) operand \(producer) is \(type), wider than 8 bits; "
        + "put a quantizer of at most 8 bits before the multiplication: calibrate the model with 8-bit "
        + "activations (QUInt8), or quantize the float model with 'intaglio quantize'"
    case .scaleAlongContraction(let side, let quantizer, let axis, let scales):
      "\(side.rawValue) operand \(quantizer) has \(scales.count) scales along axis \(axis), the "
        + "contraction axis (\(scales.smallest) to \(scales.largest), \(scales.negative) negative): "
        + "they cannot leave the sum; use one scale for this quantizer, or absorb the scales into "
        + "re-expressed weights of at most 8 bits (--absorb-scales; bounded, not exact)"
    case .offset(let side, let producer):
      "\(side.rawValue) operand \(producer) carries a real offset after its scale; "
        + "quantize after the addition instead"
    case .zeroPointOverMatrix(let side, let quantizer):
      "\(side.rawValue) operand \(quantizer) has a zero point of its own for every element of the "
        + "matrix; use one per row or one per index of the contraction axis"
    case .overflow(let magnitude):
      "sums can reach ±\(magnitude), beyond the 32-bit accumulator; "
        + "use fewer bits or a shorter contraction"
    case .convolution(let reason):
      "\(reason); such a convolution becomes an integer multiplication where its image is quantized "
        + "with one scale and one zero point"
    }
  }
}
