import IntaglioGraph
import IntaglioNumerics
import IntaglioFloat32
import IntaglioTestSupport
import Testing

@Suite("Float32Program: agrees with the oracle")
struct Float32ProgramAgreementTests {
  @Test(
    "on graphs of every operation: to the last bit where float32 is exact, else within its error",
    arguments: 0..<96 as Range<UInt64>
  )
  func agreement(seed: UInt64) throws {
    let sample = try RandomGraph(seed: seed, irrational: true)
    let everything = Set(sample.graph.values)
    let oracle = try Oracle<Double>(sample.graph).run(oracleInputs(sample), keeping: everything)
    let reference = try Float32Program(sample.graph).run(inputs(sample), keeping: everything)
    for value in sample.graph.values {
      let label = Comment(rawValue: sample.graph.label(of: value))
      let (near, truth) = try (#require(reference[value]), #require(oracle[value]))
      #expect(near.integers?.map(Int.init) == truth.integers, label)
      guard let reals = truth.reals else { continue }
      if sample.exact.contains(value) {
        #expect(near.reals?.map(Double.init) == reals, label)
      } else {
        #expect(near.count == reals.count)
        // A few units of the last place of the operation and of the product after it.
        let isClose = zip(near.floats, reals).allSatisfy {
          (Double($0) - $1).magnitude <= 4e-6 * max(1, $1.magnitude)
        }
        #expect(isClose, label)
      }
    }
  }

  @Test("keeping values changes no output", arguments: 0..<8 as Range<UInt64>)
  func keeping(seed: UInt64) throws {
    let sample = try RandomGraph(seed: seed, irrational: true)
    let reference = try Float32Program(sample.graph)
    let plain = try reference.run(inputs(sample))
    let kept = try reference.run(inputs(sample), keeping: Set(sample.graph.values))
    #expect(plain.outputs == kept.outputs)
    #expect(plain.kept.isEmpty)
    #expect(try reference.run(inputs(sample)).outputs == plain.outputs, "nothing was overwritten")
  }

  @Test("one reference serves two threads at once")
  func threads() async throws {
    let sample = try RandomGraph(seed: 1, irrational: true)
    let reference = try Float32Program(sample.graph)
    let given = inputs(sample)
    let expected = try reference.run(given).outputs
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<16 { group.addTask { try reference.run(given).outputs == expected } }
      for try await same in group { #expect(same) }
    }
  }

  private func inputs(_ sample: RandomGraph) -> [String: Float32Tensor] {
    sample.reals.mapValues { Float32Tensor.real($0.map(Float.init)) }
      .merging(sample.integers.mapValues { .integer($0.map { Int32($0) }) }) { a, _ in a }
  }

  private func oracleInputs(_ sample: RandomGraph) -> [String: OracleTensor<Double>] {
    sample.reals.mapValues { OracleTensor<Double>.real($0) }
      .merging(sample.integers.mapValues { .integer($0) }) { a, _ in a }
  }
}
