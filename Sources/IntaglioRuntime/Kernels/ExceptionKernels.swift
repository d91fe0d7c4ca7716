import CIntaglioKernels

/// The few accumulators whose code a multiplication gets wrong.
public struct ExceptionKernels: Sendable {
  public let name: String
  public let instructionSet: InstructionSet
  private let kernels: intaglio_exceptions_kernels

  init(_ kernels: intaglio_exceptions_kernels) {
    self.kernels = kernels
    name = String(cString: kernels.name)
    instructionSet = InstructionSet(kernels.isa)
  }

  /// out[i, j] = codes[e, j] where accumulators[i, j] = values[e, j]; the last such e counts.
  ///
  /// `values` and `codes` are `[count, columns]` without gaps. Other elements stay as they are.
  public func replace(
    rows: Int,
    columns: Int,
    accumulators: UnsafePointer<Int32>,
    stride: Int,
    count: Int,
    values: UnsafePointer<Int32>,
    codes: UnsafePointer<UInt8>,
    out: UnsafeMutablePointer<UInt8>,
    outStride: Int
  ) {
    kernels.replace_i32(
      rows,
      columns,
      accumulators,
      stride,
      count,
      values,
      codes,
      out,
      outStride
    )
  }
}
