import IntaglioGraph
import IntaglioNumerics

/// The numbers of a quantizer, dequantizer or requantizer, stretched over each other and converted.
struct ReferenceParameters: Sendable {
  /// The common shape of all arrays.
  let shape: [Int]
  let zeroPoint: [Int32]
  /// The scale of a quantizer or dequantizer.
  let scale: [Float]
  /// The offset of a dequantizer, empty where all are zero.
  let offset: [Float]
  /// The multiplier and offset of a requantizer.
  let rounding: AffineRounding
  /// The largest magnitude among the zero points.
  let largestZeroPoint: Int

  /// `nil` when `operation` has no such parameters, or a zero point leaves i32.
  init?(_ operation: IntaglioGraph.Operation) {
    switch operation {
    case .quantize(let quantizer):
      self.init(quantizer.scale, quantizer.zeroPoint, Scale(.zero))
    case .dequantize(let dequantizer):
      self.init(dequantizer.scale, dequantizer.zeroPoint, dequantizer.offset)
    case .requantize(let requantizer):
      self.init(
        requantizer.multiplier,
        requantizer.zeroPoint,
        requantizer.offset,
        requantizes: true
      )
    case .input, .constant, .layout, .concat, .matmul, .convolution, .add, .subtract, .multiply,
      .sum, .divide, .mean, .function, .softmax, .layerNorm, .rmsNorm, .integer:
      return nil
    }
  }

  private init?(
    _ scale: Scale,
    _ zeroPoint: ZeroPoint,
    _ offset: Scale,
    requantizes: Bool = false
  ) {
    let zeroPoints = zeroPoint.values.compactMap { Int32(exactly: $0) }
    guard
      zeroPoints.count == zeroPoint.values.count,
      let shape = Shape.broadcast(scale.shape, zeroPoint.shape)
        .flatMap({ Shape.broadcast($0, offset.shape) })
    else { return nil }
    let (scales, offsets) = (scale.expanded(over: shape), offset.expanded(over: shape))
    self.shape = shape
    self.zeroPoint = zeroPoint.expanded(over: shape).map { Int32(truncatingIfNeeded: $0) }
    self.largestZeroPoint = zeroPoint.values.reduce(0) { max($0, abs($1)) }
    self.scale = requantizes ? [] : scales.map(\.floatValue)
    self.offset = offset.values.allSatisfy(\.isZero) ? [] : offsets.map(\.floatValue)
    self.rounding = AffineRounding(
      multipliers: requantizes ? scales : [],
      offsets: requantizes ? offsets : []
    )
  }
}
