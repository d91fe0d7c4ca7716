import IntaglioNumerics

/// The numbers of a quantizer, dequantizer or requantizer, stretched over each other and converted.
struct OracleParameters<Number: OracleNumber>: Sendable {
  /// The common shape of all arrays.
  let shape: [Int]
  let zeroPoint: [Int]
  /// The scale of a quantizer or dequantizer.
  let scale: [Number]
  /// The offset of a dequantizer, `nil` where it is zero.
  let offset: [Number?]
  /// The multiplier and offset of a requantizer.
  let rounding: AffineRounding

  /// `nil` when `operation` has no such parameters.
  init?(_ operation: Operation) {
    switch operation {
    case .quantize(let quantizer):
      self.init(quantizer.scale, quantizer.zeroPoint, Scale(.zero), requantizes: false)
    case .dequantize(let dequantizer):
      self.init(
        dequantizer.scale,
        dequantizer.zeroPoint,
        dequantizer.offset,
        requantizes: false
      )
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
    requantizes: Bool
  ) {
    // All three stretch over the operand, so they stretch over each other.
    guard
      let shape = Shape.broadcast(scale.shape, zeroPoint.shape)
        .flatMap({ Shape.broadcast($0, offset.shape) })
    else { return nil }
    let (scales, offsets) = (scale.expanded(over: shape), offset.expanded(over: shape))
    self.shape = shape
    self.zeroPoint = zeroPoint.expanded(over: shape)
    self.scale = requantizes ? [] : scales.map { Number($0) }
    self.offset = requantizes ? [] : offsets.map { $0.isZero ? nil : Number($0) }
    self.rounding = AffineRounding(
      multipliers: requantizes ? scales : [],
      offsets: requantizes ? offsets : []
    )
  }
}
