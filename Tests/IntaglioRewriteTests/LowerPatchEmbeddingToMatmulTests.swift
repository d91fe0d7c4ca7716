import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("LowerPatchEmbeddingToMatmul")
struct LowerPatchEmbeddingToMatmulTests {
  private func instance(
    _ random: inout SplitMix64,
    strides: ([Int]) -> [Int] = { $0 },
    padding: [Int] = [0, 0, 0, 0],
    dilations: [Int] = [1, 1],
    groups: Int = 1
  ) throws -> Graph {
    var graph = Graph()
    let kernel = [random.extent(2...3), random.extent(2...3)]
    let channels = groups * random.extent(1...2)
    let image = kernel.map { $0 * random.extent(2...3) + random.extent(0...1) }
    let x = try graph.reals("x", [random.extent(1...2), channels] + image)
    let w = try graph.reals("w", [groups * random.extent(1...3), channels / groups] + kernel)
    let geometry = Convolution(
      strides: strides(kernel),
      padding: padding,
      dilations: dilations,
      groups: groups
    )
    graph.addOutput("y", try graph.append(.convolution(geometry), x, w, name: "patch_embed.proj"))
    return graph
  }

  @Test("patches times weights is the convolution", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let graph = try instance(&random)
    try checkRule(LowerPatchEmbeddingToMatmul(), on: graph, fires: true, random: &random)
  }

  @Test(
    "leaves overlapping, padded, dilated and grouped windows",
    arguments: 0..<16 as Range<UInt64>
  )
  func guards(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for graph in [
      try instance(&random, strides: { $0.map { $0 - 1 } }),
      try instance(&random, strides: { $0.map { $0 + 1 } }),
      try instance(&random, padding: [1, 0, 0, 0]),
      try instance(&random, dilations: [1, 2]),
      try instance(&random, groups: 2),
    ] {
      try checkRule(LowerPatchEmbeddingToMatmul(), on: graph, fires: false, random: &random)
      guard case .blocked(.convolution) = Coverage(graph).entries[0].status else {
        Issue.record("expected a blocked convolution")
        continue
      }
    }
  }

  @Test("leaves the convolution of the model's input where that is asked for, and lowers others")
  func keepsFirst() throws {
    var random = SplitMix64(seed: 1)
    let law = LowerPatchEmbeddingToMatmul(keepingFirst: true)
    var graph = Graph()
    let x = try graph.reals("x", [1, 2, 8, 8])
    let geometry = Convolution(strides: [2, 2])
    var constants: [Value] = []
    for shape in [[3, 2, 2, 2], [4, 3, 2, 2]] {
      let numbers = (0..<shape.reduce(1, *)).map { _ in random.real().doubleValue }
      constants.append(try graph.append(.constant(Tensor(numbers, shape: shape))))
    }
    let first = try graph.append(.convolution(geometry), x, constants[0])
    let second = try graph.append(.convolution(geometry), first, constants[1])
    var whole = graph
    whole.addOutput("y", second)
    try checkRule(law, on: whole, fires: true, random: &random)
    let after = try whole.rewritten(by: [law])
    #expect(after.count { $0 == .convolution(geometry) } == 1)
    graph.addOutput("y", first)
    try checkRule(law, on: graph, fires: false, random: &random)
  }
}
