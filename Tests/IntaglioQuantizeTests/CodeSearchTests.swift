import IntaglioFloat32
import IntaglioNumerics
import Testing

import IntaglioQuantize

@Suite("CodeSearch: codes of small error")
struct CodeSearchTests {
  private struct Case {
    let weights: [Double]
    let curvature: SymmetricMatrix

    init(seed: UInt64, size: Int) {
      var generator = SplitMix64(seed: seed)
      weights = (0..<size).map { _ in Double(generator.unit()) }
      let factor = (0..<size * size * 2).map { _ in Double(generator.unit()) }
      let transposed = (0..<size * size * 2).map {
        factor[$0 % (2 * size) * size + $0 / (2 * size)]
      }
      curvature = SymmetricMatrix(
        size: size,
        elements: MatrixKernels.multiply(
          transposed,
          factor,
          rows: size,
          depth: 2 * size,
          columns: size
        )
      ).damped(by: 0.05)
    }

    func error(_ codes: [Double], _ scale: Double) -> Double {
      let difference = weights.indices.map { weights[$0] - scale * codes[$0] }
      return zip(difference, curvature.multiplied(rows: difference)).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  @Test(
    "outliers have 8 bits of their own, and the error counts theirs",
    arguments: 1...20 as ClosedRange<UInt64>
  )
  func outliers(seed: UInt64) throws {
    let example = Case(seed: seed, size: 6)
    // One weight is far larger than the others.
    let weights = example.weights.enumerated().map { $0 == 2 ? $1 * 500 : $1 }
    var search = CodeSearch(bits: 3)
    let plain = try #require(try search.codes(weights, example.curvature, threads: 1)?.first)
    search.outliers = [2]
    let row = try #require(try search.codes(weights, example.curvature, threads: 1)?.first)
    #expect(row.outlierCodes.count == 1 && (-128...127).contains(row.outlierCodes[0]))
    #expect(row.codes[2] == 0)
    #expect(row.codes.allSatisfy { (-4...3).contains($0) })
    let difference = weights.indices.map {
      weights[$0] - row.grid.scale * row.codes[$0]
        - ($0 == 2 ? row.outlierScale * row.outlierCodes[0] : 0)
    }
    let error = zip(difference, example.curvature.multiplied(rows: difference))
      .reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(error - row.error) < 1e-9 * max(1, error))
    #expect(row.error < plain.error)
  }

  @Test(
    "no single code can move with gain, and rounding is never better",
    arguments: 1...40 as ClosedRange<UInt64>
  )
  func localOptimum(seed: UInt64) throws {
    let example = Case(seed: seed, size: 6)
    var search = CodeSearch(bits: 3)
    search.sweeps = 50
    let row = try #require(try search.codes(example.weights, example.curvature, threads: 1)).first
    let found = try #require(row)
    #expect(abs(found.error - example.error(found.codes, found.grid.scale)) < 1e-9)
    for column in 0..<6 {
      for step in [-1.0, 1.0] {
        var codes = found.codes
        codes[column] += step
        guard (found.grid.lowest...found.grid.highest).contains(codes[column]) else { continue }
        #expect(example.error(codes, found.grid.scale) >= found.error - 1e-9)
      }
    }
    let grid = RowGrid(example.weights[...], bits: 3, fraction: 1)
    #expect(found.error <= example.error(example.weights.map { grid.code($0) }, grid.scale) + 1e-9)
  }

  @Test("near the best of all codes, by trying every one", arguments: 1...12 as ClosedRange<UInt64>)
  func bruteForce(seed: UInt64) throws {
    let example = Case(seed: seed, size: 4)
    let search = CodeSearch(bits: 2)
    let found = try #require(
      try search.codes(example.weights, example.curvature, threads: 1)?.first
    )
    var best = Double.infinity
    for index in 0..<256 {
      let codes = (0..<4).map { Double(index >> (2 * $0) & 3) - 2 }
      let gradient = example.curvature.multiplied(rows: codes)
      let square = zip(codes, gradient).reduce(0) { $0 + $1.0 * $1.1 }
      let cross = zip(example.weights, gradient).reduce(0) { $0 + $1.0 * $1.1 }
      if square > 0 { best = min(best, example.error(codes, cross / square)) }
    }
    let zero = example.error([0, 0, 0, 0], 1)
    #expect(found.error >= best - 1e-9, "nothing is better than the best")
    #expect(found.error - best <= 0.35 * (zero - best))
  }
}

