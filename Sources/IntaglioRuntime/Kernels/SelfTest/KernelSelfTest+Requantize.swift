import IntaglioNumerics

extension KernelSelfTest {
  func requantizeChecks() -> [KernelCheck] {
    let truth = KernelTable(limit: .scalar).requantize
    return tables.flatMap { instructionSet, table in
      let kernels = table.requantize
      let scalar = instructionSet == .scalar
      let counts = [(0, 0), (1, 0), (3, 0), (0, 7), (15, 0), (2, 3), (8, 1), (255, 0), (130, 125)]
      let steps = counts.flatMap { rising, falling in
        matrixCases.filter { rising + falling < 255 || $0.count < 200 }
          .map { (size: $0, rising: rising, falling: falling) }
      }
      return [
        check("intaglio_requantize_thresholds_i32__\(instructionSet)", instructionSet, on: steps) {
          thresholdsTrial(
            kernels,
            scalar ? nil : truth,
            $0.size,
            steps: ($0.rising, $0.falling),
            &$1
          )
        },
        check("intaglio_requantize_dyadic_i32__\(instructionSet)", instructionSet, on: matrixCases)
        {
          dyadicTrial(kernels, scalar ? nil : truth, $0, &$1)
        },
      ]
    }
  }

  private func thresholdsTrial(
    _ kernels: RequantizeKernels,
    _ truth: RequantizeKernels?,
    _ size: MatrixCase,
    steps: (rising: Int, falling: Int),
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let (acc, thresholds) = thresholds(size, steps: steps, &generator)
    let accumulators = GuardedBuffer(acc, placement: placement)
    let rises = GuardedBuffer(thresholds.rises, placement: placement)
    let falls = GuardedBuffer(thresholds.falls, placement: placement)
    let base = GuardedBuffer(thresholds.bases, placement: placement)
    func run(_ kernels: RequantizeKernels) -> GuardedBuffer<UInt8> {
      let out = GuardedBuffer([UInt8](repeating: 77, count: size.outCount), placement: placement)
      kernels.thresholds(
        rows: size.rows,
        columns: size.columns,
        accumulators: accumulators.base,
        stride: size.stride,
        rising: steps.rising,
        rises: rises.base,
        falling: steps.falling,
        falls: falls.base,
        base: base.base,
        out: out.base,
        outStride: size.outStride
      )
      return out
    }
    if let truth { return KernelTrial(run(kernels), run(truth).values) }
    let expected = size.result(gap: UInt8(77)) { i, j in
      thresholds.code(acc[i * size.stride + j], column: j)
    }
    return KernelTrial(run(kernels), expected)
  }

  /// Accumulators of 32 bits or of 16, and thresholds of which every third is one of them.
  private func thresholds(
    _ size: MatrixCase,
    steps: (rising: Int, falling: Int),
    _ generator: inout SplitMix64
  ) -> (accumulators: [Int32], thresholds: ColumnThresholds) {
    let shift = Bool.random(using: &generator) ? 16 : 0
    // INT32_MAX is a threshold that no accumulator reaches.
    func integers(_ count: Int) -> [Int32] {
      randomIntegers(count, &generator).map { $0 == .max ? $0 : $0 >> shift }
    }
    let accumulators = integers(size.count).map { min($0, .max - 1) }
    func levels(_ count: Int) -> [Int32] {
      var levels = integers(count * size.columns)
      for index in levels.indices where !accumulators.isEmpty && index % 3 == 0 {
        levels[index] = accumulators[index % accumulators.count]
      }
      return levels
    }
    let (rises, falls) = (levels(steps.rising), levels(steps.falling))
    let bases = (0..<size.columns).map { _ in Int32.random(in: -128...255, using: &generator) }
    return (accumulators, ColumnThresholds(rises: rises, falls: falls, bases: bases))
  }

  private func dyadicTrial(
    _ kernels: RequantizeKernels,
    _ truth: RequantizeKernels?,
    _ size: MatrixCase,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let columns = size.columns
    let acc = randomIntegers(size.count, &generator)
    let factors = randomIntegers(columns, &generator)
    let shifts = (0..<columns).map { _ in Int32.random(in: 0...62, using: &generator) }
    let biases = (0..<columns).map { _ in
      Int64.random(in: -(1 << 62)...(1 << 62), using: &generator)
        >> Int64.random(in: 0...62, using: &generator)
    }
    let limits: ClosedRange<Int32> = Bool.random(using: &generator) ? 0...255 : -128...127
    let accumulators = GuardedBuffer(acc, placement: placement)
    let multiplier = GuardedBuffer(factors, placement: placement)
    let shift = GuardedBuffer(shifts, placement: placement)
    let bias = GuardedBuffer(biases, placement: placement)
    func run(_ kernels: RequantizeKernels) -> GuardedBuffer<UInt8> {
      let out = GuardedBuffer([UInt8](repeating: 77, count: size.outCount), placement: placement)
      kernels.dyadic(
        rows: size.rows,
        columns: columns,
        accumulators: accumulators.base,
        stride: size.stride,
        multiplier: multiplier.base,
        bias: bias.base,
        shift: shift.base,
        limits: limits,
        out: out.base,
        outStride: size.outStride
      )
      return out
    }
    if let truth { return KernelTrial(run(kernels), run(truth).values) }
    let expected = size.result(gap: UInt8(77)) { i, j in
      let scaled = Int64(acc[i * size.stride + j]) * Int64(factors[j]) + biases[j]
      let code = scaled >> Int64(shifts[j])
      let clamped = min(max(code, Int64(limits.lowerBound)), Int64(limits.upperBound))
      return UInt8(truncatingIfNeeded: clamped)
    }
    return KernelTrial(run(kernels), expected)
  }
}

/// The thresholds of every column, `[steps, columns]`, and what they mean.
private struct ColumnThresholds {
  let rises: [Int32]
  let falls: [Int32]
  /// The code below all thresholds.
  let bases: [Int32]

  /// The code of an accumulator, modulo 256.
  func code(_ accumulator: Int32, column: Int) -> UInt8 {
    func reached(_ thresholds: [Int32]) -> Int {
      stride(from: column, to: thresholds.count, by: bases.count).count {
        accumulator >= thresholds[$0]
      }
    }
    return UInt8(truncatingIfNeeded: Int(bases[column]) + reached(rises) - reached(falls))
  }
}
