import IntaglioGraph
import IntaglioNumerics

/// What widths do to the answers on samples that did not calibrate them.
public struct WidthTrial: Sendable, Hashable {
  /// How many answers were compared: of a classifier one for each sample.
  public let answers: Int
  /// The mean Kullback–Leibler divergence from the float model's probabilities, in nats.
  public let divergence: Double
  /// Percentage points of right answers that are lost if the float model's probabilities are right.
  ///
  /// What they give its own first answer less what they give the other's; no labels are needed.
  public let expectedDrop: Double

  package init(plain: [[Float]], found: [[Float]]) {
    let pairs = zip(plain, found)
    answers = plain.count
    let count = Double(max(answers, 1))
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
  /// - Parameters:
  ///   - graph: a float graph.
  ///   - samples: what calibrates it.
  ///   - others: what judges it.
  ///   - plain: the float model's answers to `others`.
  ///   - threads: how many samples are in work at a time.
  /// - Returns: how they compare with the float model's.
  /// - Throws: as `quantize` does.
  func trial(
    of graph: Graph,
    calibratedOn samples: CalibrationSamples,
    judgedOn others: CalibrationSamples,
    plain: [[Float]],
    threads: Int
  ) throws -> WidthTrial {
    var quick = self
    quick.isTrial = true
    let quantized = try quick.quantize(graph, calibratedOn: samples, threads: threads)
    return WidthTrial(plain: plain, found: try Answers.of(quantized, others, threads: threads))
  }
}
