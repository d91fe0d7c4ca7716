import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("ReplaceRowExponentialByIntegers")
struct ReplaceRowExponentialTests {
  /// Scores of two heads, what is added to them, functions of their exponential, and the quantizer.
  private struct Instance {
    var type = IntegerType.i(12)
    var dequantizer = Dequantizer(scale: Scale(Rational(1, over: 100)))
    var mask: [Double]?
    var maskShape = [4, 5]
    var functions: [Function] = [.squareRoot]
    var quantizer = Quantizer(.u(4), scale: Scale(Rational(1, over: 15)))

    static let shape = [2, 4, 5]

    func graph() throws -> Graph {
      var graph = Graph()
      var value = try graph.append(
        .dequantize(dequantizer),
        graph.codes("q", type, Self.shape)
      )
      if let mask {
        let constant = try graph.append(.constant(Tensor(mask, shape: maskShape)))
        value = try graph.append(.add, value, constant)
      }
      value = try graph.append(.rowExponential, value)
      for function in functions { value = try graph.append(.function(function), value) }
      graph.addOutput("y", try graph.append(.quantize(quantizer), value, name: "attn"))
      return graph
    }
  }

  private func instance(_ random: inout SplitMix64) -> Instance {
    var instance = Instance()
    let scale =
      Rational(random.extent(1...100), over: 5000) * (Bool.random(using: &random) ? 1 : -1)
    instance.dequantizer = Dequantizer(
      scale: random.broadcast(random.pick([[], [2, 1, 1], [4, 1]])) {
        scale * Rational($0.extent(1...4), over: 4)
      },
      zeroPoint: random.zeroPoints(random.pick([[], [2, 1, 1]])),
      offset: random.pick([Scale(.zero), random.scales([4, 1])])
    )
    instance.functions = random.pick([[], [.squareRoot], [.squareRoot, .squareRoot], [.power(2)]])
    instance.quantizer = Quantizer(
      random.codeType(),
      scale: random.broadcast(random.pick([[], [2, 1, 1]])) {
        Rational(1, over: $0.extent(2...40))
      },
      zeroPoint: random.zeroPoints([]),
      placement: random.pick([.afterRounding, .beforeRounding])
    )
    return instance
  }

  /// The law fires, and every code is that of the oracle.
  ///
  /// Beside a tie, where float64 is in doubt, it may be the neighbour; with a bound, as far as that says.
  private func expectEqual(
    _ instance: Instance,
    _ random: inout SplitMix64
  ) throws {
    let rule = ReplaceRowExponentialByIntegers()
    let graph = try instance.graph()
    let after = try checkForm(rule, on: graph, fires: true)
    #expect(after.live.allSatisfy { after.type(of: $0).isInteger })
    let image = try #require(after.outputs.first?.value)
    #expect(after.name(of: image) == "attn")
    _ = try IntegerGraph(verifying: after)
    let inputs = random.inputs(of: graph).mapValues(\.doubles)
    let output = try #require(graph.outputs.first?.value)
    let operand = graph[output].operands[0]
    let before = try Oracle<Double>(graph).run(inputs, keeping: [operand])
    let expected = try #require(before["y"]?.integers)
    let reals = try #require(before.kept[operand]?.reals)
    let found = try #require(try Oracle<Double>(after).run(inputs)["y"]?.integers)
    let steps = instance.quantizer.scale.expanded(over: Instance.shape).map(\.doubleValue)
    let bound = after.bounds[image]
    for (index, code) in found.enumerated() where code != expected[index] {
      if let bound {
        let change = Double(abs(code - expected[index])) * steps[index]
        #expect(change <= bound.maximum * (1 + 1e-12))
      } else {
        let fraction = reals[index] / steps[index]
        let toTie = (fraction - fraction.rounded(.down) - 0.5).magnitude
        #expect(toTie < 1e-9 && abs(code - expected[index]) == 1, "\(fraction)")
      }
    }
  }

  @Test("codes are those of the reals, whatever lies between", arguments: 0..<64 as Range<UInt64>)
  func plain(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let instance = instance(&random)
    try expectEqual(instance, &random)
    let after = try instance.graph().rewritten(by: [ReplaceRowExponentialByIntegers()])
    #expect(after.bounds.isEmpty)
  }

