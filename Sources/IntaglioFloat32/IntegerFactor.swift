import IntaglioGraph

/// One operand of an integer matrix product, ready for whatever arithmetic carries it exactly.
struct IntegerFactor: Sendable {
  private let values: [Int32]
  /// The largest magnitude.
  private let largest: Double
  /// The values as floats, empty where floats do not hold them all.
  private let floats: [Float]

  init(_ values: [Int32]) {
    self.values = values
    var largest: UInt32 = 0
    for value in values { largest = max(largest, value.magnitude) }
    self.largest = Double(largest)
    self.floats = largest < 1 << 24 ? values.map(Float.init) : []
  }

  /// The exact product, `[m, k] · [k, n]` for each of the batch.
  ///
  /// Every partial sum is an integer of at most k·max|a|·max|b|. Below 2²⁴ floats hold all of them,
  /// in whatever order the library adds; below 2⁵³ doubles do; beyond, 64-bit integers compute.
  func multiplied(by other: IntegerFactor, _ batch: MatrixBatch) throws(ArithmeticFault) -> [Int32]
  {
    let bound = Double(batch.depth) * largest * other.largest
    if bound < 0x1p24 {
      return MatrixKernels.multiply(floats, other.floats, batch).map { Int32($0) }
    }
    guard bound < 0x1p53 else { return try multipliedWide(by: other, batch) }
    let (a, b) = (values.map(Double.init), other.values.map(Double.init))
    var result: [Int32] = []
    result.reserveCapacity(batch.resultCount)
    for product in MatrixKernels.multiply(a, b, batch) {
      guard let accumulator = Int32(exactly: product) else { throw .overflow(Int(product)) }
      result.append(accumulator)
    }
    return result
  }

  private func multipliedWide(
    by other: IntegerFactor,
    _ batch: MatrixBatch
  )
    throws(ArithmeticFault) -> [Int32]
  {
    var result: [Int32] = []
    result.reserveCapacity(batch.resultCount)
    for (lhs, rhs) in zip(batch.lhs, batch.rhs) {
      for row in 0..<batch.rows {
        for column in 0..<batch.columns {
          var sum = 0
          for k in 0..<batch.depth {
            let a = Int(values[lhs + row * batch.depth + k])
            let (next, overflow) = sum.addingReportingOverflow(
              a * Int(other.values[rhs + k * batch.columns + column])
            )
            guard !overflow else { throw .wideOverflow }
            sum = next
          }
          guard let accumulator = Int32(exactly: sum) else { throw .overflow(sum) }
          result.append(accumulator)
        }
      }
    }
    return result
  }
}
