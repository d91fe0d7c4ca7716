import IntaglioNumerics

/// Finds codes Q of weights W that make (W − Q)·H·(W − Q)ᵀ small, row by row.
///
/// GPTQ (arXiv 2210.17323): columns are rounded one after the other, the one with the largest
/// diagonal first, and the error of each is passed on to those that are left, by the Cholesky factor
/// of H⁻¹. Then coordinate descent: a code moves by whole steps as long as that lowers the error, in
/// turns with the scale of least squares, cHw/cHc.
package struct CodeSearch: Sendable {
  package let bits: Int
  package init(bits: Int) { self.bits = bits }

  /// How much of a row's range its codes cover, as tried.
  package var fractions: [Double] = [1, 0.9, 0.8, 0.7, 0.6, 0.5]
  package var usesErrorFeedback = true
  package var sweeps = 3
  /// Columns that have 8 bits and a scale of their own.
  package var outliers: Set<Int> = []

  package struct Row: Sendable {
    /// Those of outliers are zero.
    package var codes: [Double]
    package var grid: RowGrid
    /// The codes of the outliers, in ascending order of columns, and their scale.
    package var outlierCodes: [Double] = []
    package var outlierScale = 1.0
    /// The error of the sums, (w − q)·H·(w − q)ᵀ.
    package var error: Double
  }

  /// - Parameters:
  ///   - weights: `[rows, size]`.
  ///   - curvature: H; positive definite.
  ///   - threads: how many rows are in work at a time.
  /// - Returns: one row of codes for each of weights; `nil` where H is not positive definite.
  /// - Throws: nothing of its own.
  package func codes(
    _ weights: [Double],
    _ curvature: SymmetricMatrix,
    threads: Int
  ) throws -> [Row]? {
    let size = curvature.size
    let usual = (0..<size).filter { !outliers.contains($0) }.sorted {
      let (a, b) = (curvature.diagonal[$0], curvature.diagonal[$1])
      return a == b ? $0 < $1 : a > b
    }
    let order = outliers.sorted() + usual
    let permuted = curvature.permuted(order)
    guard let factor = permuted.inverse?.choleskyFactor else { return nil }
    let count = weights.count / max(size, 1)
    return try ParallelMap(threads: threads).map(count) { index in
      var row = order.map { weights[index * size + $0] }
      let apart = roundOutliers(&row, factor)
      var best = candidates(row, factor, permuted).min { $0.error < $1.error }
      if var found = best {
        descend(&found, row, permuted)
        best = found
      }
      var result =
        best ?? Row(codes: row.map { _ in 0 }, grid: RowGrid([], bits: bits, fraction: 1), error: 0)
      var codes = [Double](repeating: 0, count: size)
      for (position, column) in order.enumerated() { codes[column] = result.codes[position] }
      result.codes = codes
      (result.outlierCodes, result.outlierScale) = (apart.codes, apart.scale)
      return result
    }
  }

  /// Rounds the outliers, which come first, to 8 bits, and leaves their errors in their places.
  private func roundOutliers(
    _ row: inout [Double],
    _ factor: [Double]
  ) -> (codes: [Double], scale: Double) {
    let (count, size) = (outliers.count, row.count)
    guard count > 0 else { return ([], 1) }
    let grid = RowGrid(row[..<count], bits: 8, fraction: 1)
    var rest = Array(row[..<count])
    let codes = (0..<count).map { column in
      let code = grid.code(rest[column])
      if usesErrorFeedback {
        let error = (rest[column] - grid.scale * code) / factor[column * size + column]
        for later in column + 1..<max(count, column + 1) {
          rest[later] -= error * factor[column * size + later]
        }
      }
      return code
    }
    for column in 0..<count { row[column] -= grid.scale * codes[column] }
    return (codes, grid.scale)
  }

  private func candidates(
    _ row: [Double],
    _ factor: [Double],
    _ curvature: SymmetricMatrix
  ) -> [Row] {
    fractions.map { fraction in
      let grid = RowGrid(row[outliers.count...], bits: bits, fraction: fraction)
      let codes =
        usesErrorFeedback
        ? fedBack(row, grid, factor)
        : row.indices.map { $0 < outliers.count ? 0 : grid.code(row[$0]) }
      return Row(codes: codes, grid: grid, error: Self.error(row, codes, grid, curvature))
    }
  }

  private func fedBack(_ row: [Double], _ grid: RowGrid, _ factor: [Double]) -> [Double] {
    let size = row.count
    var rest = row
    var codes = [Double](repeating: 0, count: size)
    rest.withUnsafeMutableBufferPointer { rest in
      factor.withUnsafeBufferPointer { factor in
        for column in 0..<size {
          let code = column < outliers.count ? 0 : grid.code(rest[column])
          codes[column] = code
          let error = (rest[column] - grid.scale * code) / factor[column * size + column]
          for later in column + 1..<max(size, column + 1) {
            rest[later] -= error * factor[column * size + later]
          }
        }
      }
    }
    return codes
  }

  private static func error(
    _ row: [Double],
    _ codes: [Double],
    _ grid: RowGrid,
    _ curvature: SymmetricMatrix
  ) -> Double {
    let differences = row.indices.map { row[$0] - grid.scale * codes[$0] }
    let gradient = curvature.multiplied(rows: differences)
    return zip(differences, gradient).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func descend(_ found: inout Row, _ row: [Double], _ curvature: SymmetricMatrix) {
    let size = row.count
    for _ in 0..<sweeps {
      var differences = row.indices.map { row[$0] - found.grid.scale * found.codes[$0] }
      var gradient = curvature.multiplied(rows: differences)
      var moved = false
      curvature.elements.withUnsafeBufferPointer { elements in
        for column in outliers.count..<max(size, outliers.count) {
          let diagonal = elements[column * size + column]
          guard diagonal > 0 else { continue }
          let step = (gradient[column] / (found.grid.scale * diagonal)).rounded()
          let code = min(found.grid.highest, max(found.grid.lowest, found.codes[column] + step))
          let change = code - found.codes[column]
          guard change != 0 else { continue }
          // Cut off at an end, a step may be a loss.
          let shift = found.grid.scale * change
          guard shift * (shift * diagonal - 2 * gradient[column]) < 0 else { continue }
          found.codes[column] = code
          moved = true
          for other in 0..<size { gradient[other] -= shift * elements[column * size + other] }
          differences[column] -= shift
        }
      }
      let scale = found.grid.scale
      refit(&found, row, curvature)
      if !moved, found.grid.scale == scale { break }
    }
  }

  /// The scale of least squares for the codes as they are, where it is better.
  private func refit(_ found: inout Row, _ row: [Double], _ curvature: SymmetricMatrix) {
    let gradient = curvature.multiplied(rows: found.codes)
    let square = zip(found.codes, gradient).reduce(0) { $0 + $1.0 * $1.1 }
    let cross = zip(row, gradient).reduce(0) { $0 + $1.0 * $1.1 }
    if square > 0, cross != 0 { found.grid = found.grid.with(scale: cross / square) }
    found.error = Self.error(row, found.codes, found.grid, curvature)
  }
}
