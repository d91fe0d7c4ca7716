import CIntaglioKernels

/// Real → code, rounded half to even after an IEEE division; NaN becomes the lower limit.
///
/// Codes are bytes modulo 256: u8, or s8 in two's complement. Limits and zero points stay below
/// 2²².
public struct QuantizeKernels: Sendable {
  public let name: String
  public let instructionSet: InstructionSet
  private let kernels: intaglio_quantize_kernels

  init(_ kernels: intaglio_quantize_kernels) {
    self.kernels = kernels
    name = String(cString: kernels.name)
    instructionSet = InstructionSet(kernels.isa)
  }

  /// ONNX QuantizeLinear: out[i, j] = clamp(rint(x[i, j] / scale[j]) + zero[j], limits).
  public func roundThenClamp(
    rows: Int,
    columns: Int,
    x: UnsafePointer<Float>,
    stride: Int,
    scale: UnsafePointer<Float>,
    zero: UnsafePointer<Float>,
    limits: ClosedRange<Int32>,
    out: UnsafeMutablePointer<UInt8>,
    outStride: Int
  ) {
    kernels.round_then_clamp_f32(
      rows,
      columns,
      x,
      stride,
      scale,
      zero,
      limits.lowerBound,
      limits.upperBound,
      out,
      outStride
    )
  }

  /// LSQ and Q-ViT: out[i, j] = rint(clamp(x[i, j] / scale[j] + zero[j], limits)).
  public func clampThenRound(
    rows: Int,
    columns: Int,
    x: UnsafePointer<Float>,
    stride: Int,
    scale: UnsafePointer<Float>,
    zero: UnsafePointer<Float>,
    limits: ClosedRange<Int32>,
    out: UnsafeMutablePointer<UInt8>,
    outStride: Int
  ) {
    kernels.clamp_then_round_f32(
      rows,
      columns,
      x,
      stride,
      scale,
      zero,
      limits.lowerBound,
      limits.upperBound,
      out,
      outStride
    )
  }

  /// out[i, j] = clamp(round(p + offset[j]) + zero[j], limits), p = a[i, j] / divisor[i] ·
  /// multiplier[j], 0 where the divisor is 0.
  ///
  /// undecided[i] is 1 where some code of row i may not be that, else 0: float64 leaves codes in doubt
  /// whose number is within (|p| + |offset|) · 2⁻⁴⁹ of a tie.
  public func quotient(
    rows: Int,
    columns: Int,
    a: UnsafePointer<Int32>,
    stride: Int,
    divisor: UnsafePointer<Int32>,
    divisorStride: Int,
    multiplier: UnsafePointer<Double>,
    offset: UnsafePointer<Double>,
    zero: UnsafePointer<Int32>,
    limits: ClosedRange<Int32>,
    out: UnsafeMutablePointer<UInt8>,
    outStride: Int,
    undecided: UnsafeMutablePointer<UInt8>
  ) {
    kernels.quotient_i32(
      rows,
      columns,
      a,
      stride,
      divisor,
      divisorStride,
      multiplier,
      offset,
      zero,
      limits.lowerBound,
      limits.upperBound,
      out,
      outStride,
      undecided
    )
  }
}
