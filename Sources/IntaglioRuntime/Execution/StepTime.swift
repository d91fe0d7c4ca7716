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
