import CIntaglioKernels

/// Arithmetic on two float32 operands, rounded once; `out` may be `a` or `b`.
public struct BinaryKernels: Sendable {
  public let name: String
  public let instructionSet: InstructionSet
  private let kernels: intaglio_binary_kernels

  init(_ kernels: intaglio_binary_kernels) {
    self.kernels = kernels
    name = String(cString: kernels.name)
    instructionSet = InstructionSet(kernels.isa)
  }

  /// out[i, j] = a[i, j] ∘ b[i · ldb + j]; `ldb` = 0 repeats one row b[columns].
  public func apply(
    _ operation: BinaryOperation,
    rows: Int,
    columns: Int,
    a: UnsafePointer<Float>,
    lda: Int,
    b: UnsafePointer<Float>,
    ldb: Int,
    out: UnsafeMutablePointer<Float>,
    outStride: Int
  ) {
    switch operation {
    case .add: kernels.add(rows, columns, a, lda, b, ldb, out, outStride)
    case .subtract: kernels.sub(rows, columns, a, lda, b, ldb, out, outStride)
    case .multiply: kernels.mul(rows, columns, a, lda, b, ldb, out, outStride)
    case .divide: kernels.div(rows, columns, a, lda, b, ldb, out, outStride)
    }
  }

  /// out[i, j] = a[i, j] ∘ b.
  public func apply(
    _ operation: BinaryOperation,
    rows: Int,
    columns: Int,
    a: UnsafePointer<Float>,
    lda: Int,
    scalar b: Float,
    out: UnsafeMutablePointer<Float>,
    outStride: Int
  ) {
    switch operation {
    case .add: kernels.add_scalar(rows, columns, a, lda, b, out, outStride)
    case .subtract: kernels.sub_scalar(rows, columns, a, lda, b, out, outStride)
    case .multiply: kernels.mul_scalar(rows, columns, a, lda, b, out, outStride)
    case .divide: kernels.div_scalar(rows, columns, a, lda, b, out, outStride)
    }
  }
}
