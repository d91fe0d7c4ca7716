import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport
import Testing

import IntaglioRewrite

@Suite("Law: values without elements")
struct FoldEmptyValuesTests {
  private let rule = FoldEmptyValues()

  @Test("folds in random graphs, exactly", arguments: 0..<64 as Range<UInt64>)
  func folds(seed: UInt64) throws {
    let sample = try RandomGraph(seed: seed, irrational: false)
    var random = SplitMix64(seed: seed)
    try checkRule(rule, on: sample.graph, fires: true, random: &random)
  }

  @Test("every law meets values without elements, alone", arguments: 0..<32 as Range<UInt64>)
  func everyLaw(seed: UInt64) throws {
    let graph = try RandomGraph(seed: seed, irrational: true).graph
    let outputs = graph.outputs.map { graph.type(of: $0.value) }
    let rules = Pipeline(.init(absorbContractionScales: true)).rules + IntegerOnlyPipeline().rules
    for rule in rules {
      let after = try graph.rewritten(by: [rule])
      #expect(after.outputs.map { after.type(of: $0.value) } == outputs, "\(rule.law)")
    }
    var ranges = Ranges(graph, seesThroughCodes: true)
    var reals = RealRanges(graph)
    for value in graph.values {
      _ = ranges.accumulatorBound(of: value)
      _ = ranges.elements(of: value)
      _ = reals.magnitudes(of: value)
    }
  }

  @Test(
    "the whole way to integers keeps the meaning beside parts of extent 0",
    arguments: 0..<32 as Range<UInt64>
  )
  func pipelines(seed: UInt64) throws {
    let sample = try RandomGraph(seed: seed, irrational: false)
    var random = SplitMix64(seed: seed)
    let inputs = random.inputs(of: sample.graph)
    let after = try Pipeline().apply(to: sample.graph)
    #expect(
      try Oracle<Rational>(after).run(inputs).outputs
        == Oracle<Rational>(sample.graph).run(inputs).outputs
    )
    let all = try sample.graph.rewritten(by: IntegerOnlyPipeline().rules)
    #expect(all.live.allSatisfy { all[$0].operands.allSatisfy { all.type(of: $0).count > 0 } })
  }

  @Test("a concatenation whose parts all have elements stays")
  func staysWhole() throws {
    var random = SplitMix64(seed: 1)
    var graph = Graph()
    let (a, b) = (try graph.reals("a", [2, 3]), try graph.reals("b", [2, 1]))
    graph.addOutput("y", try graph.append(.concat(axis: 1), a, b))
    try checkRule(rule, on: graph, fires: false, random: &random)
  }

  @Test("an input and a constant without elements stay what they are")
  func staysSource() throws {
    var random = SplitMix64(seed: 1)
    var graph = Graph()
    graph.addOutput("x", try graph.reals("x", [2, 0]))
    graph.addOutput("c", try graph.append(.constant(Tensor([Float](), shape: [0]))))
    try checkRule(rule, on: graph, fires: false, random: &random)
  }

  @Test(
    "scales per channel pass a class token without elements",
    arguments: [[0, 3], [3, 0], [0, 0, 3], [2, 0, 1]]
  )
  func scales(counts: [Int]) throws {
    var random = SplitMix64(seed: 7)
    for isQuantizedBehind in [false, true] {
      var graph = Graph()
      let total = counts.reduce(0, +)
      let scale = random.scales([total, 4])
      let parts = try counts.enumerated().map { index, count in
        try graph.reals("x\(index)", [1, count, 4])
      }
      var value: Value
      if isQuantizedBehind {
        value = try graph.append(Node(.concat(axis: 1), parts))
        value = try graph.append(.quantize(Quantizer(.i8, scale: scale)), value)
      } else {
        let codes = try parts.map { part in
          let count = graph.type(of: part).shape[1]
          let own = count > 0 ? random.scales([count, 4]) : random.scales([4])
          let codes = try graph.append(.quantize(Quantizer(.i8, scale: own)), part)
          return try graph.append(.dequantize(Dequantizer(scale: own)), codes)
        }
        value = try graph.append(Node(.concat(axis: 1), codes))
      }
      value = try graph.append(.layout(.transpose([0, 2, 1])), value)
      graph.addOutput("y", value)
      for rule in [MoveDequantizePastConcat(), MoveQuantizePastConcat()] as [any RewriteRule] {
        let inputs = random.inputs(of: graph)
        let expected = try Oracle<Rational>(graph).run(inputs).outputs
        for rules in [[rule], [FoldEmptyValues(), rule, MoveDequantizePastLayout()]] {
          let after = try graph.rewritten(by: rules)
          #expect(try Oracle<Rational>(after).run(inputs).outputs == expected)
        }
      }
    }
  }
}
