import CBLAS
import IntaglioFloat32

/// A symmetric positive definite matrix and what LAPACK makes of it.
package struct SymmetricMatrix: Sendable {
  package let size: Int
  /// Row-major; both triangles.
  package var elements: [Double]

  package init(size: Int, elements: [Double]) { (self.size, self.elements) = (size, elements) }

  package var diagonal: [Double] { (0..<size).map { elements[$0 * size + $0] } }

  /// The same with `addend` on the diagonal.
  package func damped(by addend: Double) -> SymmetricMatrix {
    var result = self
    for index in 0..<size { result.elements[index * size + index] += addend }
    return result
  }

  /// Rows and columns in another order.
  package func permuted(_ order: [Int]) -> SymmetricMatrix {
    var result = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0..<size {
        result[row * size + column] = elements[order[row] * size + order[column]]
      }
    }
    return SymmetricMatrix(size: size, elements: result)
  }

  /// U, upper triangular, with UᵀU = A; `nil` where A is not positive definite.
  package var choleskyFactor: [Double]? {
    var factor = elements
    var (count, info) = (Int32(size), Int32(0))
    // The lower triangle of columns is the upper one of rows.
    dpotrf_("L", &count, &factor, &count, &info, 1)
    return info == 0 ? factor : nil
  }

  /// A⁻¹; `nil` where A is not positive definite.
  package var inverse: SymmetricMatrix? {
    guard var result = choleskyFactor else { return nil }
    var (count, info) = (Int32(size), Int32(0))
    dpotri_("L", &count, &result, &count, &info, 1)
    guard info == 0 else { return nil }
    for row in 0..<size {
      for column in 0..<row { result[row * size + column] = result[column * size + row] }
    }
    return SymmetricMatrix(size: size, elements: result)
  }

  /// X·A⁻¹ for the rows X, `[rows, size]`; `nil` where A is not positive definite.
  package func solve(rows: [Double]) -> [Double]? {
    guard let factor = choleskyFactor else { return nil }
    var result = rows
    var (count, columns, info) = (Int32(size), Int32(rows.count / max(size, 1)), Int32(0))
    // Rows of X are columns to LAPACK, and A is symmetric.
    dpotrs_("L", &count, &columns, factor, &count, &result, &count, &info, 1)
    return info == 0 ? result : nil
  }

  /// X·A for the rows X, `[rows, size]`.
  package func multiplied(rows: [Double]) -> [Double] {
    let count = rows.count / max(size, 1)
    return MatrixKernels.multiply(rows, elements, rows: count, depth: size, columns: size)
  }
}