@Suite("LayerSolver: weights for what comes in")
struct LayerSolverTests {
  @Test("moments are those of the rows, and the correction is least squares")
  func leastSquares() throws {
    var generator = SplitMix64(seed: 3)
    let (inputs, outputs, rows) = (3, 2, 200)
    let codes = (0..<rows * inputs).map { _ in Float(generator.next() % 256) }
    let truth: [Double] = [0.5, -0.25, 0.75, -1, 0.125, 0.375]
    var targets = [Float](repeating: 0, count: rows * outputs)
    for row in 0..<rows {
      for output in 0..<outputs {
        for input in 0..<inputs {
          targets[row * outputs + output] +=
            Float(truth[output * inputs + input]) * codes[row * inputs + input]
        }
        targets[row * outputs + output] += 3
      }
    }
    var moments = LayerMoments(inputs: inputs, outputs: outputs)
    let half = rows / 2
    var other = moments
    let none = [Float](repeating: 0, count: half * outputs)
    let ones = [Float](repeating: 1, count: half)
    moments.add(
      codes: Array(codes[..<(half * inputs)]),
      targets: Array(targets[..<(half * outputs)]),
      shortfalls: none,
      weights: ones
    )
    other.add(
      codes: Array(codes[(half * inputs)...]),
      targets: Array(targets[(half * outputs)...]),
      shortfalls: none,
      weights: ones
    )
    moments.add(other)
    #expect(moments.weight == Double(rows))
    // From weights that are wrong to those that made the targets; 8 bits round them by little.
    let solver = LayerSolver(bits: 8, damping: 1e-9)
    let found = try #require(
      try solver.solve([Double](repeating: 0.1, count: 6), moments, threads: 1)
    )
    for output in 0..<outputs {
      for input in 0..<inputs {
        let weight = Double(found.scales[output]) * Double(found.codes[input * outputs + output])
        #expect(abs(weight - truth[output * inputs + input]) < 0.01)
      }
      // The addend keeps the mean.
      let mean = moments.goalMeans[output]
      var sum = Double(found.addends[output])
      for input in 0..<inputs {
        sum +=
          Double(found.scales[output]) * Double(found.codes[input * outputs + output])
          * moments.inputMeans[input]
      }
      #expect(abs(sum - mean) < 1e-3)
    }
  }

  @Test("inverse, factor and solution are those of the matrix")
  func lapack() throws {
    let matrix = SymmetricMatrix(size: 3, elements: [4, 1, 0.5, 1, 3, -1, 0.5, -1, 5])
    let inverse = try #require(matrix.inverse)
    let product = MatrixKernels.multiply(
      matrix.elements,
      inverse.elements,
      rows: 3,
      depth: 3,
      columns: 3
    )
    for index in 0..<9 { #expect(abs(product[index] - (index % 4 == 0 ? 1 : 0)) < 1e-12) }
    let factor = try #require(matrix.choleskyFactor)
    for row in 0..<3 {
      for column in row..<3 {
        let sum = (0...row).reduce(0.0) { $0 + factor[$1 * 3 + row] * factor[$1 * 3 + column] }
        #expect(abs(sum - matrix.elements[row * 3 + column]) < 1e-12)
      }
    }
    let solved = try #require(matrix.solve(rows: [1, 2, 3]))
    let back = matrix.multiplied(rows: solved)
    for (found, expected) in zip(back, [1.0, 2, 3]) { #expect(abs(found - expected) < 1e-12) }
    #expect(SymmetricMatrix(size: 2, elements: [1, 2, 2, 1]).inverse == nil)
  }
}
