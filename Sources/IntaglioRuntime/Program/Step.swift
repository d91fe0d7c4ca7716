/// One thing that a plan does: some tasks that any threads may run in any order.
enum Step: Sendable {
  case chain(ChainStep)
  case copy(CopyStep)
  case reduce(ReduceStep)
}

extension Step: StoredInPlan {
  func write(to writer: inout PlanWriter) throws(PlanStorageError) {
    switch self {
    case .chain(let step):
      writer.write(UInt8(0))
      try writer.write(step)
    case .copy(let step):
      writer.write(UInt8(1))
      try writer.write(step)
    case .reduce(let step):
      writer.write(UInt8(2))
      try writer.write(step)
    }
  }

  init(from reader: inout PlanReader) throws(PlanStorageError) {
    switch try reader.number(UInt8.self) {
    case 0: self = .chain(try reader.value())
    case 1: self = .copy(try reader.value())
    case 2: self = .reduce(try reader.value())
    default: throw reader.malformed("a kind of step")
    }
  }
}

extension Step {
  func passes(_ index: Int) -> [PlannedPass] {
    switch self {
    case .chain(let chain): return chain.passes(index)
    case .copy(let copy):
      // Bytes are codes; four of them are whatever their readers take them for, moved unchanged.
      let elements: PlannedPass.Elements = copy.elementSize == 1 ? .codes : .int32
      return [PlannedPass(step: index, name: "copy", reads: elements, leaves: elements)]
    case .reduce(let reduce):
      let elements = reduce.format.elements
      return [
        PlannedPass(
          step: index,
          name: reduce.isMean ? "mean" : "sum",
          reads: elements,
          leaves: elements == .float32 ? .float32 : .int32
        )
      ]
    }
  }
}

extension Step {
  /// Multiply-accumulates, and bytes read and written.
  var work: (macs: Int, bytes: Int) {
    switch self {
    case .chain(let chain):
      let elements = chain.domain.count
      let written = elements * chain.sinkFormat.size
      switch chain.source {
      case .view(_, let format): return (0, elements * format.size + written)
      case .product(let product):
        let left = chain.outerCount * chain.rows * product.depth
        let right = chain.outerCount * product.bytesOfRight(columns: chain.columns)
        return (elements * product.depth, left + right + written)
      }
    case .copy(let copy):
      return (0, 2 * copy.domain.count * copy.elementSize)
    case .reduce(let reduce):
      return (0, reduce.domain.count * (reduce.extent * reduce.format.size + 4))
    }
  }
}

extension Step: Separable {
  func separated() -> Step {
    switch self {
    case .chain(let step): .chain(step.separated())
    case .copy(let step): .copy(step.separated())
    case .reduce(let step): .reduce(step.separated())
    }
  }
}
