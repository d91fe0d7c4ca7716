import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("AbsorbFunctionIntoLookup")
struct AbsorbFunctionIntoLookupTests {
  /// Every code of `type`, dequantized, in rows of 4.
  private func source(
    _ graph: inout Graph,
    _ type: IntegerType = .u8,
    scale: Scale = Scale(Rational(1, over: 16)),
    zeroPoint: Int = 0
  ) throws -> Value {
    let codes = try graph.codes("q", type, [type.range.count / 4, 4])
    let dequantizer = Dequantizer(scale: scale, zeroPoint: ZeroPoint(zeroPoint))
    return try graph.append(.dequantize(dequantizer), codes)
  }

  /// `value` through a quantizer and back.
  private func rounded(
    _ graph: inout Graph,
    _ value: Value,
    _ scale: Scale,
    zeroPoint: Int = 0
  ) throws -> Value {
    let quantizer = Quantizer(.u8, scale: scale, zeroPoint: ZeroPoint(zeroPoint))
    let codes = try graph.append(.quantize(quantizer), value)
    return try graph.append(.dequantize(quantizer.inverse), codes)
  }

  private func constant(_ graph: inout Graph, _ values: [Double], _ shape: [Int]) throws -> Value {
    try graph.append(.constant(Tensor(values, shape: shape)))
  }

  /// The codes of y for every code of q.
  private func codes(_ graph: Graph, _ type: IntegerType = .u8) throws -> [Int] {
    try #require(try Oracle<Double>(graph).run(["q": .integer(Array(type.range))])["y"]?.integers)
  }

