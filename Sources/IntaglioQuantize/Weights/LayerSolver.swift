/// From the moments of a layer to its codes: ridge correction, then `CodeSearch`, then the bias.
package struct LayerSolver: Sendable {
  package let bits: Int
  /// λ of the ridge, of the mean diagonal of H.
  package let damping: Double
  /// Whether the weights may follow what comes in, rather than stay as they were.
  package var corrects = true
  /// Whether the means of the sums become the float model's.
  package var correctsMeans = true
  /// What the lows of the inputs add to the sums, one per output.
  package var plain: [Float] = []
  package var search: CodeSearch

  package init(bits: Int, damping: Double) {
    (self.bits, self.damping) = (bits, damping)
    search = CodeSearch(bits: bits)
  }

  /// - Parameters:
  ///   - weights: `[outputs, inputs]` for inputs in units of codes.
  ///   - moments: of those codes.
  ///   - threads: how many rows are in work at a time.
  /// - Returns: the codes `[inputs, outputs]`; `nil` where the moments say nothing.
  /// - Throws: nothing of its own.
  package func solve(
    _ weights: [Double],
    _ moments: LayerMoments,
    threads: Int
  ) throws -> WeightCodes? {
    let (inputs, outputs) = (moments.inputs, moments.outputs)
    let covariance = moments.covariance
    let mean = covariance.diagonal.reduce(0, +) / Double(max(inputs, 1))
    // Channels that never change leave a zero on the diagonal.
    let damped = covariance.damped(by: max(damping * mean, 1e-9))
    var corrected = weights
    if corrects {
      let here = covariance.multiplied(rows: weights)
      let gap = zip(moments.crossCovariance, here).map { $0 - $1 }
      guard let change = damped.solve(rows: gap) else { return nil }
      for index in corrected.indices { corrected[index] += change[index] }
    }
    guard let rows = try search.codes(corrected, damped, threads: threads) else { return nil }
    var codes = [Int](repeating: 0, count: inputs * outputs)
    let outliers = search.outliers.sorted()
    var outlierCodes = [Int](repeating: 0, count: outliers.count * outputs)
    var addends: [Float] = []
    let (means, goals) = (moments.inputMeans, moments.goalMeans)
    for (output, row) in rows.enumerated() {
      var mean = 0.0
      for (input, code) in row.codes.enumerated() {
        codes[input * outputs + output] = Int(code)
        mean += Double(Float(row.grid.scale)) * code * means[input]
      }
      for (index, code) in row.outlierCodes.enumerated() {
        outlierCodes[index * outputs + output] = Int(code)
        mean += Double(Float(row.outlierScale)) * code * means[outliers[index]]
      }
      addends.append(correctsMeans ? Float(goals[output] - mean) : plain[output])
    }
    var result = WeightCodes(
      bits: bits,
      codes: codes,
      scales: rows.map { Float($0.grid.scale) },
      addends: addends
    )
    if !outliers.isEmpty {
      result.outliers = WeightCodes.Outliers(
        codes: outlierCodes,
        scales: rows.map { Float($0.outlierScale) }
      )
    }
    return result
  }
}
