import IntaglioGraph
import IntaglioQuantize
import Testing

@Suite("Widths chosen for a goal")
struct WidthChoiceTests {
  private static let samples = CalibrationSamples(SmallTransformer.samples(24))

  private static func chosen(
    _ goals: [WidthGoal],
    triesAll: Bool = false,
    threads: Int = 2
  ) throws -> PostTrainingQuantizer.ChosenWidths {
    try PostTrainingQuantizer(QuantizeOptions(weights: 4, activations: 4)).widths(
      for: goals,
      triesAll: triesAll,
      of: SmallTransformer().graph,
      calibratedOn: samples,
      threads: threads
    )
  }

  @Test("goals are read as budgets are, and points that may be lost")
  func reading() {
    #expect(WidthGoal("drop=0.5") == .drop(0.5))
    #expect(WidthGoal("weights=4") == .within(.weights(4)))
    for text in ["drop", "drop=", "drop=0", "drop=-1", "drop=101", "drop=nan", "drops=1", "=1"] {
      #expect(WidthGoal(text) == nil, "\(text)")
    }
  }

  @Test("two goals for the bits of the same operands are told")
  func conflicts() throws {
    func conflict(_ texts: String...) throws -> String? {
      let goals = try texts.map { try #require(WidthGoal($0)) }
      return goals.conflict.map { "\($0.text) \($1.text)" }
    }
    #expect(try conflict("weights=4", "activations=4.5") == nil)
    #expect(try conflict("weights=4", "size=1MB") == "weights=4.0 size=1000000")
    #expect(try conflict("activations=4", "bops=1G") != nil)
    #expect(try conflict("activations=4", "drop=1") != nil)
    #expect(try conflict("drop=1") == nil)
  }

  @Test("what is chosen keeps to the budget, was tried, and is the least of the proposals")
  func within() throws {
    let chosen = try Self.chosen([.within(.activations(4.5))])
    let front = try #require(chosen.front)
    let best = try #require(front.chosen)
    for point in front.points {
      #expect(try #require(point.layers.meanActivationBits) <= 4.5)
      if front.points.count > 1 {
        let (own, least) = (try #require(point.trial), try #require(front.points[best].trial))
        #expect(own.answers == 12 && least.divergence <= own.divergence)
      }
    }
    for layer in front.points[best].layers where !layer.isEdge {
      #expect(chosen.options.layers[layer.name] == layer.widths)
    }
  }

  @Test("a drop is kept to with as few bits as bisection finds, whatever the number of threads")
  func drop() throws {
    let most = 2.0
    let chosen = try Self.chosen([.drop(most)])
    let front = try #require(chosen.front)
    let best = try #require(front.chosen)
    #expect(try #require(front.points[best].trial).expectedDrop <= most)
    if best + 1 < front.points.count {
      #expect(try #require(front.points[best + 1].trial).expectedDrop > most)
    }
    let operations = front.points.map(\.layers.bitOperations)
    #expect(operations == operations.sorted(by: >))
    let again = try Self.chosen([.drop(most)], threads: 1)
    #expect(again.options == chosen.options)
  }

  @Test("a front tries every choice, narrower ones with fewer bit operations")
  func front() throws {
    let chosen = try Self.chosen([], triesAll: true)
    let front = try #require(chosen.front)
    #expect(front.points.count > 4 && front.chosen == nil && chosen.options.layers.isEmpty)
    let divergences = try front.points.map { try #require($0.trial).divergence }
    #expect(try #require(divergences.first) < #require(divergences.last))
  }

  @Test("one sample alone cannot judge widths")
  func fewSamples() throws {
    #expect(throws: QuantizeError.fewSamples(found: 1)) {
      try PostTrainingQuantizer(QuantizeOptions()).widths(
        for: [.drop(1)],
        of: SmallTransformer().graph,
        calibratedOn: CalibrationSamples(SmallTransformer.samples(1))
      )
    }
  }

  @Test("every row of an output is an answer, and single numbers are none")
  func answers() throws {
    var graph = try SmallTransformer().graph
    let logits = try #require(graph.outputs.first?.value)
    graph.addOutput("pairs", try graph.append(.layout(.reshape([2, 2])), logits))
    graph.addOutput(
      "number",
      try graph.append(.layout(.slice(axis: 1, start: 0, count: 1)), logits)
    )
    let chosen = try PostTrainingQuantizer(QuantizeOptions(weights: 4, activations: 4)).widths(
      for: [.drop(100)],
      of: graph,
      calibratedOn: CalibrationSamples(SmallTransformer.samples(4))
    )
    let trial = try #require(chosen.front?.points.first?.trial)
    #expect(trial.answers == 2 * (1 + 2))

    var single = Graph()
    let x = try single.append(.input(name: "x", ValueType(.real, [1, 3])))
    let weights = try single.append(.constant(Tensor([1, 2, 3] as [Float], shape: [3, 1])))
    single.addOutput("y", try single.append(.matmul, x, weights, name: "fc"))
    #expect(throws: QuantizeError.noClasses) {
      try PostTrainingQuantizer(QuantizeOptions()).widths(
        for: [.drop(1)],
        of: single,
        calibratedOn: CalibrationSamples([[1, 2, 3], [3, 2, 1]])
      )
    }
  }

  @Test("layers that read the same codes have the same widths, and budgets count them")
  func sharedInputs() throws {
    func layer(_ name: String, input: Int) -> QuantizedLayer {
      QuantizedLayer(
        name: name,
        widths: LayerWidths(weights: 4, activations: 4),
        weightCount: 100,
        macs: 1000,
        isEdge: false,
        input: input
      )
    }
    let layers = [layer("q", input: 1), layer("k", input: 1), layer("fc", input: 2)]
    var sensitivity = WidthSensitivity()
    for (name, loss) in [("q", 1.0), ("k", 0.001), ("fc", 0.01)] {
      sensitivity.activations[name] = WidthCurve([4: loss, 6: loss / 16])
    }
    let search = WidthSearch(layers, sensitivity, stated: [])
    for mean in [4.0, 4.5, 5.0, 5.5] {
      for removal in WidthSearch.Removal.allCases {
        let widths = try search.widths(within: .activations(mean), removal)
        #expect(widths["q"] == widths["k"])
        #expect(widths.values.reduce(0) { $0 + $1.activations } <= Int(mean * 3))
      }
    }
    // What is stated for one of them holds for the others.
    let stated = WidthSearch(layers, sensitivity, stated: ["q"])
    #expect(try #require(stated.widths(within: .activations(4.5))["k"]).activations >= 4)
    let wide = layers.map { layer in
      let bits = layer.name == "q" ? 8 : 4
      return QuantizedLayer(
        name: layer.name,
        widths: LayerWidths(weights: 4, activations: bits),
        weightCount: 100,
        macs: 1000,
        isEdge: false,
        input: layer.input
      )
    }
    let pinned = WidthSearch(wide, sensitivity, stated: ["q"])
    #expect(try pinned.widths(within: .activations(7))["k"]?.activations == 8)
    // q and k take 16 bits of 3 · 5.
    #expect(throws: QuantizeError.self) { try pinned.widths(within: .activations(5)) }
  }

  @Test("steps are told with what they gave, and those that do harm are left out")
  func steps() throws {
    let quantizer = PostTrainingQuantizer(QuantizeOptions(weights: 3, activations: 4))
    func quantization(_ count: Int) throws -> Quantization {
      try quantizer.quantization(
        of: SmallTransformer().graph,
        calibratedOn: CalibrationSamples(SmallTransformer.samples(count)),
        threads: 2
      )
    }
    let gains = try quantization(24).gains
    let steps: Set<QuantizeOptions.Method> = [.clipping, .ridge, .errorFeedback, .descent]
    #expect(Set(gains.map(\.step)) == steps)
    #expect(gains.allSatisfy { $0.ratio > 0 && $0.ratio.isFinite })
    #expect(gains.contains { $0.isKept })
    #expect(try quantization(8).gains.isEmpty)
  }

  @Test("the drop that is expected is what the float model's own probabilities say")
  func expectedDrop() throws {
    let halves: [[Float]] = [[0, 0.1], [2, 0]]
    let same = WidthTrial(plain: halves, found: halves)
    #expect(same.expectedDrop == 0 && same.divergence == 0 && same.answers == 2)
    let other = WidthTrial(plain: [[SystemFloat.log3, 0]], found: [[0, 1]])
    #expect(abs(other.expectedDrop - 50) < 1e-4)
  }

  private enum SystemFloat {
    /// Probabilities ¾ and ¼ beside 0.
    static let log3: Float = 1.098_612_3
  }
}
