import IntaglioGraph
import IntaglioNumerics

/// What a unit for whole rows is built for; functions of one form share a unit.
enum RowForm: Hashable {
  case norm(NormForm)
  case softmax(SoftmaxForm)

  init(_ function: RowWork.Function, count: Int, value: IntegerType) {
    self =
      switch function {
      case .norm(let norm): .norm(NormForm(norm, count: count, value: value))
      case .softmax(let softmax):
        .softmax(SoftmaxForm(softmax, row: 0, shape: [1, count], score: value))
      }
  }
}
