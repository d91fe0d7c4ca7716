public import IntaglioGraph

extension PostTrainingQuantizer {
  /// What choosing widths is about.
  public enum WidthStage: Sendable {
    case sensitivity(Progress)
    case trial(String, done: Int, of: Int)
  }

  /// Widths that were chosen.
  public struct ChosenWidths: Sendable {
    /// These options with the widths of every layer.
    public let options: QuantizeOptions
    /// The choices that were looked at for the last goal, or those that were asked for.
    public let front: WidthFront?
  }

  /// Chooses the widths of the layers that the options do not state.
  ///
  /// - Parameters:
  ///   - goals: what they are chosen for, one after the other.
  ///   - triesAll: whether choices from 8 to 3 bits are all tried, to be looked at.
  ///   - sensitivity: what `sensitivity(of:…)` found on the same samples; `nil` to measure it.
  ///   - graph: a float graph.
  ///   - samples: inputs that calibrate it: half of them calibrates a trial, the others judge it.
  ///   - threads: how many samples are in work at a time; the result does not depend on it.
  ///   - progress: told how far it is.
  /// - Returns: options for `PostTrainingQuantizer`, and what they were chosen from.
  /// - Throws: `QuantizeError` for what cannot be, and as `quantize` does.
  public func widths(
    for goals: [WidthGoal],
    triesAll: Bool = false,
    sensitivity: WidthSensitivity? = nil,
    of graph: Graph,
    calibratedOn samples: CalibrationSamples,
    threads: Int = 1,
    progress: (@Sendable (WidthStage) -> Void)? = nil
  ) throws -> ChosenWidths {
    guard !goals.isEmpty || triesAll else { return ChosenWidths(options: options, front: nil) }
    let uniform = try layers(of: graph)
    for case .within(let budget) in goals {
      try WidthSearch(uniform, WidthSensitivity(), stated: Set(options.layers.keys)).check(budget)
    }
    guard samples.count > 1 else { throw QuantizeError.fewSamples(found: samples.count) }
    var choice = try WidthChoice(
      graph,
      samples,
      options,
      sensitivity: sensitivity,
      threads: threads,
      progress: progress
    )
    var front: WidthFront?
    for goal in goals {
      switch goal {
      case .within(let budget): front = try choice.choose(within: budget)
      case .drop(let most): front = try choice.choose(losing: most)
      }
    }
    if triesAll { front = try choice.front() }
    return ChosenWidths(options: choice.options, front: front)
  }
}
