import IntaglioNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension KernelSelfTest {
  func unaryChecks() -> [KernelCheck] {
    let truth = KernelTable(limit: .scalar).unary
    return tables.flatMap { instructionSet, table in
      let scalar = instructionSet == .scalar
      let functions = UnaryFunction.allCases.map { function in
        check(
          "intaglio_unary_f32_\(function.kernelName)__\(instructionSet)",
          instructionSet,
          on: matrixCases,
          within: (function.bound, .ulp)
        ) { unaryTrial(function, table.unary, scalar ? nil : truth, $0, &$1) }
      }
      let clip = check(
        "intaglio_unary_f32_clip__\(instructionSet)",
        instructionSet,
        on: matrixCases
      ) { clipTrial(table.unary, $0, &$1) }
      return functions + [clip]
    }
  }

  private func unaryTrial(
    _ function: UnaryFunction,
    _ kernels: UnaryKernels,
    _ truth: UnaryKernels?,
    _ size: MatrixCase,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let values = (0..<size.count).map { _ in anyReal(&generator) }
    let x = GuardedBuffer(values, placement: placement)
    func run(_ kernels: UnaryKernels) -> GuardedBuffer<Float> {
      let out = GuardedBuffer([Float](repeating: 77, count: size.outCount), placement: placement)
      kernels.apply(
        function,
        rows: size.rows,
        columns: size.columns,
        x: x.base,
        stride: size.stride,
        out: out.base,
        outStride: size.outStride
      )
      return out
    }
    let out = run(kernels)
    let found = out.values
    var trial = KernelTrial(out, truth.map { run($0).values } ?? found)
    for i in 0..<size.rows {
      for j in 0..<size.columns {
        let exact = function.exact(Double(values[i * size.stride + j]))
        trial.error = max(trial.error, ulps(from: exact, to: found[i * size.outStride + j]))
      }
    }
    return trial
  }

  private func clipTrial(
    _ kernels: UnaryKernels,
    _ size: MatrixCase,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let values = (0..<size.count).map { _ in anyReal(&generator) }
    let x = GuardedBuffer(values, placement: placement)
    let out = GuardedBuffer([Float](repeating: 77, count: size.outCount), placement: placement)
    kernels.clip(
      rows: size.rows,
      columns: size.columns,
      x: x.base,
      stride: size.stride,
      limits: -1.5...10,
      out: out.base,
      outStride: size.outStride
    )
    let expected = size.result(gap: Float(77)) { i, j in
      let value = values[i * size.stride + j]
      return value.isNaN ? value : min(max(value, -1.5), 10)
    }
    return KernelTrial(out, expected)
  }

  /// Special values, every magnitude, and the range that activations have.
  func anyReal(_ generator: inout SplitMix64) -> Float {
    switch Int.random(in: 0..<16, using: &generator) {
    case 0:
      [Float.nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
        .randomElement(using: &generator) ?? 0
    case 1...5: Float(bitPattern: UInt32.random(in: 0...(.max), using: &generator))
    case 6...8: Float.random(in: -110...110, using: &generator)
    default: Float.random(in: -6...6, using: &generator)
    }
  }
}

/// Distance in units in the last place of `exact`; 0 when both are NaN or round to the same
/// infinity.
func ulps(from exact: Double, to found: Float) -> Double {
  if exact.isNaN || found.isNaN { return exact.isNaN == found.isNaN ? 0 : .infinity }
  let rounded = Float(exact)
  if rounded == found {
    return rounded.isInfinite ? 0 : abs(exact - Double(found)) / Double(rounded.ulp)
  }
  if rounded.isInfinite || found.isInfinite { return .infinity }
  return abs(exact - Double(found)) / Double(rounded.ulp)
}

extension UnaryFunction {
  /// Its name in C.
  fileprivate var kernelName: String {
    switch self {
    case .exponential: "exp"
    case .erf: "erf"
    case .tanh: "tanh"
    case .sigmoid: "sigmoid"
    case .geluErf: "gelu_erf"
    case .geluTanh: "gelu_tanh"
    case .squareRoot: "sqrt"
    case .reciprocal: "reciprocal"
    case .relu: "relu"
    }
  }

  /// The largest error allowed, in units in the last place.
  fileprivate var bound: Double {
    switch self {
    case .exponential: 1
    case .erf, .tanh: 1.5
    case .sigmoid: 2.5
    case .geluErf: 6
    case .geluTanh: 3
    case .squareRoot, .reciprocal: 0.5
    case .relu: 0
    }
  }

  /// The function in float64.
  fileprivate func exact(_ x: Double) -> Double {
    switch self {
    case .exponential: exp(x)
    case .erf: erfFloat64(x)
    case .tanh: tanhFloat64(x)
    case .sigmoid: 1 / (1 + exp(-x))
    case .geluErf: x == -.infinity ? 0 : 0.5 * x * erfc(-x / 2.0.squareRoot())
    case .geluTanh:
      x == -.infinity
        ? 0 : x / (1 + exp(-2 * (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .squareRoot: x.squareRoot()
    case .reciprocal: 1 / x
    case .relu: x < 0 ? 0 : x
    }
  }
}

/// The library's functions, whose names are also cases above.
private func erfFloat64(_ x: Double) -> Double { erf(x) }
private func tanhFloat64(_ x: Double) -> Double { tanh(x) }
