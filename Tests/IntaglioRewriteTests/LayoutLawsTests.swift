import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("MoveDequantizePastLayout")
struct MoveDequantizePastLayoutTests {
  @Test("holds for every layout and any scale", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let shape = [random.extent(), random.extent(2...4), random.extent(2...6)]
    let own = shape.map { Bool.random(using: &random) ? $0 : 1 }
    let layouts: [Layout] = [
      .reshape([shape[0] * shape[1], shape[2]]), .transpose([1, 2, 0]),
      .slice(axis: 2, start: 1, count: shape[2] - 1), .broadcast([2] + shape),
    ]
    for layout in layouts {
      var graph = Graph()
      let q = try graph.codes("q", random.codeType(), shape)
      let x = try graph.append(
        .dequantize(
          Dequantizer(
            scale: random.scales(own),
            zeroPoint: random.zeroPoints(own),
            offset: random.scales(own)
          )
        ),
        q
      )
      graph.addOutput("y", try graph.append(.layout(layout), x, name: "moved"))
      try checkRule(MoveDequantizePastLayout(), on: graph, fires: true, random: &random)
    }
  }

  @Test("leaves layouts of reals and of codes alone")
  func nearMiss() throws {
    var random = SplitMix64(seed: 1)
    var graph = Graph()
    let x = try graph.reals("x", [2, 3])
    graph.addOutput("y", try graph.append(.layout(.transpose([1, 0])), x))
    let q = try graph.codes("q", .i(3), [2, 3])
    graph.addOutput("z", try graph.append(.layout(.transpose([1, 0])), q))
    try checkRule(MoveDequantizePastLayout(), on: graph, fires: false, random: &random)
  }
}

@Suite("MoveDequantizePastConcat")
struct MoveDequantizePastConcatTests {
  private func instance(
    _ random: inout SplitMix64,
    types: [IntegerType],
    scales: (inout SplitMix64, [Int]) -> Scale
  ) throws -> Graph {
    var graph = Graph()
    let axis = Int.random(in: 0...2, using: &random)
    let shape = (0..<3).map { _ in random.extent(1...3) }
    var parts: [Value] = []
    for (index, type) in types.enumerated() {
      var own = shape
      own[axis] = random.extent(1...3)
      let q = try graph.codes("q\(index)", type, own)
      parts.append(
        try graph.append(
          .dequantize(
            Dequantizer(
              scale: scales(&random, own),
              zeroPoint: random.zeroPoints([]),
              offset: random.scales([own[2]])
            )
          ),
          q
        )
      )
    }
    graph.addOutput("y", try graph.append(Node(.concat(axis: axis), parts), name: "joined"))
    return graph
  }

  @Test("holds for parts with scales of their own", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let type = random.codeType()
    let graph = try instance(&random, types: [type, type, type]) { random, shape in
      random.scales(shape.map { Bool.random(using: &random) ? $0 : 1 })
    }
    try checkRule(MoveDequantizePastConcat(), on: graph, fires: true, random: &random)
  }

  @Test("leaves parts of different integer types", arguments: 0..<64 as Range<UInt64>)
  func types(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let graph = try instance(&random, types: [.i(3), .u(3)]) { random, _ in random.scales([]) }
    try checkRule(MoveDequantizePastConcat(), on: graph, fires: false, random: &random)
  }

  @Test("leaves a real part alone")
  func realPart() throws {
    var random = SplitMix64(seed: 5)
    var graph = Graph()
    let q = try graph.codes("q", .i(3), [1, 3])
    let x = try graph.append(.dequantize(Dequantizer(scale: Scale(.one))), q)
    let r = try graph.reals("r", [1, 3])
    graph.addOutput("y", try graph.append(.concat(axis: 0), x, r))
    try checkRule(MoveDequantizePastConcat(), on: graph, fires: false, random: &random)
  }
}

@Suite("Folding constants")
struct FoldConstantsTests {
  @Test("layouts of constants are moved once", arguments: 0..<64 as Range<UInt64>)
  func layouts(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var graph = Graph()
    let shape = [random.extent(), random.extent(2...4)]
    let c = try graph.append(.constant(try random.tensor(random.codeType(), shape)))
    let t = try graph.append(.layout(.transpose([1, 0])), c)
    let s = try graph.append(.layout(.slice(axis: 0, start: 1, count: shape[1] - 1)), t)
    graph.addOutput("y", try graph.append(.layout(.reshape([s.count(in: graph)])), s))
    try checkRule(FoldConstantLayout(), on: graph, fires: true, random: &random)
  }

  @Test("integer arithmetic of constants is done once", arguments: 0..<64 as Range<UInt64>)
  func integers(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var graph = Graph()
    let type = random.codeType()
    let a = try graph.append(.constant(try random.tensor(type, [3, 2])))
    let b = try graph.append(.constant(try random.tensor(type, [3, 2])))
    let sum = try graph.append(.sum(axis: 0), try graph.append(.multiply, a, b))
    let q = try graph.codes("q", .i(4), [3, 2])
    let difference = try graph.append(.subtract, try graph.append(.add, q, q), sum)
    graph.addOutput("y", difference)
    try checkRule(FoldIntegerConstants(), on: graph, fires: true, random: &random)
  }

  @Test("variables and reals stay")
  func nearMiss() throws {
    var random = SplitMix64(seed: 9)
    var graph = Graph()
    let q = try graph.codes("q", .i(4), [2])
    let c = try graph.append(.constant(try random.tensor(.i8, [2])))
    graph.addOutput("y", try graph.append(.add, q, c))
    let r = try graph.append(.constant(Tensor([1, 2] as [Float], shape: [2])))
    graph.addOutput("z", try graph.append(.add, r, r))
    try checkRule(FoldIntegerConstants(), on: graph, fires: false, random: &random)
    try checkRule(FoldConstantLayout(), on: graph, fires: false, random: &random)
  }

  @Test("a result beyond 32 bits stays unfolded")
  func overflow() throws {
    var graph = Graph()
    let c = try graph.append(
      .constant(try #require(Tensor([Int(Int32.max)], .i32, shape: [1])))
    )
    graph.addOutput("y", try graph.append(.add, c, c))
    #expect(try graph.rewritten(by: [FoldIntegerConstants()]).nodes == graph.nodes)
  }
}

extension Value {
  fileprivate func count(in graph: Graph) -> Int { graph.type(of: self).count }
}

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
}
