import CIntaglioKernels

/// Residual streams: sums of integers that are scaled and rounded once, (17).
public struct ScaledSumKernels: Sendable {
  public let name: String
  public let instructionSet: InstructionSet
  private let kernels: intaglio_scaled_sum_kernels

  init(_ kernels: intaglio_scaled_sum_kernels) {
    self.kernels = kernels
    name = String(cString: kernels.name)
    instructionSet = InstructionSet(kernels.isa)
  }

  /// out[i, j] = clamp((a[i, j] · factorsOfA[j] + b[i, j] · factorsOfB[j] + offset[j]) ⊘ shift[j],
  /// limits), (16).
  ///
  /// |factorsOfA| < 2³¹, shifts are within 0...62, and every term and sum is at most 2⁶² in
  /// magnitude. Without `b` its factors are not read. `out` may be `a` or `b`.
  ///
  /// - Returns: how many elements were beyond the limits.
  public func sum(
    rows: Int,
    columns: Int,
    a: UnsafePointer<Int32>,
    lda: Int,
    factorsOfA: UnsafePointer<Int64>,
    b: UnsafePointer<Int32>? = nil,
    ldb: Int = 0,
    factorsOfB: UnsafePointer<Int64>? = nil,
    offset: UnsafePointer<Int64>,
    shift: UnsafePointer<Int32>,
    limits: ClosedRange<Int32>,
    out: UnsafeMutablePointer<Int32>,
    outStride: Int
  ) -> Int {
    var saturated: UInt64 = 0
    kernels.sum_i32(
      rows,
      columns,
      a,
      lda,
      factorsOfA,
      b,
      ldb,
      factorsOfB,
      offset,
      shift,
      limits.lowerBound,
      limits.upperBound,
      out,
      outStride,
      &saturated
    )
    return Int(saturated)
  }
}
