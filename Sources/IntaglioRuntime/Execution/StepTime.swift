/// What one step of a plan does and how long it took.
public struct StepTime: Sendable {
  /// Which step of the plan, from 0.
  public let step: Int
  /// The node whose value the step leaves.
  public let name: String
  public let passes: [PlannedPass]
  /// Multiply-accumulates of one pass over the plan.
  public let macs: Int
  /// What the step reads and writes, weights as they are held, in bytes.
  public let bytes: Int
  /// The median over the measured passes.
  public let seconds: Double
}

extension Executor {
  /// Times every step of the plan on its own.
  ///
  /// - Parameters:
  ///   - samples: the samples of one pass: `plan.batch` of them.
  ///   - count: how many passes are measured; the one before warms up.
  /// - Returns: one entry for each step, in the order of computation.
  /// - Throws: `ExecutionError` when the samples do not fit the input.
  /// - Precondition: `count` is positive.
  public func profile(_ samples: [Float], count: Int) throws(ExecutionError) -> [StepTime] {
    precondition(count > 0, "a profile needs a pass")
    let seconds = try stepSeconds(samples, count: count + 1).map { times in
      let sorted = times.dropFirst().sorted()
      return sorted[sorted.count / 2]
    }
    let passes = Dictionary(grouping: plan.passes, by: \.step)
    return plan.steps.indices.map { index in
      let work = plan.steps[index].work
      return StepTime(
        step: index,
        name: plan.stepNames[index],
        passes: passes[index] ?? [],
        macs: work.macs,
        bytes: work.bytes,
        seconds: seconds[index]
      )
    }
  }
}

extension Plan {
  /// Multiply-accumulates of one pass; `Int.max` where a plan from a file claims more.
  public var macs: Int { total(\.macs) }

  /// Multiply-accumulates of one pass and the bytes that it moves, for whoever asks how long it may
  /// take.
  package var effort: Int {
    let (sum, overflow) = macs.addingReportingOverflow(total(\.bytes))
    return overflow ? .max : sum
  }

  private func total(_ part: KeyPath<(macs: Int, bytes: Int), Int>) -> Int {
    steps.reduce(0) { total, step in
      let (sum, overflow) = total.addingReportingOverflow(step.work[keyPath: part])
      return overflow ? .max : sum
    }
  }

  /// The widths in bits at which weights are held, ascending.
  public var weightWidths: [Int] {
    let widths = steps.compactMap { step -> Int? in
      guard case .chain(let chain) = step, case .product(let product) = chain.source,
        case .weights(let weights) = product.right
      else { return nil }
      return weights.width
    }
    return Set(widths).sorted()
  }
}

extension Step {
  /// Multiply-accumulates, and bytes read and written.
  var work: (macs: Int, bytes: Int) {
    switch self {
    case .chain(let chain):
      let elements = chain.outerCount * chain.rows * chain.columns
      let written = elements * chain.sinkFormat.size
      switch chain.source {
      case .view(_, let format): return (0, elements * format.size + written)
      case .product(let product):
        let left = chain.outerCount * chain.rows * product.depth
        let right = chain.outerCount * product.bytesOfRight(columns: chain.columns)
        return (elements * product.depth, left + right + written)
      }
    case .copy(let copy):
      return (0, 2 * copy.outerCount * copy.rows * copy.columns * copy.elementSize)
    case .reduce(let reduce):
      let results = reduce.outerCount * reduce.rows * reduce.columns
      return (0, results * (reduce.extent * reduce.format.size + 4))
    }
  }
}

extension Product {
  /// The bytes of one right operand as it is held.
  fileprivate func bytesOfRight(columns: Int) -> Int {
    switch right {
    case .weights(let weights):
      WeightKernels.packedSize(width: weights.width, k: depth, n: columns)
    case .codes: depth * columns
    }
  }
}
