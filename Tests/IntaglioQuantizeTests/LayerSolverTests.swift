import IntaglioFloat32
import IntaglioNumerics
import Testing

import IntaglioQuantize

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

  /// Rows of codes, targets and shortfalls that are short binary fractions, so that sums of floats are exact.
  private struct Rows {
    let inputs = 5
    let outputs = 3
    let codes: [[Double]]
    let targets: [[Double]]
    let shortfalls: [[Double]]
    let weights: [Double]

    init(seed: UInt64) {
      var random = SplitMix64(seed: seed)
      func fractions(_ count: Int) -> [Double] {
        (0..<count).map { _ in Double((random.unit() * 64).rounded() / 8) }
      }
      var (codes, targets, shortfalls, weights) = (
        [[Double]](), [[Double]](), [[Double]](), [Double]()
      )
      for _ in 0..<40 {
        let level = Double(random.next() % 6)
        codes.append((0..<5).map { _ in level + Double(random.next() % 10) })
        targets.append(fractions(3))
        shortfalls.append(fractions(3))
        weights.append(random.next() % 5 == 0 ? 7 : 1)
      }
      (self.codes, self.targets) = (codes, targets)
      (self.shortfalls, self.weights) = (shortfalls, weights)
    }

    var moments: LayerMoments {
      var moments = LayerMoments(inputs: inputs, outputs: outputs)
      moments.add(
        codes: codes.flatMap { $0.map(Float.init) },
        targets: targets.flatMap { $0.map(Float.init) },
        shortfalls: shortfalls.flatMap { $0.map(Float.init) },
        weights: weights.map(Float.init)
      )
      return moments
    }

    /// The weighted means of columns.
    func means(_ rows: [[Double]]) -> [Double] {
      let total = weights.reduce(0, +)
      return rows[0].indices.map { column in
        zip(rows, weights).reduce(0) { $0 + $1.0[column] * $1.1 } / total
      }
    }

    /// Σ weight·(a − ā)ᵀ(b − b̄), written out.
    func covariance(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
      let (meansA, meansB) = (means(a), means(b))
      return a[0].indices.map { row in
        b[0].indices.map { column in
          a.indices.reduce(0) {
            $0 + weights[$1] * (a[$1][row] - meansA[row]) * (b[$1][column] - meansB[column])
          }
        }
      }
    }
  }

  /// x with A·x = b, by elimination with pivots.
  private func eliminated(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
    var rows = zip(matrix, right).map { $0 + [$1] }
    let size = rows.count
    for column in 0..<size {
      let pivot = (column..<size).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
      rows.swapAt(column, pivot)
      for row in 0..<size where row != column {
        let factor = rows[row][column] / rows[column][column]
        for index in column...size { rows[row][index] -= factor * rows[column][index] }
      }
    }
    return (0..<size).map { rows[$0][size] / rows[$0][$0] }
  }

  @Test(
    "ridge is the closed form, and the means are the float model's",
    arguments: 1...30 as ClosedRange<UInt64>
  )
  func ridge(seed: UInt64) throws {
    let rows = Rows(seed: seed)
    var random = SplitMix64(seed: seed &+ 50)
    let damping = [0.02, 0.1, 1][Int(seed % 3)]
    let weights = (0..<rows.outputs).map { _ in (0..<rows.inputs).map { _ in Double(random.unit()) }
    }
    // Codes of 24 bits hide nothing of what is solved.
    var solver = LayerSolver(bits: 24, damping: damping)
    solver.search.usesErrorFeedback = false
    solver.search.sweeps = 0
    solver.search.fractions = [1]
    let solved = try solver.solve(weights.flatMap { $0 }, rows.moments, threads: 1)
    let found = try #require(solved)
    let covariance = rows.covariance(rows.codes, rows.codes)
    let cross = rows.covariance(rows.targets, rows.codes)
    let mean = rows.inputs > 0 ? (0..<rows.inputs).reduce(0) { $0 + covariance[$1][$1] } / 5 : 0
    var damped = covariance
    for index in 0..<rows.inputs { damped[index][index] += damping * mean }
    let (inputMeans, goals) = (
      rows.means(rows.codes),
      zip(rows.means(rows.targets), rows.means(rows.shortfalls)).map { $0 + $1 }
    )
    for output in 0..<rows.outputs {
      let row = weights[output]
      let gap = (0..<rows.inputs).map { column in
        cross[output][column]
          - (0..<rows.inputs).reduce(0) { $0 + row[$1] * covariance[$1][column] }
      }
      let expected = zip(row, eliminated(damped, gap)).map { $0 + $1 }
      let scale = Double(found.scales[output])
      let largest = expected.reduce(0) { max($0, abs($1)) }
      let addend = Double(found.addends[output])
      var sum = addend
      for input in 0..<rows.inputs {
        let weight = scale * Double(found.codes[input * rows.outputs + output])
        // Half a step of the codes, and scales as floats.
        #expect(abs(weight - expected[input]) <= largest * 0x1p-22)
        sum += weight * inputMeans[input]
      }
      #expect(abs(sum - goals[output]) <= 0x1p-23 * max(1, abs(addend)))
    }
  }
}
