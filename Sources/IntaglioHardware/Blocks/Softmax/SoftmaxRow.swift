import IntaglioGraph
import IntaglioNumerics

/// The numbers of a softmax for one of its rows.
struct SoftmaxRow {
  let exponential: IntegerSoftmax.Exponential
  /// Of the scores; not zero.
  let scale: Rational
  /// Of the codes: their type, the scale of probabilities, and a zero point.
  let type: IntegerType
  let step: Rational
  let zeroPoint: Int
  let placement: ZeroPointPlacement

  /// - Parameters:
  ///   - softmax: the program's operation.
  ///   - row: the indices of a row, without the last axis, within `shape`.
  ///   - shape: of the scores.
  init(_ softmax: IntegerSoftmax, row: Int, shape: [Int]) {
    let rows = Array(shape.dropLast()) + [1]
    func entry<T>(_ broadcast: Broadcast<T>) -> T {
      broadcast.values[Int(broadcast.indices(over: rows)[row])]
    }
    exponential = softmax.exponential
    scale = entry(softmax.scale)
    type = softmax.quantizer.type
    step = entry(softmax.quantizer.scale)
    zeroPoint = entry(softmax.quantizer.zeroPoint)
    placement = softmax.quantizer.placement
  }

  var falls: Bool { scale.isNegative }
  private var isInside: Bool { placement == .beforeRounding }
  /// The least code before the zero point that is added last, and the zero point inside: c₀ and z of (33).
  var least: Int { type.range.lowerBound - (isInside ? 0 : zeroPoint) }
  var inside: Int { isInside ? zeroPoint : 0 }
}
