import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import IntaglioRuntime
import Testing

extension IntegerOnlyGraph {
  /// What differs from the oracle of the same graph, everything before being the oracle's.
  func codesUnlikeTheOracle(
    _ samples: [[Float]]
  ) throws -> [String: Int] {
    let integers = Set(graph.live.filter { graph.type(of: $0).isInteger })
    let oracle = try Oracle<Double>(graph)
    let plan = try Plan(program, options: PlanOptions(observable: integers))
    let executor = Executor(plan)
    let free = Executor(try Plan(program))
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
}
