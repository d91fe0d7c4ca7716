import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("AbsorbFactorIntoNorm")
struct AbsorbFactorIntoNormTests {
  private func graph(
    _ operation: IntaglioGraph.Operation = .multiply,
    factor: [Double] = [2, -0.5, 0, 4],
    shape: [Int] = [4],
    swaps: Bool = false,
    isCentered: Bool = true,
    gamma: [Double] = [1, 0.25, 3, -2]
  ) throws -> Graph {
    var graph = Graph()
    let x = try graph.reals("x", [3, 4])
    let parameters = try (isCentered ? [gamma, [0.5, 1, 0, -8]] : [gamma]).map {
      try graph.append(.constant(Tensor($0, shape: [4])))
    }
    let norm: IntaglioGraph.Operation =
      isCentered ? .layerNorm(epsilon: 1e-5) : .rmsNorm(epsilon: 1e-5)
    let normal = try graph.append(Node(norm, [x] + parameters), name: "norm")
    let other = try graph.append(.constant(Tensor(factor, shape: shape)))
    let operands = swaps ? [other, normal] : [normal, other]
    graph.addOutput("y", try graph.append(Node(operation, operands)))
    return graph
  }

  @Test("powers of two change no bit")
  func holds() throws {
    let x = (0..<12).map { Double($0 * $0 % 7) - 2.5 }
    for graph in [
      try graph(), try graph(swaps: true), try graph(isCentered: false),
      try graph(factor: [0.25], shape: []), try graph(factor: [8], shape: [1, 1]),
      try graph(.divide, factor: [2, -4, 0.5, 1]),
    ] {
      let after = try checkForm(AbsorbFactorIntoNorm(), on: graph, fires: true)
      let image = try #require(after.outputs.first?.value)
      #expect(after[image].operation.isNormalization && after.name(of: image) == "norm")
      let expected = try Oracle<Double>(graph).run(["x": .real(x)]).outputs
      #expect(try Oracle<Double>(after).run(["x": .real(x)]).outputs == expected)
    }
  }

  @Test("leaves rows, quotients of a norm, zeros below and products that no double holds")
  func guards() throws {
    for graph in [
      try graph(factor: [1, 2, 3], shape: [3, 1]), try graph(.divide, swaps: true),
      try graph(.divide),
      try graph(factor: [1 + 0x1p-52, 1, 1, 1], gamma: [1 + 0x1p-52, 1, 1, 1]),
      try graph(factor: [.infinity, 1, 1, 1]), try graph(.add),
      try graph(factor: [2, 2], shape: [2, 1, 1]),
    ] {
      try checkForm(AbsorbFactorIntoNorm(), on: graph, fires: false)
    }
  }
}
