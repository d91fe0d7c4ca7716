import CIntaglioKernels

/// What surrounds an integer matrix multiplication: sums of rows, distances within them, and codes moved
/// by an offset.
public struct ConvertKernels: Sendable {
  public let name: String
  public let instructionSet: InstructionSet
  private let kernels: intaglio_convert_kernels

  init(_ kernels: intaglio_convert_kernels) {
    self.kernels = kernels
    name = String(cString: kernels.name)
    instructionSet = InstructionSet(kernels.isa)
  }

  /// sums[i] = Σⱼ a[i, j].
  public func rowSums(
    rows: Int,
    columns: Int,
    a: UnsafePointer<UInt8>,
    lda: Int,
    sums: UnsafeMutablePointer<Int32>
  ) {
    kernels.row_sums_u8(rows, columns, a, lda, sums)
  }

  /// out[i, j] = (codes[i, j] + offset) mod 256; 128 maps s8 codes to u8 and back.
  ///
  /// `out` may be `codes`.
  public func offset(
    rows: Int,
    columns: Int,
    codes: UnsafePointer<UInt8>,
    stride: Int,
    by offset: UInt8,
    out: UnsafeMutablePointer<UInt8>,
    outStride: Int
  ) {
    kernels.offset_x8(rows, columns, codes, stride, offset, out, outStride)
  }

  /// out[i, j] = min(maxᵢ − x[i, j], 2³¹ − 2), or min(x[i, j] − minᵢ, 2³¹ − 2) where not
  /// `fromLargest`.
  ///
  /// `out` may be `x`.
  public func distances(
    rows: Int,
    columns: Int,
    x: UnsafePointer<Int32>,
    stride: Int,
    fromLargest: Bool,
    out: UnsafeMutablePointer<Int32>,
    outStride: Int
  ) {
    kernels.distances_i32(rows, columns, x, stride, !fromLargest, out, outStride)
  }
}
