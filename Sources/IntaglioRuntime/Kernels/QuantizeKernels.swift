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
}
