import BigInt
import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("ReplaceLayerNormByComparisons")
struct ReplaceLayerNormByComparisonsTests {
  /// What a model may say around a LayerNorm or RMSNorm over rows of `width`.
  private struct Instance {
    var isCentered = true
    var shape = [2, 3, 6]
    var type = IntegerType.i(12)
    var dequantizer = Dequantizer(scale: Scale(.one))
    var gamma: [Double]
    var beta: [Double]
    var epsilon = 1e-6
    var quantizer = Quantizer(.i(4), scale: Scale(Rational(1, over: 4)))

    func graph() throws -> Graph {
      var graph = Graph()
      let q = try graph.codes("q", type, shape)
      let x = try graph.append(.dequantize(dequantizer), q)
      let width = gamma.count
      let parts = try (isCentered ? [gamma, beta] : [gamma]).map {
        try graph.append(.constant(Tensor($0, shape: [width])))
      }
      let operation =
        isCentered ? Operation.layerNorm(epsilon: epsilon) : .rmsNorm(epsilon: epsilon)
      let norm = try graph.append(Node(operation, [x] + parts))
      graph.addOutput("y", try graph.append(.quantize(quantizer), norm, name: "act"))
      return graph
    }
  }

  /// γ of both signs and zero, units of 2^e per channel, any quantizer.
  private func instance(_ random: inout SplitMix64) -> Instance {
    let width = random.extent(1...8)
    let shape = [random.extent(1...3), random.extent(1...3), width]
    let unit = random.pick([Rational(1, over: 3), random.scale().magnitude, 1])
    let steps = random.broadcast(random.pick([[], [width]])) {
      unit * Rational(1 << Int.random(in: 0...4, using: &$0))
    }
    var instance = Instance(
      gamma: (0..<width).map { _ in random.pick([0, -1.5, 2, random.real().doubleValue]) },
      beta: (0..<width).map { _ in random.real().doubleValue / 4 }
    )
    instance.isCentered = Bool.random(using: &random)
    if !instance.isCentered { instance.beta = instance.beta.map { _ in 0 } }
    instance.shape = shape
    instance.type = random.pick([.i(12), .i(20), .u(4)])
    instance.dequantizer = Dequantizer(scale: steps)
    instance.epsilon = random.pick([1e-6, 1e-5, 0.5])
    let perRow = random.pick([[], [width], [shape[1], 1], [shape[0], 1, 1]])
    instance.quantizer = Quantizer(
      random.codeType(),
      scale: random.scales(perRow),
      zeroPoint: random.zeroPoints(random.pick([[], [width]])),
      placement: random.pick([.afterRounding, .beforeRounding])
    )
    return instance
  }

  /// The inputs: random, with a constant row and a row of few values.
  private func codes(_ instance: Instance, _ random: inout SplitMix64) -> [Int] {
    let (count, width) = (instance.shape.reduce(1, *), instance.gamma.count)
    var codes = (0..<count).map { _ in random.integer(in: instance.type) }
    let constant = random.integer(in: instance.type)
    for index in 0..<width { codes[index] = constant }
    for index in width..<max(width, min(2 * width, count)) {
      codes[index] = instance.type.range.lowerBound + (index % 2)
    }
    return codes
  }

  /// quantize(norm(x)) with a root between two integers at 300 places, off by `slack` steps at
  /// most: the least and the greatest code.
  private func reference(
    _ instance: Instance,
    _ codes: [Int],
    slack: Rational = .zero
  ) throws -> [ClosedRange<Int>] {
    let places = 300
    let width = instance.gamma.count
    let units = instance.dequantizer.scale.expanded(over: instance.shape)
    let scales = instance.quantizer.scale.expanded(over: instance.shape)
    let zeros = instance.quantizer.zeroPoint.expanded(over: instance.shape)
    let epsilon = try #require(Rational(exactly: instance.epsilon))
    let range = instance.quantizer.type.range
    var result: [ClosedRange<Int>] = []
    for start in stride(from: 0, to: codes.count, by: width) {
      let x = (start..<start + width).map { Rational(codes[$0]) * units[$0] }
      let mean = instance.isCentered ? x.reduce(.zero, +) / Rational(width) : .zero
      let variance =
        x.map { ($0 - mean) * ($0 - mean) }.reduce(.zero, +) / Rational(width) + epsilon
      let root = BigInt(
        ((variance.numerator << (2 * places)) / variance.denominator).magnitude.squareRoot()
      )
      let deviations = [root, root + 1].map { Rational($0, over: BigInt(1) << places) }
      let isSquare = deviations[0] * deviations[0] == variance
      for column in 0..<width {
        let (gamma, beta) = try (
          #require(Rational(exactly: instance.gamma[column])),
          #require(Rational(exactly: instance.beta[column]))
        )
        let ends = (isSquare ? [deviations[0]] : deviations).flatMap { deviation in
          let exact = ((x[column] - mean) / deviation * gamma + beta) / scales[start + column]
          return [exact - slack, exact + slack].map { value in
            let z = zeros[start + column]
            return instance.quantizer.placement == .beforeRounding
              ? (value + Rational(z)).roundedHalfEven(within: range)
              : value.roundedHalfEven(within: range.lowerBound - z...range.upperBound - z) + z
          }
        }
        result.append((ends.min() ?? 0)...(ends.max() ?? 0))
      }
    }
    return result
  }

