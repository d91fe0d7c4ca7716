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
      }
    }
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
