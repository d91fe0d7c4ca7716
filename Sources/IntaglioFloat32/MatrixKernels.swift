import CBLAS
package import IntaglioGraph

/// Matrix products by BLAS: OpenBLAS, or Accelerate on macOS.
package enum MatrixKernels {
  /// - Precondition: `a` and `b` hold every factor that the batch names.
  package static func multiply(_ a: [Float], _ b: [Float], _ batch: MatrixBatch) -> [Float] {
    run(a, b, batch) { a, b, c, m, n, k in
      cblas_sgemm(
        CblasRowMajor,
        CblasNoTrans,
        CblasNoTrans,
        m,
        n,
        k,
        1,
        a,
        k,
        b,
        n,
        0,
        c,
        n
      )
    }
  }

  /// - Precondition: `a` and `b` hold every factor that the batch names.
  package static func multiply(_ a: [Double], _ b: [Double], _ batch: MatrixBatch) -> [Double] {
    run(a, b, batch) { a, b, c, m, n, k in
      cblas_dgemm(
        CblasRowMajor,
        CblasNoTrans,
        CblasNoTrans,
        m,
        n,
        k,
        1,
        a,
        k,
        b,
        n,
        0,
        c,
        n
      )
    }
  }

  /// One product: `a [rows, depth] · b [depth, columns]`.
  /// - Precondition: `a` and `b` hold that many.
  package static func multiply(
    _ a: [Double],
    _ b: [Double],
    rows: Int,
    depth: Int,
    columns: Int
  ) -> [Double] {
    multiply(a, b, MatrixBatch([rows, depth], [depth, columns], result: [rows, columns]))
  }

  /// One product: `a [rows, depth] · b [depth, columns]`.
  /// - Precondition: `a` and `b` hold that many.
  package static func multiply(
    _ a: [Float],
    _ b: [Float],
    rows: Int,
    depth: Int,
    columns: Int
  ) -> [Float] {
    multiply(a, b, MatrixBatch([rows, depth], [depth, columns], result: [rows, columns]))
  }

  private typealias Product<Element> = (
    UnsafePointer<Element>, UnsafePointer<Element>, UnsafeMutablePointer<Element>,
    Int32, Int32, Int32
  ) -> Void

  private static func run<Element: Numeric>(
    _ a: [Element],
    _ b: [Element],
    _ batch: MatrixBatch,
    _ product: Product<Element>
  ) -> [Element] {
    let (sizeA, sizeB) = (batch.rows * batch.depth, batch.depth * batch.columns)
    precondition(batch.lhs.allSatisfy { $0 >= 0 && $0 + sizeA <= a.count }, "left factor is short")
    precondition(batch.rhs.allSatisfy { $0 >= 0 && $0 + sizeB <= b.count }, "right factor is short")
    guard batch.resultCount > 0, batch.depth > 0 else {
      return [Element](repeating: 0, count: batch.resultCount)
    }
    let (m, n, k) = (Int32(batch.rows), Int32(batch.columns), Int32(batch.depth))
    return [Element](unsafeUninitializedCapacity: batch.resultCount) { result, count in
      count = batch.resultCount
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = result.baseAddress else {
            return
          }
          let size = batch.rows * batch.columns
          for index in batch.lhs.indices {
            product(a + batch.lhs[index], b + batch.rhs[index], c + index * size, m, n, k)
          }
        }
      }
    }
  }
}
