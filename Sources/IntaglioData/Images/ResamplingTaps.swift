/// For each target position along one axis, the source positions it is made of and their weights.
///
/// A weight is an integer with 22 binary digits after the point; those of a target add up to 1 but
/// for their rounding. With 8-bit pixels a sum of products stays below 2³¹, because the weights of
/// these kernels add up to less than 1.5 in absolute value.
struct ResamplingTaps {
  static let fractionBits: Int32 = 22

  /// The taps of one target position.
  struct Target {
    /// The first source position; as many follow as there are weights.
    let first: Int
    /// Where its weights stand among all weights.
    let weights: Range<Int>
  }

  let source: Int
  let targets: [Target]
  /// The weights of all targets, one after another.
  let weights: [Int32]

  /// The taps from `source` to `target` pixels.
  ///
  /// The center of target pixel i lies at (i + ½)·source/target. The kernel is stretched by
  /// source/target where that exceeds 1. Weights are normalised in float64, then rounded half away
  /// from zero.
  init(source: Int, target: Int, kernel: InterpolationKernel) {
    let scale = Double(source) / Double(target)
    let stretch = max(scale, 1)
    let support = kernel.support * stretch
    var targets: [Target] = []
    var weights: [Int32] = []
    for index in 0..<target {
      let center = (Double(index) + 0.5) * scale
      let first = max(0, Int(center - support + 0.5))
      let end = min(source, Int(center + support + 0.5))
      let reals = (first..<end).map { position in
        kernel.weight(abs((Double(position) - center + 0.5) * (1 / stretch)))
      }
      let start = weights.count
      weights.append(contentsOf: fixedPoint(reals))
      targets.append(Target(first: first, weights: start..<weights.count))
    }
    self.source = source
    self.targets = targets
    self.weights = weights
  }
}

/// The weights divided by their sum, in fixed point.
private func fixedPoint(_ weights: [Double]) -> [Int32] {
  let total = weights.reduce(0, +)
  let unit = Double(1 << ResamplingTaps.fractionBits)
  return weights.map { weight in
    let share = total == 0 ? weight : weight / total
    return Int32((share * unit).rounded(.toNearestOrAwayFromZero))
  }
}