  @Test("thresholds are where the codes of distances change")
  func thresholds() throws {
    let instance = Instance()
    let after = try instance.graph().rewritten(by: [ReplaceRowExponentialByIntegers()])
    let image = try #require(after.outputs.first?.value)
    guard case .integer(.rowThresholds(let rows)) = after[image].operation else {
      Issue.record("row thresholds")
      return
    }
    let table = try #require(rows.tables.uniform)
    #expect(rows.fallsFromLargest && table.base == 15 && table.thresholds.count == 15)
    // √exp(−d/100)·15 = 14.5 at d = 200·ln(15/14.5) = 6.78, and 0.5 at 680.24.
    #expect(table.thresholds.first == 7 && table.thresholds.last == 681)
  }

  @Test("a mask has the code of 0, without a bound", arguments: 0..<32 as Range<UInt64>)
  func masks(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for hidden in [-Double.infinity, -1e4] {
      var instance = instance(&random)
      instance.quantizer = Quantizer(.u(4), scale: Scale(Rational(1, over: 15)))
      instance.mask = (0..<20).map { $0 % 5 <= $0 / 5 ? 0 : hidden }
      try expectEqual(instance, &random)
      let after = try instance.graph().rewritten(by: [ReplaceRowExponentialByIntegers()])
      #expect(after.bounds.isEmpty)
      let found = try Oracle<Rational>(after).run(random.inputs(of: after))["y"]?.integers
      let codes = try #require(found)
      for index in 0..<20 where index % 5 > index / 5 { #expect(codes[index] == 0) }
      #expect(codes[0] == 15)
    }
  }

  @Test("a bias along the row costs what its rounding costs", arguments: 0..<32 as Range<UInt64>)
  func bias(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var instance = instance(&random)
    for shape in [[4, 5], [2, 4, 5], [5], [2, 1, 5]] {
      instance.maskShape = shape
      instance.mask = (0..<shape.reduce(1, *)).map { _ in Double.random(in: -3...3, using: &random)
      }
      try expectEqual(instance, &random)
      let after = try instance.graph().rewritten(by: [ReplaceRowExponentialByIntegers()])
      #expect(!after.bounds.isEmpty)
    }
  }

  @Test("leaves what integers cannot say")
  func guards() throws {
    let rule = ReplaceRowExponentialByIntegers()
    func expectStays(_ change: (inout Instance) -> Void) throws {
      var instance = Instance()
      change(&instance)
      try checkForm(rule, on: try instance.graph(), fires: false)
    }
    let one = Scale(.one)
    let along = Scale([1, 2, 3, 4, 5], shape: [5])
    let zeroPoints = ZeroPoint([1, 2, 3, 4, 5], shape: [5])
    // Scores of one scale and zero point per row, all of one sign.
    try expectStays { $0.dequantizer = Dequantizer(scale: along) }
    try expectStays { $0.dequantizer = Dequantizer(scale: one, zeroPoint: zeroPoints) }
    try expectStays { $0.dequantizer = Dequantizer(scale: Scale([1, -1], shape: [2, 1, 1])) }
    // A quantizer that is the same along a row, of at most 8 bits.
    try expectStays { $0.quantizer = Quantizer(.u(4), scale: along) }
    try expectStays { $0.quantizer = Quantizer(.u(4), scale: one, zeroPoint: zeroPoints) }
    try expectStays { $0.quantizer = Quantizer(.u(9), scale: Scale(Rational(1, over: 511))) }
    // Distances beyond 2³¹.
    try expectStays { $0.type = .i32 }
    // Functions without a table: the logarithm of what a mask leaves has no value.
    try expectStays {
      $0.functions = [.log]
      $0.mask = (0..<20).map { $0 % 5 == 0 ? 0 : -.infinity }
    }
    // What a mask hides would not have the code of 0: √…√ of e⁻⁶⁰ is far from it.
    try expectStays {
      $0.functions = Array(repeating: .squareRoot, count: 6)
      $0.mask = (0..<20).map { $0 % 5 == 0 ? 0 : -.infinity }
    }
    // Masks without a number, and rows that see nothing.
    for bad in [Double.nan, .infinity] {
      try expectStays { $0.mask = Array(repeating: 0, count: 19) + [bad] }
    }
    try expectStays { $0.mask = (0..<20).map { $0 < 5 ? -.infinity : 0 } }
    // Softmax is another law's, and scores that are reals are nobody's.
    var graph = Graph()
    let q = try graph.codes("q", .i(8), [3, 4])
    let scores = try graph.append(.dequantize(Dequantizer(scale: one)), q)
    let quantize = IntaglioGraph.Operation.quantize(Instance().quantizer)
    let softmax = try graph.append(.softmax, scores)
    graph.addOutput("y", try graph.append(quantize, softmax))
    let real = try graph.append(.rowExponential, graph.reals("x", [3, 4]))
    graph.addOutput("z", try graph.append(quantize, real))
    try checkForm(rule, on: graph, fires: false)
  }
}
