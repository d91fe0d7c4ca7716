import CIntaglioKernels

/// Real functions, element by element, in float32; `out` may be `x`.
public struct UnaryKernels: Sendable {
  public let name: String
  public let instructionSet: InstructionSet
  private let kernels: intaglio_unary_kernels

  init(_ kernels: intaglio_unary_kernels) {
    self.kernels = kernels
    name = String(cString: kernels.name)
    instructionSet = InstructionSet(kernels.isa)
  }

  /// out[i, j] = function(x[i, j]).
  public func apply(
    _ function: UnaryFunction,
    rows: Int,
    columns: Int,
    x: UnsafePointer<Float>,
    stride: Int,
    out: UnsafeMutablePointer<Float>,
    outStride: Int
  ) {
    switch function {
    case .exponential: kernels.exp(rows, columns, x, stride, out, outStride)
    case .erf: kernels.erf(rows, columns, x, stride, out, outStride)
    case .tanh: kernels.tanh(rows, columns, x, stride, out, outStride)
    case .sigmoid: kernels.sigmoid(rows, columns, x, stride, out, outStride)
    case .geluErf: kernels.gelu_erf(rows, columns, x, stride, out, outStride)
    case .geluTanh: kernels.gelu_tanh(rows, columns, x, stride, out, outStride)
    case .squareRoot: kernels.sqrt(rows, columns, x, stride, out, outStride)
    case .reciprocal: kernels.reciprocal(rows, columns, x, stride, out, outStride)
    case .relu: kernels.relu(rows, columns, x, stride, out, outStride)
    }
  }

  /// out[i, j] = min(max(x[i, j], lo), hi); NaN stays NaN.
  public func clip(
    rows: Int,
    columns: Int,
    x: UnsafePointer<Float>,
    stride: Int,
    limits: ClosedRange<Float>,
    out: UnsafeMutablePointer<Float>,
    outStride: Int
  ) {
    kernels.clip(
      rows,
      columns,
      x,
      stride,
      limits.lowerBound,
      limits.upperBound,
      out,
      outStride
    )
  }
}
