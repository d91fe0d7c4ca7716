import IntaglioGraph
import IntaglioNumerics

/// The numbers of a quantizer, dequantizer or requantizer, stretched over each other and converted.
struct Float32Parameters: Sendable {
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
    guard let affine = operation.affine else { return nil }
    let zeroPoints = affine.zeroPoint.values.compactMap { Int32(exactly: $0) }
    guard
      zeroPoints.count == affine.zeroPoint.values.count,
      let shape = Shape.broadcast(affine.scale.shape, affine.zeroPoint.shape)
        .flatMap({ Shape.broadcast($0, affine.offset.shape) })
    else { return nil }
    let scales = affine.scale.expanded(over: shape)
    let offsets = affine.offset.expanded(over: shape)
    self.shape = shape
    self.zeroPoint = affine.zeroPoint.expanded(over: shape).map { Int32(truncatingIfNeeded: $0) }
    self.largestZeroPoint = affine.zeroPoint.values.reduce(0) { max($0, abs($1)) }
    self.scale = affine.requantizes ? [] : scales.map(\.floatValue)
    self.offset = affine.offset.values.allSatisfy(\.isZero) ? [] : offsets.map(\.floatValue)
    self.rounding = AffineRounding(
      multipliers: affine.requantizes ? scales : [],
      offsets: affine.requantizes ? offsets : []
    )
  }
}
