import IntaglioGraph
import IntaglioNumerics

/// What a unit for whole rows is built for; functions of one form share a unit.
enum RowSignature: Hashable {
  case norm(NormSignature)
  case softmax(SoftmaxSignature)
  case rowThresholds(RowStepsSignature)

  init(_ function: RowWork.Function, count: Int, value: IntegerType) {
    self =
      switch function {
      case .norm(let norm): .norm(NormSignature(norm, count: count, value: value))
      case .softmax(let softmax):
        .softmax(SoftmaxSignature(softmax, row: 0, shape: [1, count], score: value))
      case .rowThresholds(let steps):
        .rowThresholds(RowStepsSignature(steps, count: count, score: value))
      }
  }
}
