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

  /// The error of a row in closed form, for short rows with all their codes at the scale of least squares.
  private func best(_ example: Case, bits: Int) -> Double {
    let (size, count) = (example.weights.count, 1 << bits)
    var best = Double.infinity
    let all = (0..<size).reduce(1) { product, _ in product * count }
    for index in 0..<all {
      var rest = index
      let codes = (0..<size).map { _ in
        defer { rest /= count }
        return Double(rest % count - count / 2)
      }
      let gradient = example.curvature.multiplied(rows: codes)
      let square = zip(codes, gradient).reduce(0) { $0 + $1.0 * $1.1 }
      let cross = zip(example.weights, gradient).reduce(0) { $0 + $1.0 * $1.1 }
      if square > 0 { best = min(best, example.error(codes, cross / square)) }
    }
    return best
  }

  @Test(
    "rows of two and three weights come near the best of all codes",
    arguments: [2, 3],
    [2, 3]
  )
  func shortRows(size: Int, bits: Int) throws {
    var (gaps, hits, plain) = (0.0, 0, 0.0)
    for seed in 1...200 as ClosedRange<UInt64> {
      let example = Case(seed: seed, size: size)
      let row = try CodeSearch(bits: bits).codes(example.weights, example.curvature, threads: 1)
      let found = try #require(row?.first)
      #expect(abs(found.error - example.error(found.codes, found.grid.scale)) < 1e-9)
      let (least, zero) = (
        best(example, bits: bits), example.error(example.weights.map { _ in 0 }, 1)
      )
      let grid = RowGrid(example.weights[...], bits: bits, fraction: 1)
      let rounded = example.error(example.weights.map { grid.code($0) }, grid.scale)
      #expect(found.error >= least - 1e-9, "seed \(seed): better than the best")
      #expect(found.error <= rounded + 1e-9, "seed \(seed): worse than rounding")
      gaps += (found.error - least) / zero
      plain += (rounded - least) / zero
      if found.error <= least + 1e-9 { hits += 1 }
    }
    // Of the energy of the weights 0.0002 to 0.0013 are lost beyond the best, by rounding 0.003 to 0.023.
    #expect(gaps / 200 < 0.002 && gaps < plain / 2)
    #expect(hits >= 130)
  }

  /// Descent ends in the nearest optimum, and that of passed-on errors is not always below that of rounding:
  /// of 300 rows up to 11 were worse, by a factor of 1.8 at most.
  @Test(
    "longer rows: no step is a loss, and rounding is better in one row of twenty at most",
    arguments: [4, 8, 16],
    [2, 3, 4, 8]
  )
  func longRows(size: Int, bits: Int) throws {
    var (worse, sum, rounded) = (0, 0.0, 0.0)
    for seed in 1...300 as ClosedRange<UInt64> {
      let example = Case(seed: seed, size: size)
      func error(_ search: CodeSearch) throws -> Double {
        let rows = try search.codes(example.weights, example.curvature, threads: 1)
        return try #require(rows?.first).error
      }
      var search = CodeSearch(bits: bits)
      if bits == 8 { search.fractions = [1] }
      let found = try error(search)
      search.sweeps = 0
      let passedOn = try error(search)
      search.fractions = [1]
      let whole = try error(search)
      search.usesErrorFeedback = false
      let plain = try error(search)
      #expect(found <= passedOn * (1 + 1e-9), "seed \(seed): descent lost")
      #expect(passedOn <= whole, "seed \(seed): a narrower range lost")
      if found > plain * (1 + 1e-9) { worse += 1 }
      sum += found
      rounded += plain
    }
    #expect(worse <= 15 && sum < rounded)
  }
}
