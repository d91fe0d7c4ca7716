import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("MoveConstantFactorRight")
struct MoveConstantFactorRightTests {
  /// The product of a constant and an input on either side; computed on both where nothing is constant.
  private func graph(
    _ left: [Int],
    _ right: [Int],
    constant: Int?,
    _ random: inout SplitMix64
  ) throws -> Graph {
    var graph = Graph()
    var operands: [Value] = []
    for (side, shape) in [left, right].enumerated() {
      guard side == constant else {
        operands.append(try graph.reals(side == 0 ? "a" : "b", shape))
        continue
      }
      let numbers = (0..<shape.reduce(1, *)).map { _ in random.real().doubleValue }
      operands.append(try graph.append(.constant(Tensor(numbers, shape: shape))))
    }
    graph.addOutput("y", try graph.append(Node(.matmul, operands), name: "layer"))
    return graph
  }

  @Test(
    "the product is the same, and a matrix stands on the right",
    arguments: 0..<64 as Range<UInt64>
  )
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (m, k, n, b) = (random.extent(), random.extent(), random.extent(), random.extent(2...3))
    for (left, right, side) in [
      ([m, k], [k, n], 0), ([m, k], [b, k, n], 0), ([1, m, k], [b, k, n], 0),
      ([b, m, k], [1, k, n], 1), ([m, k], [1, 1, k, n], 1), ([1, 1, m, k], [k, n], 0),
    ] {
      let graph = try graph(left, right, constant: side, &random)
      let law = MoveConstantFactorRight()
      try checkRule(law, on: graph, fires: true, random: &random)
      let after = try graph.rewritten(by: [law])
      let product = try #require(after.live.first { after[$0].operation == .matmul })
      #expect(after.type(of: after[product].operands[1]).shape.count == 2)
      #expect(after.name(of: product) == "layer")
    }
  }

  @Test(
    "leaves matrices on the right, products of inputs, and a constant of its own for every head"
  )
  func guards() throws {
    var random = SplitMix64(seed: 1)
    for (left, right, side) in [
      ([2, 3], [3, 4], 1), ([2, 3], [3, 4], nil), ([2, 2, 3], [2, 3, 4], 1),
      ([2, 2, 3], [3, 4], 0),
    ] as [([Int], [Int], Int?)] {
      let graph = try graph(left, right, constant: side, &random)
      try checkRule(MoveConstantFactorRight(), on: graph, fires: false, random: &random)
    }
  }
}
