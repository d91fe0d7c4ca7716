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
    guard let affine = operation.affine else { return nil }
    // All three stretch over the operand, so they stretch over each other.
    guard
      let shape = Shape.broadcast(affine.scale.shape, affine.zeroPoint.shape)
        .flatMap({ Shape.broadcast($0, affine.offset.shape) })
    else { return nil }
    let scales = affine.scale.expanded(over: shape)
    let offsets = affine.offset.expanded(over: shape)
    self.shape = shape
    self.zeroPoint = affine.zeroPoint.expanded(over: shape)
    self.scale = affine.requantizes ? [] : scales.map { Number($0) }
    self.offset = affine.requantizes ? [] : offsets.map { $0.isZero ? nil : Number($0) }
    self.rounding = AffineRounding(
      multipliers: affine.requantizes ? scales : [],
      offsets: affine.requantizes ? offsets : []
    )
  }
}
