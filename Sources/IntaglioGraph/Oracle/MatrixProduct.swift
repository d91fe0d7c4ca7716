/// Matrix products in doubles, for any operands the plain sum in the order of increasing depth.
///
/// The loops run row, depth, column, four steps of depth at a time, so that the inner one
/// vectorizes over columns without changing the order of any sum.
struct MatrixProduct {
  private let batch: MatrixBatch

  init(_ batch: MatrixBatch) { self.batch = batch }

  /// - Precondition: `a` and `b` hold every factor that the batch names.
  func callAsFunction(_ a: [Double], _ b: [Double]) -> [Double] {
    let (sizeA, sizeB) = (batch.rows * batch.depth, batch.depth * batch.columns)
    precondition(batch.lhs.allSatisfy { $0 >= 0 && $0 + sizeA <= a.count }, "left factor is short")
    precondition(batch.rhs.allSatisfy { $0 >= 0 && $0 + sizeB <= b.count }, "right factor is short")
    guard batch.resultCount > 0 else { return [] }
    return a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        [Double](unsafeUninitializedCapacity: batch.resultCount) { result, count in
          result.initialize(repeating: 0)
          count = batch.resultCount
          guard batch.depth > 0, let a = a.baseAddress, let b = b.baseAddress,
            let result = result.baseAddress
          else { return }
          for product in batch.lhs.indices {
            for row in 0..<batch.rows {
              accumulate(
                a + batch.lhs[product] + row * batch.depth,
                b + batch.rhs[product],
                into: result + (product * batch.rows + row) * batch.columns
              )
            }
          }
        }
      }
    }
  }

  /// `row += a [depth] · b [depth, columns]`.
  private func accumulate(
    _ a: UnsafePointer<Double>,
    _ b: UnsafePointer<Double>,
    into row: UnsafeMutablePointer<Double>
  ) {
    let columns = batch.columns
    var k = 0
    while k + 4 <= batch.depth {
      let (a0, a1, a2, a3) = (a[k], a[k + 1], a[k + 2], a[k + 3])
      let b0 = b + k * columns
      let (b1, b2, b3) = (b0 + columns, b0 + 2 * columns, b0 + 3 * columns)
      for j in 0..<columns {
        row[j] = (((row[j] + a0 * b0[j]) + a1 * b1[j]) + a2 * b2[j]) + a3 * b3[j]
      }
      k += 4
    }
    while k < batch.depth {
      let (factor, b) = (a[k], b + k * columns)
      for j in 0..<columns { row[j] += factor * b[j] }
      k += 1
    }
  }
}
