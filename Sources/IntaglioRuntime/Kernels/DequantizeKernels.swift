import CIntaglioKernels

/// Accumulator or code → real, with vectors per column.
///
/// The integer is converted to float32 first (after the subtraction of a zero point, which is done
/// in int32); each operation rounds once.
public struct DequantizeKernels: Sendable {
  public let name: String
  public let instructionSet: InstructionSet
  private let kernels: intaglio_dequantize_kernels

  init(_ kernels: intaglio_dequantize_kernels) {
    self.kernels = kernels
    name = String(cString: kernels.name)
    instructionSet = InstructionSet(kernels.isa)
  }

  /// out[i, j] = scale[j] · codes[i, j] + offset[j].
  public func affine(
    rows: Int,
    columns: Int,
    codes: UnsafePointer<Int32>,
    stride: Int,
    scale: UnsafePointer<Float>,
    offset: UnsafePointer<Float>,
    out: UnsafeMutablePointer<Float>,
    outStride: Int
  ) {
    kernels.affine_i32(rows, columns, codes, stride, scale, offset, out, outStride)
  }

  /// out[i, j] = scale[j] · codes[i, j] + offset[j].
  public func affine(
    rows: Int,
    columns: Int,
    codes: UnsafePointer<UInt8>,
    stride: Int,
    scale: UnsafePointer<Float>,
    offset: UnsafePointer<Float>,
    out: UnsafeMutablePointer<Float>,
    outStride: Int
  ) {
    kernels.affine_u8(rows, columns, codes, stride, scale, offset, out, outStride)
  }

  /// out[i, j] = scale[j] · codes[i, j] + offset[j].
  public func affine(
    rows: Int,
    columns: Int,
    codes: UnsafePointer<Int8>,
    stride: Int,
    scale: UnsafePointer<Float>,
    offset: UnsafePointer<Float>,
    out: UnsafeMutablePointer<Float>,
    outStride: Int
  ) {
    kernels.affine_s8(rows, columns, codes, stride, scale, offset, out, outStride)
  }

  /// out[i, j] = (codes[i, j] − zero[j]) · scale[j].
  public func centered(
    rows: Int,
    columns: Int,
    codes: UnsafePointer<Int32>,
    stride: Int,
    zero: UnsafePointer<Int32>,
    scale: UnsafePointer<Float>,
    out: UnsafeMutablePointer<Float>,
    outStride: Int
  ) {
    kernels.centered_i32(rows, columns, codes, stride, zero, scale, out, outStride)
  }

  /// out[i, j] = (codes[i, j] − zero[j]) · scale[j].
  public func centered(
    rows: Int,
    columns: Int,
    codes: UnsafePointer<UInt8>,
    stride: Int,
    zero: UnsafePointer<Int32>,
    scale: UnsafePointer<Float>,
    out: UnsafeMutablePointer<Float>,
    outStride: Int
  ) {
    kernels.centered_u8(rows, columns, codes, stride, zero, scale, out, outStride)
  }

  /// out[i, j] = (codes[i, j] − zero[j]) · scale[j].
  public func centered(
    rows: Int,
    columns: Int,
    codes: UnsafePointer<Int8>,
    stride: Int,
    zero: UnsafePointer<Int32>,
    scale: UnsafePointer<Float>,
    out: UnsafeMutablePointer<Float>,
    outStride: Int
  ) {
    kernels.centered_s8(rows, columns, codes, stride, zero, scale, out, outStride)
  }
}