  private func result(_ graph: Graph, _ codes: [Int]) throws -> [Int] {
    try #require(try Oracle<Rational>(graph).run(["q": .integer(codes)])["y"]?.integers)
  }

  @Test("every code is that of an evaluation with 300 places", arguments: 0..<64 as Range<UInt64>)
  func exact(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<4 {
      let instance = instance(&random)
      let graph = try instance.graph()
      let after = try checkForm(ReplaceLayerNormByComparisons(), on: graph, fires: true)
      #expect(after.live.allSatisfy { after.type(of: $0).isInteger } && after.bounds.isEmpty)
      #expect(after.outputs.first.flatMap { after.name(of: $0.value) } == "act")
      let codes = codes(instance, &random)
      let expected = try reference(instance, codes)
      #expect(expected.allSatisfy { $0.count == 1 }, "300 places decide")
      #expect(try result(after, codes) == expected.map(\.lowerBound))
    }
  }

  @Test(
    "in fixed point a code differs only within the bound of a tie",
    arguments: 0..<64 as Range<UInt64>
  )
  func fixedPoint(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<4 {
      let instance = instance(&random)
      let rule = ReplaceLayerNormByComparisons(.fixedPoint)
      let after = try checkForm(rule, on: try instance.graph(), fires: true)
      let bound = try #require(after.outputs.first.flatMap { after.bounds[$0.value] })
      // 31-bit results: far less than a step of 8 bits.
      #expect(bound.maximum < 0.01 || instance.gamma.contains { $0.magnitude > 1 }, "\(bound)")
      let codes = codes(instance, &random)
      let slack = try #require(Rational(exactly: bound.maximum))
      let expected = try reference(instance, codes, slack: slack)
      let found = try result(after, codes)
      #expect(zip(found, expected).allSatisfy { $1.contains($0) })
    }
  }

  @Test(
    "with parameters of few bits a code differs only within the bound of a tie, and they are few",
    arguments: 0..<64 as Range<UInt64>
  )
  func rounded(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for bits in [4, 8, 12, 20] {
      let instance = instance(&random)
      let rule = ReplaceLayerNormByComparisons(.rounded(fractionBits: bits))
      let after = try checkForm(rule, on: try instance.graph(), fires: true)
      let output = try #require(after.outputs.first?.value)
      let bound = try #require(after.bounds[output])
      guard case .integer(.norm(let norm)) = after[output].operation else {
        Issue.record("a norm was expected")
        return
      }
      let parameters = norm.requantizer.multiplier.values + norm.requantizer.offset.values
      #expect(parameters.allSatisfy { (BigInt(1) << bits) % $0.denominator == 0 })
      #expect(norm.requantizer.multiplier.values.allSatisfy { !$0.isZero })
      let codes = codes(instance, &random)
      let slack = try #require(Rational(exactly: bound.maximum))
      let expected = try reference(instance, codes, slack: slack)
      let found = try result(after, codes)
      #expect(zip(found, expected).allSatisfy { $1.contains($0) })
    }
  }

  @Test("the bound is a few units of the last bit that is kept", arguments: [6, 7, 12, 24])
  func roundedBound(bits: Int) throws {
    let instance = Instance(gamma: [1, 2, 3, 4, 5, 6].map { $0 / 7 }, beta: [0, 0, 0, 1, 1, 1])
    let rule = ReplaceLayerNormByComparisons(.rounded(fractionBits: bits))
    let after = try instance.graph().rewritten(by: [rule])
    let bound = try #require(after.outputs.first.flatMap { after.bounds[$0.value]?.maximum })
    // Multipliers stay below 3½, rows have 6 elements: √6·(½ + 3½·½) + ½ units.
    let unit = Double(sign: .plus, exponent: -bits, significand: 1)
    #expect(bound > unit / 8 && bound < 6 * unit, "\(bound / unit)")
  }

