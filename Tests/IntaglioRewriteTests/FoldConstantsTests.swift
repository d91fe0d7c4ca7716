import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

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
