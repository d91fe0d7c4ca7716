import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("JoinAddedScores")
struct JoinAddedScoresTests {
  private func constant(
    _ shape: [Int],
    _ graph: inout Graph,
    _ random: inout SplitMix64
  ) throws -> Value {
    let numbers = (0..<shape.reduce(1, *)).map { _ in random.real().doubleValue }
    return try graph.append(.constant(Tensor(numbers, shape: shape)))
  }

  /// Scores of four windows with what `steps` does to them, and softmax.
  private func graph(
    _ random: inout SplitMix64,
    _ operation: Operation = .softmax,
    _ steps: (inout Graph, Value, inout SplitMix64) throws -> Value
  ) throws -> Graph {
    var graph = Graph()
    let scores = try steps(&graph, graph.reals("scores", [4, 2, 3, 3]), &random)
    graph.addOutput("y", try graph.append(Node(operation, [scores]), name: "softmax"))
    return graph
  }

  @Test("bias and mask are added at once, bit for bit", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let operation = random.pick([Operation.softmax, .rowExponential])
    let graph = try graph(&random, operation) { graph, scores, random in
      let biased = try graph.append(.add, scores, constant([2, 3, 3], &graph, &random))
      let outer = try graph.append(.layout(.reshape([2, 2, 2, 3, 3])), biased)
      let turned = try graph.append(.layout(.transpose([1, 0, 2, 3, 4])), outer)
      let masked = try graph.append(.add, constant([2, 1, 1, 3, 3], &graph, &random), turned)
      return try graph.append(.layout(.reshape([4, 2, 3, 3])), masked)
    }
    let after = try checkForm(JoinAddedScores(), on: graph, fires: true)
    #expect(after.count { $0 == .add } == 1)
    let inputs = random.inputs(of: graph).mapValues(\.doubles)
    let expected = try Oracle<Double>(graph).run(inputs).outputs
    #expect(try Oracle<Double>(after).run(inputs).outputs == expected)
    #expect(after.outputs.first.flatMap { after.name(of: $0.value) } == "softmax")
  }

  @Test("leaves one constant right before softmax, factors, slices, and what no softmax reads")
  func guards() throws {
    var random = SplitMix64(seed: 1)
    let single = try graph(&random) { graph, scores, random in
      let outer = try graph.append(.layout(.reshape([8, 3, 3])), scores)
      return try graph.append(.add, outer, constant([3, 3], &graph, &random))
    }
    let factor = try graph(&random) { graph, scores, random in
      let biased = try graph.append(.add, scores, constant([3], &graph, &random))
      return try graph.append(.multiply, biased, constant([], &graph, &random))
    }
    let slice = try graph(&random) { graph, scores, random in
      let biased = try graph.append(.add, scores, constant([3], &graph, &random))
      return try graph.append(.layout(.slice(axis: 0, start: 1, count: 2)), biased)
    }
    let other = try graph(&random, .function(.relu)) { graph, scores, random in
      let biased = try graph.append(.add, scores, constant([3], &graph, &random))
      return try graph.append(.add, biased, constant([3, 1], &graph, &random))
    }
    for graph in [single, factor, slice, other] {
      try checkForm(JoinAddedScores(), on: graph, fires: false)
    }
  }
}
