import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("MoveSumOfProductsPastAdd")
struct MoveSumOfProductsPastAddTests {
  /// What is added to what.
  private struct Instance {
    var graph = Graph()
    let older: Value
    let first: Value
    let second: Value
    let bias: Value

    init(_ random: inout SplitMix64) throws {
      older = try graph.reals("r", [2, 3])
      first = try Self.product(&graph, "a", &random)
      second = try Self.product(&graph, "b", &random)
      bias = try graph.append(
        .constant(Tensor((0..<3).map { _ in Double(random.next() >> 60) }, shape: [3]))
      )
    }

    private static func product(
      _ graph: inout Graph,
      _ name: String,
      _ random: inout SplitMix64
    ) throws -> Value {
      let codes = try graph.codes(name, .u(4), [2, 4])
      let weights = try graph.append(.constant(try random.tensor(.i(4), [4, 3])))
      let sums = try graph.append(.matmul, codes, weights, name: name + ".product")
      return try graph.append(.dequantize(Dequantizer(scale: random.scales([3]))), sums)
    }
  }

  @Test(
    "holds on either side, with constants in any place",
    arguments: 0..<32 as Range<UInt64>
  )
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for isFirst in [false, true] {
      for biases in 0...2 {
        var instance = try Instance(&random)
        var sum = try instance.graph.append(.add, instance.first, instance.second)
        if biases > 0 { sum = try instance.graph.append(.add, sum, instance.bias) }
        if biases > 1 { sum = try instance.graph.append(.add, instance.bias, sum) }
        let operands = isFirst ? [sum, instance.older] : [instance.older, sum]
        let result = try instance.graph.append(Node(.add, operands), name: "residual")
        instance.graph.addOutput("y", result)
        try checkRule(MoveSumOfProductsPastAdd(), on: instance.graph, fires: true, random: &random)
        let after = try instance.graph.rewritten(by: [MoveSumOfProductsPastAdd()])
        #expect(after.outputs.first.map { after.name(of: $0.value) } == "residual")
      }
    }
  }

  @Test("leaves one product, a third one, a constant, and what is subtracted")
  func guards() throws {
    var random = SplitMix64(seed: 1)
    func check(_ make: (inout Instance, inout SplitMix64) throws -> Value) throws {
      var instance = try Instance(&random)
      instance.graph.addOutput("y", try make(&instance, &random))
      try checkRule(MoveSumOfProductsPastAdd(), on: instance.graph, fires: false, random: &random)
    }
    try check { instance, _ in
      let sum = try instance.graph.append(.add, instance.first, instance.bias)
      return try instance.graph.append(.add, instance.older, sum)
    }
    try check { instance, _ in
      let sum = try instance.graph.append(.add, instance.first, instance.second)
      return try instance.graph.append(.subtract, instance.older, sum)
    }
    try check { instance, _ in
      try instance.graph.append(.add, instance.first, instance.second)
    }
  }
}
