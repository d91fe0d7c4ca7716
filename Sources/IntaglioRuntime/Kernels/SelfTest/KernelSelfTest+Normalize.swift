import IntaglioNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension KernelSelfTest {
  func normalizeChecks() -> [KernelCheck] {
    let truth = KernelTable(limit: .scalar).normalize
    let cases = matrixCases.filter { $0.columns > 0 }
    return tables.flatMap { instructionSet, table in
      let kernels = table.normalize
      let truth = instructionSet == .scalar ? nil : truth
      return [
        check(
          "intaglio_normalize_layer_norm_f32__\(instructionSet)",
          instructionSet,
          on: cases,
          within: (2e-7, .ofRowMaximum)
        ) { layerNormTrial(kernels, truth, $0, &$1) },
        check(
          "intaglio_normalize_softmax_f32__\(instructionSet)",
          instructionSet,
          on: cases,
          within: (3, .ulp)
        ) { softmaxTrial(kernels, truth, $0, &$1, divides: true) },
        check(
          "intaglio_normalize_row_exponential_f32__\(instructionSet)",
          instructionSet,
          on: cases,
          within: (3, .ulp)
        ) { softmaxTrial(kernels, truth, $0, &$1, divides: false) },
      ]
    }
  }

  private func layerNormTrial(
    _ kernels: NormalizeKernels,
    _ truth: NormalizeKernels?,
    _ size: MatrixCase,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let columns = size.columns
    let center = Float.random(in: -50...50, using: &generator)
    let values = (0..<size.count).map { _ in center + Float.random(in: -3...3, using: &generator) }
    let factors = (0..<columns).map { _ in Float.random(in: -2...2, using: &generator) }
    let shifts = (0..<columns).map { _ in Float.random(in: -1...1, using: &generator) }
    let x = GuardedBuffer(values, placement: placement)
    let gamma = GuardedBuffer(factors, placement: placement)
    let beta = GuardedBuffer(shifts, placement: placement)
    func run(_ kernels: NormalizeKernels) -> GuardedBuffer<Float> {
      let out = GuardedBuffer([Float](repeating: 77, count: size.outCount), placement: placement)
      kernels.layerNorm(
        rows: size.rows,
        columns: columns,
        x: x.base,
        stride: size.stride,
        gamma: gamma.base,
        beta: beta.base,
        epsilon: 1e-6,
        out: out.base,
        outStride: size.outStride
      )
      return out
    }
    let out = run(kernels)
    let found = out.values
    var trial = KernelTrial(out, truth.map { run($0).values } ?? found)
    for row in 0..<size.rows {
      let input = values[row * size.stride..<row * size.stride + columns].map(Double.init)
      let normal = layerNorm(input)
      let exact = (0..<columns).map { normal[$0] * Double(factors[$0]) + Double(shifts[$0]) }
      let largest = exact.reduce(1e-30) { max($0, abs($1)) }
      for column in 0..<columns {
        let error = abs(exact[column] - Double(found[row * size.outStride + column]))
        trial.error = max(trial.error, error / largest)
      }
    }
    return trial
  }

  private func layerNorm(_ x: [Double]) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    return x.map { ($0 - mean) / (variance + Double(Float(1e-6))).squareRoot() }
  }

  private func softmaxTrial(
    _ kernels: NormalizeKernels,
    _ truth: NormalizeKernels?,
    _ size: MatrixCase,
    _ generator: inout SplitMix64,
    divides: Bool
  ) -> KernelTrial {
    let spreads: [Float] = [0, 3, 40, 200]
    let spread = spreads.randomElement(using: &generator) ?? 3
    let values = (0..<size.count).map { _ in
      Float.random(in: -spread...spread, using: &generator)
    }
    let x = GuardedBuffer(values, placement: placement)
    func run(_ kernels: NormalizeKernels) -> GuardedBuffer<Float> {
      let out = GuardedBuffer([Float](repeating: 77, count: size.outCount), placement: placement)
      let run = divides ? kernels.softmax : kernels.rowExponential
      run(size.rows, size.columns, x.base, size.stride, out.base, size.outStride)
      return out
    }
    let out = run(kernels)
    let found = out.values
    var trial = KernelTrial(out, truth.map { run($0).values } ?? found)
    for row in 0..<size.rows {
      let input = values[row * size.stride..<row * size.stride + size.columns].map(Double.init)
      let most = input.max() ?? 0
      let powers = input.map { exp($0 - most) }
      let sum = divides ? powers.reduce(0, +) : 1
      for column in 0..<size.columns {
        let value = found[row * size.outStride + column]
        trial.error = max(trial.error, ulps(from: powers[column] / sum, to: value))
      }
    }
    return trial
  }
}