  /// ±3 has variance 9; with ε = 16 the root is 5 and ŷ = ±3/5.
  @Test("a zero point and an offset of all elements go with the mean")
  func zeroPoint() throws {
    var instance = Instance(gamma: [1, 2, -3, 4, 5, 6], beta: [0, 1, 0, 0, 0.5, 0])
    instance.type = .u8
    let rows = (0..<36).map { ($0 * $0 * 37 + 11) % 256 }
    let plain = try instance.graph().rewritten(by: [ReplaceLayerNormByComparisons()])
    let third = Scale(Rational(1, over: 3))
    instance.dequantizer = Dequantizer(scale: Scale(.one), zeroPoint: ZeroPoint(131), offset: third)
    let graph = try instance.graph()
    let after = try checkForm(ReplaceLayerNormByComparisons(), on: graph, fires: true)
    #expect(after.live.count == 2)
    #expect(try result(after, rows) == result(plain, rows))
    #expect(
      try result(after, rows) == Oracle<Double>(graph).run(["q": .integer(rows)])["y"]?.integers
    )
  }

  @Test("ties go to the even code, for both placements of an odd zero point", arguments: -4...4)
  func ties(code: Int) throws {
    let gamma = 5 * Double(2 * code + 1) / 2
    for (placement, zeroPoint) in [
      (ZeroPointPlacement.afterRounding, 0), (.afterRounding, 1), (.beforeRounding, 1),
    ] {
      var instance = Instance(gamma: [gamma, gamma], beta: [0, 0])
      instance.shape = [1, 2]
      instance.epsilon = 16
      instance.quantizer = Quantizer(
        .i8,
        scale: Scale(3),
        zeroPoint: ZeroPoint(zeroPoint),
        placement: placement
      )
      let after = try instance.graph().rewritten(by: [ReplaceLayerNormByComparisons()])
      // ±(code + ½), + zero point.
      let even = { (n: Int) in n % 2 == 0 ? n : n + 1 }
      let expected =
        placement == .afterRounding
        ? [even(code) + zeroPoint, -even(code) + zeroPoint]
        : [even(code + zeroPoint), even(-code - 1 + zeroPoint)]
      #expect(try result(after, [3, -3]) == expected)
      // Without a mean to subtract it is RMSNorm.
      instance.isCentered = false
      let root = try instance.graph().rewritten(by: [ReplaceLayerNormByComparisons()])
      #expect(try result(root, [3, -3]) == expected)
      // The same with units of 1/4, ε being that of the real row.
      instance.dequantizer = Dequantizer(scale: Scale(Rational(1, over: 4)))
      let finer = try instance.graph().rewritten(by: [ReplaceLayerNormByComparisons()])
      #expect(try result(finer, [12, -12]) == expected)
    }
  }

  @Test("leaves what is no LayerNorm of a stream")
  func guards() throws {
    let plain = Instance(gamma: [1, 2, 3, 4, 5, 6], beta: [0, 0, 0, 1, 1, 1])
    let one = Rational.one
    func expectStays(_ change: (inout Instance) -> Void) throws {
      var instance = plain
      change(&instance)
      try checkForm(ReplaceLayerNormByComparisons(), on: try instance.graph(), fires: false)
    }
    try checkForm(ReplaceLayerNormByComparisons(), on: try plain.graph(), fires: true)
    try expectStays { $0.epsilon = 0 }
    try expectStays {
      $0.isCentered = false
      $0.epsilon = 0
    }
    try expectStays { $0.gamma[2] = .infinity }
    try expectStays { $0.beta[2] = .nan }
    for dequantizer in [
      Dequantizer(scale: Scale(one), zeroPoint: ZeroPoint([0, 0, 0, 0, 0, 1], shape: [6])),
      Dequantizer(scale: Scale(one), offset: Scale([0, 0, 0, 0, 0, 1], shape: [6])),
      Dequantizer(scale: Scale([1, 1, 1, 1, 1, 2], shape: [6]), zeroPoint: ZeroPoint(1)),
      Dequantizer(scale: Scale(-one)),
      // One unit per row, a ratio that is no power of two, a shift of 32.
      Dequantizer(scale: Scale([1, 2, 4], shape: [3, 1])),
      Dequantizer(scale: Scale([1, 2, 3, 4, 5, 6], shape: [6])),
      Dequantizer(scale: Scale([1, 1, 1, 1, 1, Rational(1 << 32)], shape: [6])),
      // 2¹¹·2³⁰ is beyond 2⁴⁰.
      Dequantizer(scale: Scale([1, 1, 1, 1, 1, Rational(1 << 30)], shape: [6])),
      // ε = 10⁻⁶·2^144 in the square of the unit is too long.
      Dequantizer(scale: Scale(Rational(1, over: BigInt(1) << 72))),
    ] {
      try expectStays { $0.dequantizer = dequantizer }
    }
    // Without a mean to go with.
    try expectStays {
      $0.isCentered = false
      $0.dequantizer = Dequantizer(scale: Scale(one), zeroPoint: ZeroPoint(1))
    }
    // Nobody quantizes, γ is computed, or the row is real.
    var graph = try plain.graph()
    let output = try #require(graph.outputs.first?.value)
    let norm = graph[output].operands[0]
    graph.addOutput("norm", norm)
    let after = try graph.rewritten(by: [ReplaceLayerNormByComparisons()])
    #expect(after.count { if case .layerNorm = $0 { true } else { false } } == 1)
    for isComputed in [true, false] {
      var graph = Graph()
      let x =
        isComputed
        ? try graph.append(.dequantize(plain.dequantizer), graph.codes("q", .i8, [2, 6]))
        : try graph.reals("x", [2, 6])
      let ones = try graph.append(.constant(Tensor([1, 1, 1, 1, 1, 1] as [Double], shape: [6])))
      let gamma = isComputed ? try graph.reals("g", [6]) : ones
      let norm = try graph.append(.layerNorm(epsilon: 1), x, gamma, ones)
      graph.addOutput("y", try graph.append(.quantize(plain.quantizer), norm))
      try checkForm(ReplaceLayerNormByComparisons(), on: graph, fires: false)
    }
  }
}
