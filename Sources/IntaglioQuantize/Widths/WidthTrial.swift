import IntaglioFloat32
import IntaglioGraph
import IntaglioNumerics

/// What widths do to the answers on samples that did not calibrate them.
public struct WidthTrial: Sendable, Hashable {
  public let samples: Int
  /// The mean Kullback–Leibler divergence from the float model's probabilities, in nats.
  public let divergence: Double
  /// Percentage points of right answers that are lost if the float model's probabilities are right.
  ///
  /// What they give its own first answer less what they give the other's; no labels are needed.
  public let expectedDrop: Double

  package init(plain: [[Float]], found: [[Float]]) {
    let pairs = zip(plain, found)
    samples = plain.count
    let count = Double(max(samples, 1))
    divergence =
      pairs.reduce(0) { $0 + Divergence.kullbackLeibler($1.0, $1.1) } / count
    expectedDrop = pairs.reduce(0) { $0 + Self.loss($1.0, $1.1) } * 100 / count
  }

  /// By how much the first answer of `found` is less probable than that of `plain`, by `plain`.
  private static func loss(_ plain: [Float], _ found: [Float]) -> Double {
    guard let first = plain.indices.max(by: { plain[$0] < plain[$1] }),
      let other = found.indices.max(by: { found[$0] < found[$1] })
    else { return 0 }
    let probabilities = Divergence.probabilities(plain)
    return probabilities[first] - probabilities[other]
  }
}

extension PostTrainingQuantizer {
  /// Quantizes `graph` on some samples, quickly, and looks at its answers on others.
  ///
  /// - Returns: how they compare with the float model's.
  /// - Throws: as `quantize` does.
  func trial(
    of graph: Graph,
    calibratedOn samples: CalibrationSamples,
    judgedOn others: CalibrationSamples,
    threads: Int
  ) throws -> WidthTrial {
    var quick = self
    quick.isTrial = true
    let quantized = try quick.quantize(graph, calibratedOn: samples, threads: threads)
    func answers(_ graph: Graph) throws -> [[Float]] {
      let program = try Float32Program(graph)
      let name = try Network.inputName(of: graph)
      return try ParallelMap(threads: threads).map(others.count) { sample in
        try program.run([name: .real(others(sample))]).outputs.sorted { $0.key < $1.key }
          .flatMap(\.value.floats)
      }
    }
    return try WidthTrial(plain: answers(graph), found: answers(quantized))
  }
}
