extension LayerSolver {
  /// The steps beyond rounding to the nearest code that this solver takes, in their order.
  private var steps: [QuantizeOptions.Method] {
    var result: [QuantizeOptions.Method] = []
    if search.fractions.count > 1 { result.append(.clipping) }
    if corrects { result.append(.ridge) }
    if search.usesErrorFeedback { result.append(.errorFeedback) }
    if search.sweeps > 0 { result.append(.descent) }
    return result
  }

  private func with(only kept: [QuantizeOptions.Method]) -> LayerSolver {
    var result = self
    if !kept.contains(.clipping) { result.search.fractions = [1] }
    result.corrects = corrects && kept.contains(.ridge)
    result.search.usesErrorFeedback = search.usesErrorFeedback && kept.contains(.errorFeedback)
    if !kept.contains(.descent) { result.search.sweeps = 0 }
    return result
  }

  /// Tries the steps one after the other on samples that are held out.
  ///
  /// - Parameters:
  ///   - weights: as for `solve`.
  ///   - fitted: the moments of the samples that find codes.
  ///   - held: of those that judge them.
  ///   - threads: how many rows are in work at a time.
  /// - Returns: a solver without the steps that do harm on `held`, and what each gave; `nil` where the
  ///   moments say nothing.
  /// - Throws: nothing of its own.
  package func tryingSteps(
    _ weights: [Double],
    fitted: LayerMoments,
    held: LayerMoments,
    threads: Int
  ) throws -> (solver: LayerSolver, ratios: [(step: QuantizeOptions.Method, ratio: Double)])? {
    try tryingSteps([Part(weights: weights, fitted: fitted, held: held)], threads: threads)
  }

  /// One group of a layer's outputs, which reads inputs of its own.
  package struct Part: Sendable {
    /// As for `solve`.
    package let weights: [Double]
    /// The moments of the samples that find codes.
    package let fitted: LayerMoments
    /// Of those that judge them.
    package let held: LayerMoments

    package init(weights: [Double], fitted: LayerMoments, held: LayerMoments) {
      (self.weights, self.fitted, self.held) = (weights, fitted, held)
    }
  }

  /// The same for a layer of several groups, whose errors are summed up.
  ///
  /// - Parameters:
  ///   - parts: the groups.
  ///   - threads: how many rows are in work at a time.
  /// - Returns: as above; a step is taken or left out in all groups.
  /// - Throws: nothing of its own.
  package func tryingSteps(
    _ parts: [Part],
    threads: Int
  ) throws -> (solver: LayerSolver, ratios: [(step: QuantizeOptions.Method, ratio: Double)])? {
    func error(_ solver: LayerSolver) throws -> Double? {
      var sum = 0.0
      for part in parts {
        guard let codes = try solver.solve(part.weights, part.fitted, threads: threads) else {
          return nil
        }
        sum += part.held.error(
          of: codes.rows(outliers: search.outliers.sorted(), outputs: part.held.outputs)
        )
      }
      return sum
    }
    var kept: [QuantizeOptions.Method] = []
    guard var least = try error(with(only: [])) else { return nil }
    var ratios: [(step: QuantizeOptions.Method, ratio: Double)] = []
    for step in steps {
      guard let found = try error(with(only: kept + [step])) else { return nil }
      let ratio = least > 0 ? found / least : 1
      ratios.append((step, ratio))
      guard ratio <= StepGain.harm else { continue }
      kept.append(step)
      least = found
    }
    return (with(only: kept), ratios)
  }
}

extension WeightCodes {
  /// What the codes stand for, `[outputs, inputs]`.
  fileprivate func rows(outliers columns: [Int], outputs: Int) -> [Double] {
    let inputs = codes.count / max(outputs, 1)
    var result = [Double](repeating: 0, count: codes.count)
    for input in 0..<inputs {
      for output in 0..<outputs {
        result[output * inputs + input] =
          Double(scales[output]) * Double(codes[input * outputs + output])
      }
    }
    guard let outliers else { return result }
    for (index, column) in columns.enumerated() {
      for output in 0..<outputs {
        result[output * inputs + column] +=
          Double(outliers.scales[output]) * Double(outliers.codes[index * outputs + output])
      }
    }
    return result
  }
}
