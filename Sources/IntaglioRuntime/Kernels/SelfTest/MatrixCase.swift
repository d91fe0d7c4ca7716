/// The size of a matrix that a kernel reads and of the equally large one that it writes.
struct MatrixCase: Sendable, CustomStringConvertible {
  let rows: Int
  let columns: Int
  /// Elements from row to row of what is read.
  let stride: Int
  /// Elements from row to row of what is written.
  let outStride: Int

  /// Elements of the operand, without a gap after the last row.
  var count: Int { rows == 0 ? 0 : (rows - 1) * stride + columns }

  /// Elements of the result, without a gap after the last row.
  var outCount: Int { rows == 0 ? 0 : (rows - 1) * outStride + columns }

  var description: String {
    "[\(rows), \(columns)] with row strides \(stride) and \(outStride)"
  }

  /// The result: `gap` between the rows, `element(i, j)` inside.
  func result<Element>(gap: Element, _ element: (Int, Int) -> Element) -> [Element] {
    var result = [Element](repeating: gap, count: outCount)
    for row in 0..<rows {
      for column in 0..<columns { result[row * outStride + column] = element(row, column) }
    }
    return result
  }
}
