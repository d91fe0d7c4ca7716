import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

import IntaglioQuantize

@Suite("PostTrainingQuantizer: random Transformers at random widths")
struct RandomTransformerTests {
  private func quantized(
    _ model: RandomTransformer,
    seed: UInt64,
    samples: Int = 20,
    threads: Int
  ) throws -> Graph {
    try PostTrainingQuantizer(model.options(seed: seed)).quantize(
      model.graph.rewritten(by: Pipeline.preparation),
      calibratedOn: CalibrationSamples(model.samples(samples)),
      threads: threads
    )
  }

  @Test(
    "are reordered without a rest, and the program's codes are the oracle's",
    arguments: 1...40 as ClosedRange<UInt64>
  )
  func programs(seed: UInt64) throws {
    let model = try RandomTransformer(seed: seed)
    let proof = try IntegerGraph(
      verifying: Pipeline().apply(to: quantized(model, seed: seed, threads: 2))
    )
    #expect(proof.coverage.blocked.isEmpty && proof.coverage.total > 0)
    let integers = try proof.withStreams(bits: 16, magnitude: 32)
    // What reads tokens that are real numbers begins with a norm of real numbers.
    guard model.form.readsPixels else { return }
    let differing = try IntegerOnlyGraph(verifying: integers).codesUnlikeTheOracle(
      model.samples(3, seed: seed)
    )
    #expect(differing.isEmpty, "\(model.form): \(differing)")
  }

  @Test("are the same with any number of threads", arguments: 1...16 as ClosedRange<UInt64>)
  func threads(seed: UInt64) throws {
    let model = try RandomTransformer(seed: seed)
    // More than two chunks of samples, the last not full.
    let graphs = try [1, 3].map { try quantized(model, seed: seed, samples: 21, threads: $0) }
    #expect(graphs[0].nodes == graphs[1].nodes && graphs[0].names == graphs[1].names)
    #expect(graphs[0].outputs == graphs[1].outputs)
  }
}
