import IntaglioGraph
import IntaglioNumerics

extension KernelSelfTest {
  func quantizeChecks() -> [KernelCheck] {
    tables.flatMap { instructionSet, table in
      let kernels = table.quantize
      return [true, false].map { roundsFirst in
        let form = roundsFirst ? "round_then_clamp" : "clamp_then_round"
        let name = "intaglio_quantize_\(form)_f32__\(instructionSet)"
        return check(name, instructionSet, on: matrixCases) { size, generator in
          quantizeTrial(kernels, size, roundsFirst: roundsFirst, &generator)
        }
      } + [
        check("intaglio_quantize_quotient_i32__\(instructionSet)", instructionSet, on: matrixCases)
        {
          quotientTrial(kernels, $0, &$1)
        }
      ]
    }
  }

  private func quotientTrial(
    _ kernels: QuantizeKernels,
    _ size: MatrixCase,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let columns = size.columns
    // Small numbers make ties, and 0 is a divisor now and then.
    let isSmall = Bool.random(using: &generator)
    let dividends = randomIntegers(size.count, &generator).map { isSmall ? $0 % 64 : $0 }
    let divisors = (0..<size.rows).map { _ in
      Int32.random(in: isSmall ? 0...12 : 1...60_000, using: &generator)
    }
    let multipliers = (0..<columns).map { _ in
      isSmall ? 0.5 : Double.random(in: -3...3, using: &generator)
    }
    let offsets = (0..<columns).map { _ in
      isSmall ? 0.25 : Double.random(in: -9...9, using: &generator)
    }
    let zeros = (0..<columns).map { _ in Int32.random(in: -9...200, using: &generator) }
    let limits = [0...7, -4...3, 0...255, -128...127].randomElement(using: &generator) ?? 0...7
    let a = GuardedBuffer(dividends, placement: placement)
    let divisor = GuardedBuffer(divisors, placement: placement)
    let multiplier = GuardedBuffer(multipliers, placement: placement)
    let offset = GuardedBuffer(offsets, placement: placement)
    let zero = GuardedBuffer(zeros, placement: placement)
    let out = GuardedBuffer([UInt8](repeating: 77, count: size.outCount), placement: placement)
    let undecided = GuardedBuffer([UInt8](repeating: 77, count: size.rows), placement: placement)
    kernels.quotient(
      rows: size.rows,
      columns: columns,
      a: a.base,
      stride: size.stride,
      divisor: divisor.base,
      divisorStride: 1,
      multiplier: multiplier.base,
      offset: offset.base,
      zero: zero.base,
      limits: Int32(limits.lowerBound)...Int32(limits.upperBound),
      out: out.base,
      outStride: size.outStride,
      undecided: undecided.base
    )
    var inDoubt = [UInt8](repeating: 0, count: size.rows)
    let expected = size.result(gap: UInt8(77)) { i, j in
      let inverse = divisors[i] == 0 ? 0 : 1 / Double(divisors[i])
      let part = Double(dividends[i * size.stride + j]) * inverse * multipliers[j]
      if QuotientRounding.isInDoubt(part, offset: offsets[j]) { inDoubt[i] = 1 }
      let code = (part + offsets[j]).rounded(.toNearestOrEven) + Double(zeros[j])
      let clamped = min(max(code, Double(limits.lowerBound)), Double(limits.upperBound))
      return UInt8(truncatingIfNeeded: Int(clamped))
    }
    return KernelTrial(out, expected).and(KernelTrial(undecided, inDoubt))
  }

  private func quantizeTrial(
    _ kernels: QuantizeKernels,
    _ size: MatrixCase,
    roundsFirst: Bool,
    _ generator: inout SplitMix64
  ) -> KernelTrial {
    let columns = size.columns
    let scales = (0..<columns).map { _ in
      Bool.random(using: &generator) ? 0.25 : Float.random(in: -0.5...0.5, using: &generator)
    }
    let zeros = (0..<columns).map { _ in Float(Int.random(in: -9...200, using: &generator)) }
    let limits = [0...7, -4...3, 0...255, -128...127].randomElement(using: &generator) ?? 0...7
    let values = (0..<size.count).map { _ in realToQuantize(&generator) }
    let x = GuardedBuffer(values, placement: placement)
    let scale = GuardedBuffer(scales, placement: placement)
    let zero = GuardedBuffer(zeros, placement: placement)
    let out = GuardedBuffer([UInt8](repeating: 77, count: size.outCount), placement: placement)
    let run = roundsFirst ? kernels.roundThenClamp : kernels.clampThenRound
    run(
      size.rows,
      columns,
      x.base,
      size.stride,
      scale.base,
      zero.base,
      Int32(limits.lowerBound)...Int32(limits.upperBound),
      out.base,
      size.outStride
    )
    let (lo, hi) = (Float(limits.lowerBound), Float(limits.upperBound))
    let expected = size.result(gap: UInt8(77)) { i, j in
      let ratio = values[i * size.stride + j] / scales[j]
      let moved = (roundsFirst ? ratio.rounded(.toNearestOrEven) : ratio) + zeros[j]
      let clamped = moved.isNaN ? lo : min(max(moved, lo), hi)
      return UInt8(truncatingIfNeeded: Int(clamped.rounded(.toNearestOrEven)))
    }
    return KernelTrial(out, expected)
  }

  /// Ties of the scale 0.25, ordinary values, and what no quantizer should be given.
  private func realToQuantize(_ generator: inout SplitMix64) -> Float {
    switch Int.random(in: 0..<20, using: &generator) {
    case 0: .nan
    case 1: .infinity
    case 2: -.infinity
    case 3: 3e38
    case 4: -0.0
    case 5...11: (Float(Int.random(in: -300...300, using: &generator)) + 0.5) * 0.25
    default: Float.random(in: -60...60, using: &generator)
    }
  }
}
