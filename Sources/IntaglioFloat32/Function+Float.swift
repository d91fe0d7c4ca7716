import IntaglioGraph

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension Function {
  /// The function of every element.
  ///
  /// Memory is reused where nothing else holds `values`. `log`, `tanh` and powers other than ½ and 2 go through the C library one by one.
  func applied(to values: consuming [Float]) -> [Float] {
    var x = values
    switch self {
    case .negate: RowKernels.map(&x) { -$0 }
    case .absolute: RowKernels.map(&x) { $0.magnitude }
    case .reciprocal: RowKernels.map(&x) { 1 / $0 }
    case .squareRoot: RowKernels.map(&x) { $0.squareRoot() }
    case .exp: RowKernels.map(&x) { $0.exponential }
    case .log: for index in x.indices { x[index] = logf(x[index]) }
    case .erf: RowKernels.map(&x) { $0.errorFunction }
    case .tanh: for index in x.indices { x[index] = tanhf(x[index]) }
    case .sigmoid: RowKernels.map(&x) { $0.sigmoid }
    case .relu: RowKernels.map(&x) { $0.replacing(with: 0, where: $0 .< 0) }
    case .gelu: RowKernels.map(&x) { $0.gelu }
    case .geluTanh: RowKernels.map(&x) { $0.geluTanh }
    case .silu: RowKernels.map(&x) { $0 * $0.sigmoid }
    case .hardSwish: RowKernels.map(&x) { $0 * ($0 / 6 + 0.5).clamped(0, 1) }
    case .clip(let lower, let upper):
      let (lower, upper) = (Float(lower), Float(upper))
      RowKernels.map(&x) { $0.clamped(lower, upper) }
    case .power(2): RowKernels.map(&x) { $0 * $0 }
    case .power(0.5): RowKernels.map(&x) { $0.squareRoot() }
    case .power(let exponent):
      let exponent = Float(exponent)
      for index in x.indices { x[index] = powf(x[index], exponent) }
    }
    return x
  }
}
