import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Oracle: float64 and exact arithmetic")
struct OracleAgreementTests {
  @Test(
    "agree to the last bit wherever float64 is exact",
    arguments: 0..<64 as Range<UInt64>
  )
  func agreement(seed: UInt64) throws {
    let sample = try RandomGraph(seed: seed, irrational: false)
    let doubles = try Oracle<Double>(sample.graph).run(
      inputs(sample) { .real($0) },
      keeping: sample.exact
    )
    let ratios = try Oracle<Rational>(sample.graph).run(
      inputs(sample) { .real($0.compactMap { Rational(exactly: $0) }) },
      keeping: sample.exact
    )
    for value in sample.graph.values {
      let (near, exact) = try (#require(doubles[value]), #require(ratios[value]))
      let label = Comment(rawValue: sample.graph.label(of: value))
      #expect(near.integers == exact.integers, label)
      #expect(near.reals?.map { Rational(exactly: $0) } == exact.reals, label)
      #expect(near.count == sample.graph.type(of: value).count)
    }
  }

  @Test("outputs are the same whether or not values are kept", arguments: 0..<8 as Range<UInt64>)
  func keeping(seed: UInt64) throws {
    let sample = try RandomGraph(seed: seed, irrational: true)
    let oracle = try Oracle<Double>(sample.graph)
    let plain = try oracle.run(inputs(sample) { .real($0) })
    let kept = try oracle.run(inputs(sample) { .real($0) }, keeping: Set(sample.graph.values))
    #expect(plain.outputs == kept.outputs)
    #expect(plain.kept.isEmpty)
    #expect(kept.kept.count == sample.graph.nodes.count)
  }

  @Test("one oracle serves several threads at once")
  func threads() async throws {
    let sample = try RandomGraph(seed: 1, irrational: true)
    let oracle = try Oracle<Double>(sample.graph)
    let given: [String: OracleTensor<Double>] = inputs(sample) { .real($0) }
    let expected = try oracle.run(given).outputs
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 { group.addTask { try oracle.run(given).outputs == expected } }
      for try await same in group { #expect(same) }
    }
  }

  private func inputs<Number>(
    _ sample: RandomGraph,
    _ real: ([Double]) -> OracleTensor<Number>
  ) -> [String: OracleTensor<Number>] {
    sample.reals.mapValues(real).merging(sample.integers.mapValues { .integer($0) }) { a, _ in a }
  }
}
