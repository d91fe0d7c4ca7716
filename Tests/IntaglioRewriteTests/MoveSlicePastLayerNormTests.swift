import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("MoveSlicePastLayerNorm")
struct MoveSlicePastLayerNormTests {
  private func graph(
    _ layout: Layout,
    _ random: inout SplitMix64,
    operation: Operation = .layerNorm(epsilon: 1e-6)
  ) throws -> Graph {
    var graph = Graph()
    let x = try graph.reals("x", [2, 4, 3])
    let isCentered = operation == .layerNorm(epsilon: 1e-6)
    let parts = try (0..<(isCentered ? 2 : 1)).map { _ in
      let values = (0..<3).map { _ in random.real().doubleValue }
      return try graph.append(.constant(Tensor(values, shape: [3])))
    }
    let norm = try graph.append(Node(operation, [x] + parts), name: "norm")
    graph.addOutput("y", try graph.append(.layout(layout), norm))
    return graph
  }

  @Test("rows are the same bit for bit, and keep the name", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for layout in [
      Layout.slice(axis: 1, start: random.pick([0, 1, 2]), count: 2),
      .slice(axis: 0, start: 1, count: 1),
    ] {
      let operation = random.pick([Operation.layerNorm(epsilon: 1e-6), .rmsNorm(epsilon: 1)])
      let graph = try graph(layout, &random, operation: operation)
      let after = try checkForm(MoveSlicePastLayerNorm(), on: graph, fires: true)
      let inputs = random.inputs(of: graph).mapValues(\.doubles)
      let expected = try Oracle<Double>(graph).run(inputs).outputs
      #expect(try Oracle<Double>(after).run(inputs).outputs == expected)
      #expect(after.outputs.first.flatMap { after.name(of: $0.value) } == "norm")
    }
  }

  @Test("leaves slices along the row, slices of everything and other layouts")
  func guards() throws {
    var random = SplitMix64(seed: 1)
    for layout in [
      Layout.slice(axis: 2, start: 0, count: 1), .slice(axis: 1, start: 0, count: 4),
      .transpose([1, 0, 2]),
    ] {
      for operation in [Operation.layerNorm(epsilon: 1e-6), .rmsNorm(epsilon: 1)] {
        let graph = try graph(layout, &random, operation: operation)
        try checkForm(MoveSlicePastLayerNorm(), on: graph, fires: false)
      }
    }
  }
}
