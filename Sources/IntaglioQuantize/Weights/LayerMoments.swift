import CBLAS

/// Sums over all rows of a layer's codes u `[rows, inputs]` and the sums y `[rows, outputs]` that it
/// should give: all that finding its weights needs, whatever the number of rows.
package struct LayerMoments: Sendable {
  package let inputs: Int
  package let outputs: Int
  /// Σ weight.
  package private(set) var weight = 0.0
  /// Σ weight·u and Σ weight·y.
  package private(set) var inputSums: [Double]
  package private(set) var outputSums: [Double]
  /// Σ weight·uᵀu `[inputs, inputs]` and Σ weight·yᵀu `[outputs, inputs]`.
  package private(set) var squares: [Double]
  package private(set) var crosses: [Double]
  /// Σ weight·y².
  package private(set) var outputSquares: [Double]
  /// Σ weight·(y of the float model − y here): what the bias is off by.
  package private(set) var missing: [Double]

  package init(inputs: Int, outputs: Int) {
    (self.inputs, self.outputs) = (inputs, outputs)
    inputSums = [Double](repeating: 0, count: inputs)
    outputSums = [Double](repeating: 0, count: outputs)
    missing = outputSums
    outputSquares = outputSums
    squares = [Double](repeating: 0, count: inputs * inputs)
    crosses = [Double](repeating: 0, count: outputs * inputs)
  }

  /// Adds the rows of one sample.
  ///
  /// - Parameters:
  ///   - codes: `[rows, inputs]`.
  ///   - targets: `[rows, outputs]`.
  ///   - shortfalls: `[rows, outputs]`, what the targets leave out of the float model's sums.
  ///   - weights: one per row.
  package mutating func add(
    codes: [Float],
    targets: [Float],
    shortfalls: [Float],
    weights: [Float]
  ) {
    let rows = weights.count
    guard rows > 0, inputs > 0, outputs > 0 else { return }
    var weighted = codes
    for row in 0..<rows {
      let factor = weights[row]
      weight += Double(factor)
      for column in 0..<inputs {
        let value = codes[row * inputs + column] * factor
        weighted[row * inputs + column] = value
        inputSums[column] += Double(value)
      }
      for column in 0..<outputs {
        let target = targets[row * outputs + column]
        outputSums[column] += Double(target * factor)
        outputSquares[column] += Double(target) * Double(target * factor)
        missing[column] += Double(shortfalls[row * outputs + column] * factor)
      }
    }
    accumulate(weighted, codes, inputs, rows, &squares)
    accumulate(targets, weighted, outputs, rows, &crosses)
  }

  /// `sums += aᵀ·b` with `a [rows, height]`, `b [rows, inputs]`.
  private func accumulate(
    _ a: [Float],
    _ b: [Float],
    _ height: Int,
    _ rows: Int,
    _ sums: inout [Double]
  ) {
    var product = [Float](repeating: 0, count: height * inputs)
    cblas_sgemm(
      CblasRowMajor,
      CblasTrans,
      CblasNoTrans,
      Int32(height),
      Int32(inputs),
      Int32(rows),
      1,
      a,
      Int32(height),
      b,
      Int32(inputs),
      0,
      &product,
      Int32(inputs)
    )
    for index in product.indices { sums[index] += Double(product[index]) }
  }

  package mutating func add(_ other: LayerMoments) {
    weight += other.weight
    for index in inputSums.indices { inputSums[index] += other.inputSums[index] }
    for index in outputSums.indices {
      outputSums[index] += other.outputSums[index]
      missing[index] += other.missing[index]
      outputSquares[index] += other.outputSquares[index]
    }
    for index in squares.indices { squares[index] += other.squares[index] }
    for index in crosses.indices { crosses[index] += other.crosses[index] }
  }

  /// Σ (u − ū)ᵀ(u − ū).
  package var covariance: SymmetricMatrix {
    var result = squares
    for row in 0..<inputs {
      let mean = inputSums[row] / weight
      for column in 0..<inputs { result[row * inputs + column] -= mean * inputSums[column] }
    }
    return SymmetricMatrix(size: inputs, elements: result)
  }

  /// Σ (y − ȳ)ᵀ(u − ū).
  package var crossCovariance: [Double] {
    var result = crosses
    for row in 0..<outputs {
      let mean = outputSums[row] / weight
      for column in 0..<inputs { result[row * inputs + column] -= mean * inputSums[column] }
    }
    return result
  }

  /// The error of the sums that weights `[outputs, inputs]` give, their means set right: Σ (y − ȳ − w·(u − ū))².
  package func error(of weights: [Double]) -> Double {
    let own = zip(weights, covariance.multiplied(rows: weights)).reduce(0) { $0 + $1.0 * $1.1 }
    let shared = zip(weights, crossCovariance).reduce(0) { $0 + $1.0 * $1.1 }
    let goal = outputSums.indices.reduce(0) {
      $0 + outputSquares[$1] - outputSums[$1] * outputSums[$1] / weight
    }
    return max(goal - 2 * shared + own, 0)
  }

  package var inputMeans: [Double] { inputSums.map { $0 / weight } }
  /// The means of the float model's sums.
  package var goalMeans: [Double] {
    outputSums.indices.map { (outputSums[$0] + missing[$0]) / weight }
  }
}
