#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import IntaglioGraph

extension StagePass {
  func quantize(_ quantization: Quantization) {
    let (x, sink) = (input(as: Float.self), output(as: UInt8.self))
    let (scales, zeros): (UnsafePointer<Float>, UnsafePointer<Float>)
    (scales, zeros) = (column(quantization.scale), column(quantization.zero))
    guard memory.runs else { return }
    switch quantization.placement {
    case .afterRounding:
      kernels.quantize.roundThenClamp(
        rows: block.rows,
        columns: block.columns,
        x: x,
        stride: data.stride,
        scale: scales,
        zero: zeros,
        limits: quantization.limits,
        out: sink,
        outStride: out.stride
      )
    case .beforeRounding:
      kernels.quantize.clampThenRound(
        rows: block.rows,
        columns: block.columns,
        x: x,
        stride: data.stride,
        scale: scales,
        zero: zeros,
        limits: quantization.limits,
        out: sink,
        outStride: out.stride
      )
    }
  }

  /// The same into i32, for codes that need more than a byte; NaN becomes the lower limit.
  func quantizeWide(_ quantization: Quantization) {
    let scale: UnsafePointer<Float> = column(quantization.scale)
    let zero: UnsafePointer<Float> = column(quantization.zero)
    let (low, high) = (
      Double(quantization.limits.lowerBound), Double(quantization.limits.upperBound)
    )
    let roundsFirst = quantization.placement == .afterRounding
    forEach(Float.self, Int32.self) { x, column in
      let quotient = Double(x / scale[column])
      let shifted = (roundsFirst ? rint(quotient) : quotient) + Double(zero[column])
      return Int32(rint(shifted > high ? high : shifted > low ? shifted : low))
    }
  }
}
