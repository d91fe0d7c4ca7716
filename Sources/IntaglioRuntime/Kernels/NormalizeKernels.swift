import CIntaglioKernels

/// LayerNorm and softmax over rows, in float32; `out` may be `x`.
public struct NormalizeKernels: Sendable {
  public let name: String
  public let instructionSet: InstructionSet
  private let kernels: intaglio_normalize_kernels

  init(_ kernels: intaglio_normalize_kernels) {
    self.kernels = kernels
    name = String(cString: kernels.name)
    instructionSet = InstructionSet(kernels.isa)
  }

  /// out[i, j] = (x[i, j] − μᵢ) / √(σᵢ² + epsilon) · gamma[j] + beta[j], with the biased variance
  /// of row i.
  public func layerNorm(
    rows: Int,
    columns: Int,
    x: UnsafePointer<Float>,
    stride: Int,
    gamma: UnsafePointer<Float>,
    beta: UnsafePointer<Float>,
    epsilon: Float,
    out: UnsafeMutablePointer<Float>,
    outStride: Int
  ) {
    kernels.layer_norm_f32(rows, columns, x, stride, gamma, beta, epsilon, out, outStride)
  }

  /// out[i, j] = e^(x[i, j] − maxᵢ) / Σⱼ e^(x[i, j] − maxᵢ).
  public func softmax(
    rows: Int,
    columns: Int,
    x: UnsafePointer<Float>,
    stride: Int,
    out: UnsafeMutablePointer<Float>,
    outStride: Int
  ) {
    kernels.softmax_f32(rows, columns, x, stride, out, outStride)
  }

  /// out[i, j] = e^(x[i, j] − maxᵢ).
  public func rowExponential(
    rows: Int,
    columns: Int,
    x: UnsafePointer<Float>,
    stride: Int,
    out: UnsafeMutablePointer<Float>,
    outStride: Int
  ) {
    kernels.row_exponential_f32(rows, columns, x, stride, out, outStride)
  }
}
