import IntaglioGraph

/// What an integer operation is to the lowering; nothing else has hardware.
enum PanelOperation {
  /// An index map, which costs nothing.
  case layout(Layout)
  case concat(axis: Int)
  case product
  /// The sum of every row along the axis: a product with ones.
  case sum(axis: Int)
  /// Joins the product before it.
  case elementwise(Elementwise)
  case norm(IntegerNorm)
  case softmax(IntegerSoftmax)
  case rowThresholds(RowThresholds)

  /// What is done to accumulators, element by element.
  enum Elementwise {
    case requantize(Requantizer)
    case thresholds(MultiThreshold)
    case lookup(LookupFunction)
    case scaledSum(ScaledSum)
    /// Over an integer of the row.
    case quotient(Quotient)
    /// A constant, or the zero points of a product; −1 where it is subtracted.
    case addend(sign: Int)
  }

  /// `nil` for an operation that has no hardware between integers.
  init?(_ operation: Operation) {
    if case .integer(let function) = operation {
      switch function {
      case .thresholds(let steps): self = .elementwise(.thresholds(steps))
      case .lookup(let lookup): self = .elementwise(.lookup(lookup))
      case .scaledSum(let stream): self = .elementwise(.scaledSum(stream))
      case .norm(let norm): self = .norm(norm)
      case .softmax(let softmax): self = .softmax(softmax)
      case .rowThresholds(let steps): self = .rowThresholds(steps)
      case .quotient(let quotient): self = .elementwise(.quotient(quotient))
      }
    } else if case .requantize(let requantizer) = operation {
      self = .elementwise(.requantize(requantizer))
    } else if let sign = operation.additiveSign {
      self = .elementwise(.addend(sign: sign))
    } else if case .layout(let layout) = operation {
      self = .layout(layout)
    } else if case .concat(let axis) = operation {
      self = .concat(axis: axis)
    } else if operation == .matmul {
      self = .product
    } else if case .sum(let axis) = operation {
      self = .sum(axis: axis)
    } else {
      return nil
    }
  }
}
