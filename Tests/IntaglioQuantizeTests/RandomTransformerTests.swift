import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import IntaglioRuntime
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
    let differing = try codesUnlikeTheOracle(
      IntegerOnlyGraph(verifying: integers),
      model.samples(3, seed: seed)
    )
    #expect(differing.isEmpty, "\(model.form): \(differing)")
  }

  /// What differs from the oracle of the same graph, everything before being the oracle's.
  private func codesUnlikeTheOracle(
    _ proof: IntegerOnlyGraph,
    _ samples: [[Float]]
  ) throws -> [String: Int] {
    let graph = proof.graph
    let integers = Set(graph.live.filter { graph.type(of: $0).isInteger })
    let oracle = try Oracle<Double>(graph)
    let plan = try Plan(proof.program, options: PlanOptions(observable: integers))
    let executor = Executor(plan)
    let free = Executor(try Plan(proof.program))
    var differing: [String: Int] = [:]
    var total = 0
    for sample in samples {
      let inputs = ["x": OracleTensor<Double>.real(sample.map(Double.init))]
      let truth = try oracle.run(inputs, keeping: integers)
      _ = try executor.run(sample) { value, contents in
        guard case .integer(let codes) = contents, let expected = truth[value]?.integers else {
          return nil
        }
        total += codes.count
        let count = zip(codes, expected).count { $0 != $1 }
        if count > 0 { differing[graph.label(of: value), default: 0] += count }
        return .integer(expected)
      }
      // The logits are real again, as float32.
      let logits = try free.run(sample, count: 1)
      let isNear = zip(logits, truth["logits"]?.reals ?? []).allSatisfy {
        abs(Double($0) - $1) <= 0x1p-20 * max(1, abs($1))
      }
      if !isNear { differing["logits", default: 0] += 1 }
    }
    #expect(total > 0)
    return differing
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
