import IntaglioGraph
import IntaglioNumerics

extension IntegerSoftmax {
  /// A softmax with one scale of scores and one of probabilities.
  init(
    _ exponential: Exponential,
    _ type: IntegerType,
    scale: Rational,
    step: Rational,
    zeroPoint: Int = 0,
    placement: ZeroPointPlacement = .afterRounding
  ) {
    self.init(
      scale: Scale(scale),
      exponential: exponential,
      quantizer: Quantizer(
        type,
        scale: Scale(step),
        zeroPoint: ZeroPoint(zeroPoint),
        placement: placement
      )
    )
  }
}