  /// A scale as files hold it.
  ///
  /// Exact ratios such as 2/255 would put every sum with 1 on a tie, which doubles
  /// do not see.
  private func single(_ scale: Double) throws -> Scale {
    Scale(try #require(Rational(exactly: Float(scale))))
  }

  /// GELU as ONNX Runtime's quantizer writes it: everything but the division has a quantizer behind it.
  private func gelu() throws -> Graph {
    var graph = Graph()
    let x = try source(&graph, scale: single(1 / 21), zeroPoint: 121)
    let root = try constant(&graph, [Double(2).squareRoot()], [])
    let erf = try graph.append(.function(.erf), graph.append(.divide, x, root))
    let gate = try rounded(&graph, erf, single(2 / 255), zeroPoint: 127)
    let one = try graph.append(
      .dequantize(Dequantizer(scale: single(1 / 255))),
      graph.append(.constant(#require(Tensor([255], .u8, shape: []))))
    )
    let sum = try rounded(&graph, graph.append(.add, gate, one), single(2 / 255))
    let scale = try single(12 / 255)
    let product = try rounded(&graph, graph.append(.multiply, x, sum), scale, zeroPoint: 10)
    let half = try graph.append(.multiply, product, constant(&graph, [0.5], [1]))
    let quantizer = try Quantizer(
      .u8,
      scale: single(6 / 255),
      zeroPoint: ZeroPoint(7)
    )
    graph.addOutput("y", try graph.append(.quantize(quantizer), half, name: "act"))
    return graph
  }

  @Test("GELU with a quantizer behind every step is one table")
  func quantizedSteps() throws {
    let graph = try gelu()
    let after = try graph.rewritten(by: IntegerOnlyPipeline.preparation)
    #expect(after.live.count == 2, "the codes and a lookup")
    let image = try #require(after.outputs.first?.value)
    #expect(after.name(of: image) == "act" && after.bounds.isEmpty)
    guard case .integer(.lookup(let lookup)) = after[image].operation else {
      Issue.record("expected a lookup, found \(after[image].operation.name)")
      return
    }
    #expect(lookup.index == .u8 && lookup.type == .u8)
    #expect(try codes(after) == codes(graph))
    // Far more of its codes differ without the roundings between.
    #expect(Set(lookup.entries).count < 200)
  }

  @Test("meaning stays, ties and channels as well", arguments: 0..<48 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    func dyadic(_ shape: [Int]) -> Scale {
      random.broadcast(shape) { Rational(1, over: 1 << Int.random(in: 0...4, using: &$0)) }
    }
    var graph = Graph()
    let type = random.pick([IntegerType.u8, .i(4), .u(3), .i8])
    let varies = seed % 2 == 0 ? [] : [4]
    let x = try source(&graph, type, scale: dyadic(varies), zeroPoint: random.integer(in: type))
    var value = x
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let function = random.pick(
        [Function.relu, .absolute, .clip(lower: -1, upper: 2.5), .power(2), .hardSwish]
      )
      value = try graph.append(.function(function), value)
      if Bool.random(using: &random) {
        value = try rounded(&graph, value, dyadic(varies), zeroPoint: random.integer(in: .u8))
      }
      let known = try constant(&graph, [0.5], [])
      let other = Bool.random(using: &random) ? x : known
      value = try graph.append(random.pick([.add, .subtract, .multiply]), value, other)
    }
    let quantizer = Quantizer(
      random.codeType(),
      scale: dyadic(varies),
      zeroPoint: random.zeroPoints([]),
      placement: random.pick([.afterRounding, .beforeRounding])
    )
    graph.addOutput("y", try graph.append(.quantize(quantizer), value, name: "act"))
    let rule = AbsorbFunctionIntoLookup()
    try checkRule(rule, on: graph, fires: true, random: &random)
    let after = try graph.rewritten(by: [rule])
    let image = try #require(after.outputs.first?.value)
    #expect(after.live.count == 2 && after.name(of: image) == "act")
    if varies.isEmpty, case .integer(.thresholds) = after[image].operation {
      Issue.record("one table serves all elements")
    }
  }

  @Test("a lookup and a requantization of codes that were looked up are one lookup")
  func joins() throws {
    var random = SplitMix64(seed: 3)
    var graph = Graph()
    let q = try graph.codes("q", .i(4), [4, 4])
    let first = LookupFunction(.u8, index: .i(4), entries: (0..<16).map { 17 * ($0 % 7) })
    let codes = try graph.append(.integer(.lookup(first)), q)
    let requantizer = Requantizer(.u(5), multiplier: Scale(Rational(1, over: 6)))
    let narrow = try graph.append(.requantize(requantizer), codes)
    let second = LookupFunction(.i(3), index: .u(5), entries: (0..<32).map { $0 % 4 })
    graph.addOutput("y", try graph.append(.integer(.lookup(second)), narrow))
    graph.addOutput("z", codes)
    try checkRule(AbsorbFunctionIntoLookup(), on: graph, fires: true, random: &random)
    let after = try graph.rewritten(by: [AbsorbFunctionIntoLookup()])
    #expect(after.live.count == 3)
  }

  @Test("leaves what is no function of codes of 8 bits, has no value, or is a requantization")
  func guards() throws {
    let half = Quantizer(.u8, scale: Scale(Rational(1, over: 2)))
    func expectStays(_ make: (inout Graph) throws -> Value, _ quantizer: Quantizer) throws {
      var graph = Graph()
      graph.addOutput("y", try graph.append(.quantize(quantizer), make(&graph)))
      try checkForm(AbsorbFunctionIntoLookup(), on: graph, fires: false)
    }
    func relu(_ graph: inout Graph, _ value: Value) throws -> Value {
      try graph.append(.function(.relu), value)
    }
    // Wide codes before, wide codes behind.
    try expectStays({ try relu(&$0, source(&$0, .i(12))) }, half)
    try expectStays({ try relu(&$0, source(&$0)) }, Quantizer(.i(12), scale: half.scale))
    // Two values, one of them real, and one that stretches.
    try expectStays(
      {
        let other = try $0.append(.dequantize(half.inverse), $0.codes("r", .u8, [64, 4]))
        return try $0.append(.multiply, source(&$0), other)
      },
      half
    )
    try expectStays({ try $0.append(.multiply, source(&$0), $0.reals("r", [64, 4])) }, half)
    try expectStays(
      { try $0.append(.multiply, source(&$0), constant(&$0, [1, 2, 3], [3, 1, 1])) },
      half
    )
    // A scale alone, and an embedding of positions.
    try expectStays({ try source(&$0) }, half)
    try expectStays(
      {
        let positions = try constant(&$0, (0..<256).map { Double($0) / 8 }, [64, 4])
        return try $0.append(.add, source(&$0), positions)
      },
      half
    )
    // The logarithm of zero, a quotient by zero, a constant that is no number.
    try expectStays({ try $0.append(.function(.log), source(&$0)) }, half)
    try expectStays(
      {
        let one = try constant(&$0, [1], [])
        return try $0.append(.divide, one, source(&$0))
      },
      half
    )
    try expectStays(
      { try $0.append(.add, relu(&$0, source(&$0)), constant(&$0, [.nan], [])) },
      half
    )
    // What is known only within a bound.
    var graph = Graph()
    let codes = try graph.append(.quantize(half), relu(&graph, source(&graph)))
    graph.setBound(ErrorBound(law: "some", maximum: 1, relative: 1), of: codes)
    graph.addOutput("y", codes)
    try checkForm(AbsorbFunctionIntoLookup(), on: graph, fires: false)
  }

  @Test("numbers far beyond any model's are refused, not computed")
  func extremes() throws {
    for (scale, function) in [
      (0x1p900, Function.exp), (0x1p-900, .exp), (0x1p1000, .power(64)), (0x1p30, .exp),
      (-0x1p30, .sigmoid), (0x1p-1000, .gelu),
    ] {
      var graph = Graph()
      let exact = try #require(Rational(exactly: scale))
      var value = try source(&graph, .i(4), scale: Scale(exact))
      for _ in 0..<3 {
        value = try graph.append(.function(function), value)
        value = try graph.append(.multiply, value, value)
      }
      graph.addOutput("y", try graph.append(.quantize(Quantizer(.i8, scale: Scale(.one))), value))
      _ = try graph.rewritten(by: [AbsorbFunctionIntoLookup()])
    }
  }
}
