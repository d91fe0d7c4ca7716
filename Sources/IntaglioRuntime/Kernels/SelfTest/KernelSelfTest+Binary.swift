import IntaglioNumerics

/// How the second operand is given.
private enum SecondOperand: String, CustomStringConvertible {
  case matrix
  case row
  case scalar

  var description: String { rawValue }
}

extension KernelSelfTest {
  func binaryChecks() -> [KernelCheck] {
    tables.flatMap { instructionSet, table in
      BinaryOperation.allCases.flatMap { operation in
        [false, true].map { isScalar in
          let suffix = isScalar ? "_scalar" : ""
          let forms: [SecondOperand] = isScalar ? [.scalar] : [.matrix, .row]
          let cases = forms.flatMap { form in matrixCases.map { (size: $0, second: form) } }
          let name = "intaglio_binary_f32_\(operation.kernelName)\(suffix)__\(instructionSet)"
          return check(name, instructionSet, on: cases) {
            binaryTrial(operation, table.binary, $0.size, $0.second, &$1)
          }
        }
      }
    }
  }

  private func binaryTrial(
    _ operation: BinaryOperation,
    _ kernels: BinaryKernels,
    _ size: MatrixCase,
    _ second: SecondOperand,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let ldb = second == .matrix ? size.columns + 1 : 0
    let rowsOfB = second == .matrix ? size.rows : 1
    let countOfB = rowsOfB == 0 ? 0 : (rowsOfB - 1) * ldb + size.columns
    let left = (0..<size.count).map { _ in anyReal(&generator) }
    let right = (0..<max(countOfB, second == .scalar ? 1 : 0)).map { _ in anyReal(&generator) }
    let a = GuardedBuffer(left, placement: placement)
    let b = GuardedBuffer(right, placement: placement)
    let out = GuardedBuffer([Float](repeating: 77, count: size.outCount), placement: placement)
    let (rows, columns) = (size.rows, size.columns)
    if second == .scalar {
      kernels.apply(
        operation,
        rows: rows,
        columns: columns,
        a: a.base,
        lda: size.stride,
        scalar: right[0],
        out: out.base,
        outStride: size.outStride
      )
    } else {
      kernels.apply(
        operation,
        rows: rows,
        columns: columns,
        a: a.base,
        lda: size.stride,
        b: b.base,
        ldb: ldb,
        out: out.base,
        outStride: size.outStride
      )
    }
    let expected = size.result(gap: Float(77)) { i, j in
      operation.exact(left[i * size.stride + j], right[second == .scalar ? 0 : i * ldb + j])
    }
    return KernelTrial(out, expected)
  }
}

extension BinaryOperation {
  /// Its name in C.
  fileprivate var kernelName: String {
    switch self {
    case .add: "add"
    case .subtract: "sub"
    case .multiply: "mul"
    case .divide: "div"
    }
  }

  fileprivate func exact(_ a: Float, _ b: Float) -> Float {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    }
  }
}
