import CIntaglioKernels

/// Accumulator → code, in integers only.
///
/// Codes are bytes modulo 256: u8, or s8 in two's complement.
public struct RequantizeKernels: Sendable {
  public let name: String
  public let instructionSet: InstructionSet
  private let kernels: intaglio_requantize_kernels

  init(_ kernels: intaglio_requantize_kernels) {
    self.kernels = kernels
    name = String(cString: kernels.name)
    instructionSet = InstructionSet(kernels.isa)
  }

  /// out[i, j] = base[j] + #{t : accumulators[i, j] ≥ rises[t, j]}
  ///                     − #{t : accumulators[i, j] ≥ falls[t, j]}.
  ///
  /// `rises` are `[rising, columns]` without gaps, in any order along t, and `falls`
  /// `[falling, columns]`.
  public func thresholds(
    rows: Int,
    columns: Int,
    accumulators: UnsafePointer<Int32>,
    stride: Int,
    rising: Int,
    rises: UnsafePointer<Int32>,
    falling: Int,
    falls: UnsafePointer<Int32>,
    base: UnsafePointer<Int32>,
    out: UnsafeMutablePointer<UInt8>,
    outStride: Int
  ) {
    kernels.thresholds_i32(
      rows,
      columns,
      accumulators,
      stride,
      rising,
      rises,
      falling,
      falls,
      base,
      out,
      outStride
    )
  }

  /// out[i, j] = clamp((accumulators[i, j] · multiplier[j] + bias[j]) >> shift[j], limits).
  ///
  /// |bias[j]| ≤ 2⁶²; the shift is arithmetic and within 0...62.
  public func dyadic(
    rows: Int,
    columns: Int,
    accumulators: UnsafePointer<Int32>,
    stride: Int,
    multiplier: UnsafePointer<Int32>,
    bias: UnsafePointer<Int64>,
    shift: UnsafePointer<Int32>,
    limits: ClosedRange<Int32>,
    out: UnsafeMutablePointer<UInt8>,
    outStride: Int
  ) {
    kernels.dyadic_i32(
      rows,
      columns,
      accumulators,
      stride,
      multiplier,
      bias,
      shift,
      limits.lowerBound,
      limits.upperBound,
      out,
      outStride
    )
  }
}
