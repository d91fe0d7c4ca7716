import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

import IntaglioQuantize

/// The invariances of Docs/Quantization.md on random networks: with all roundings taken out, what the emitter
/// writes is the float model again.
@Suite("Invariances of quantization do not move a logit")
struct InvarianceTests {
  /// The largest difference of an output, and the largest output.
  private func distance(
    _ a: Graph,
    _ b: Graph,
    _ samples: [[Float]]
  ) throws -> (apart: Double, size: Double) {
    let (first, second) = (try Oracle<Double>(a), try Oracle<Double>(b))
    var (apart, size) = (0.0, 0.0)
    for sample in samples {
      let inputs = ["x": OracleTensor<Double>.real(sample.map(Double.init))]
      let (x, y) = (try first.run(inputs), try second.run(inputs))
      let (p, q) = (try #require(x["logits"]?.reals), try #require(y["logits"]?.reals))
      try #require(p.count == q.count)
      for (left, right) in zip(p, q) {
        // What is not a number is apart from everything.
        let distance = abs(left - right)
        apart = distance.isNaN ? .infinity : max(apart, distance)
        size = max(size, abs(left))
      }
    }
    return (apart, size)
  }

  /// Eight times what half a step of float32 in each constant does to the outputs: what is folded is rounded by
  /// as much, and of eight draws of such roundings none is far below what they can do.
  private func tolerance(_ graph: Graph, _ samples: [[Float]]) throws -> Double {
    let moved = try (1...8).map { try distance(graph, graph.disturbed(seed: $0), samples).apart }
    return 8 * (moved.max() ?? 0)
  }

  /// Numbers are such that every constant that is folded is a float exactly.
  ///
  /// What is left are roundings of float64, 2⁻⁵³ each: some thousand of them, which norms of nearly equal
  /// numbers enlarge a thousandfold at most, stay below 2⁻³³ of the largest logit.
  @Test("whatever is decided, exactly", arguments: 1...300 as ClosedRange<UInt64>)
  func exact(seed: UInt64) throws {
    let model = try RandomTransformer(seed: seed)
    let decided = try RandomDecisions(model.graph, seed: seed &+ 1000, isDyadic: true)
    let emitted = try Emitter.whole(model.graph, decided.decisions).unrounded()
    let found = try distance(model.graph, emitted, model.samples(2, seed: seed))
    #expect(found.apart <= 0x1p-33 * max(1, found.size), "\(model.form): \(found)")
  }

  @Test("whatever is decided, in networks of every kind", arguments: SmallNetwork.allCases)
  func kinds(kind: SmallNetwork) throws {
    try check { try kind.graph(seed: $0) }
  }

  /// Networks from six seeds, whatever is decided of them.
  private func check(_ network: (UInt64) throws -> Graph) throws {
    for seed in 1...6 as ClosedRange<UInt64> {
      let graph = try network(seed).rewritten(by: Pipeline.preparation)
      let decided = try RandomDecisions(graph, seed: seed, isDyadic: false)
      let emitted = try Emitter.whole(graph, decided.decisions).unrounded()
      let samples = SmallNetwork.samples(2, seed: seed)
      let found = try distance(graph, emitted, samples)
      let allowed = try tolerance(emitted, samples)
      #expect(found.apart <= allowed, "seed \(seed): \(found), allowed \(allowed)")
      #expect(allowed < 1e-3, "seed \(seed): \(allowed) says nothing")
    }
  }

  @Test(
    "whatever is decided, in networks with convolutions",
    arguments: ConvolutionNetwork.allCases
  )
  func convolutions(kind: ConvolutionNetwork) throws {
    try check { try kind.graph(seed: $0) }
  }

  @Test(
    "what calibration decides, whatever the widths",
    arguments: 1...40 as ClosedRange<UInt64>
  )
  func calibrated(seed: UInt64) throws {
    let model = try RandomTransformer(seed: seed)
    let graph = try model.graph.rewritten(by: Pipeline.preparation)
    var decisions = try PostTrainingQuantizer(model.options(seed: seed)).quantization(
      of: graph,
      calibratedOn: CalibrationSamples(model.samples(12))
    ).decisions
    // Codes of weights are no rewriting of the float model's.
    decisions.weights = [:]
    let emitted = try Emitter.whole(graph, decisions).unrounded()
    let samples = model.samples(2, seed: seed)
    let found = try distance(model.graph, emitted, samples)
    let allowed = try tolerance(emitted, samples)
    #expect(found.apart <= allowed, "\(model.form): \(found), allowed \(allowed)")
    #expect(allowed < 1e-2 * max(1, found.size), "\(model.form): \(allowed) says nothing")
  }
}
