import BigInt
import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("ReplaceSoftmaxByIntegers")
struct ReplaceSoftmaxByIntegersTests {
  /// Scores of two heads, what is added to them, and the quantizer of probabilities.
  private struct Instance {
    var type = IntegerType.i(12)
    var dequantizer = Dequantizer(scale: Scale(Rational(1, over: 100)))
    var mask: [Double]?
    var maskShape = [1, 4, 5]
    var isMaskFirst = false
    var quantizer = Quantizer(.u8, scale: Scale(Rational(1, over: 255)))

    static let shape = [2, 4, 5]

    func graph() throws -> Graph {
      var graph = Graph()
      let q = try graph.codes("q", type, Self.shape)
      var scores = try graph.append(.dequantize(dequantizer), q)
      if let mask {
        let constant = try graph.append(.constant(Tensor(mask, shape: maskShape)))
        scores = try graph.append(
          Node(.add, isMaskFirst ? [constant, scores] : [scores, constant])
        )
      }
      let softmax = try graph.append(.softmax, scores)
      graph.addOutput("y", try graph.append(.quantize(quantizer), softmax, name: "attn"))
      return graph
    }
  }

  private static let exponentials: [IntegerSoftmax.Exponential] = [
    .base2(fractionBits: 8, tableBits: 16), .base2(fractionBits: 12, tableBits: 12),
    .base2(fractionBits: 0, tableBits: 24), .base2Product, .shiftmax,
  ]

  private func instance(_ random: inout SplitMix64) -> Instance {
    var instance = Instance()
    // Scores within ±10, of either sign.
    let scale =
      Rational(random.extent(1...100), over: 10_240) * (Bool.random(using: &random) ? 1 : -1)
    instance.dequantizer = Dequantizer(
      scale: random.broadcast(random.pick([[], [2, 1, 1], [4, 1]])) {
        scale * Rational($0.extent(1...4), over: 4)
      },
      zeroPoint: random.zeroPoints(random.pick([[], [2, 1, 1]])),
      offset: random.pick([Scale(.zero), random.scales([4, 1]), random.scales([5])])
    )
    instance.quantizer = Quantizer(
      random.codeType(),
      scale: random.broadcast([2, 1, 1]) { Rational(1, over: $0.extent(2...300)) },
      zeroPoint: random.zeroPoints([]),
      placement: random.pick([.afterRounding, .beforeRounding])
    )
    return instance
  }

  /// The law fires; every code's real value is within the bound and half a step of the probability.
  private func expectBounded(
    _ instance: Instance,
    _ exponential: IntegerSoftmax.Exponential,
    _ random: inout SplitMix64
  ) throws {
    let graph = try instance.graph()
    let after = try checkForm(ReplaceSoftmaxByIntegers(exponential), on: graph, fires: true)
    #expect(after.live.allSatisfy { after.type(of: $0).isInteger })
    let image = try #require(after.outputs.first?.value)
    #expect(after.name(of: image) == "attn")
    let bound = try #require(after.bounds[image])
    _ = try IntegerGraph(verifying: after)

    let inputs = random.inputs(of: graph).mapValues(\.doubles)
    let output = try #require(graph.outputs.first?.value)
    let softmax = graph[output].operands[0]
    let before = try Oracle<Double>(graph).run(inputs, keeping: [softmax])
    let probabilities = try #require(before.kept[softmax]?.reals)
    let codes = try #require(try Oracle<Double>(after).run(inputs)["y"]?.integers)
    let steps = instance.quantizer.scale.expanded(over: Instance.shape).map(\.doubleValue)
    let zero = instance.quantizer.zeroPoint.values[0]
    let range = instance.quantizer.type.range
    for (index, code) in codes.enumerated() {
      let real = Double(code - zero) * steps[index]
      let limit = bound.maximum + steps[index] / 2 + 1e-9
      // A code at the end of the range may stand for what is beyond.
      if code < range.upperBound { #expect(probabilities[index] <= real + limit) }
      if code > range.lowerBound { #expect(probabilities[index] >= real - limit) }
    }
  }

  @Test("codes are within the bound of their probabilities", arguments: 0..<64 as Range<UInt64>)
  func plain(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for exponential in Self.exponentials {
      try expectBounded(instance(&random), exponential, &random)
    }
  }

  @Test("the bound says something where a table has some entries")
  func tightness() {
    #expect(
      IntegerSoftmax.Exponential.base2(fractionBits: 8, tableBits: 16).bound(count: 197) < 0.01
    )
    #expect(IntegerSoftmax.Exponential.base2Product.bound(count: 197) < 0.005)
    #expect(IntegerSoftmax.Exponential.base2(fractionBits: 4, tableBits: 12).bound(count: 50) < 0.1)
    #expect(IntegerSoftmax.Exponential.base2(fractionBits: 0, tableBits: 8).bound(count: 9) <= 1)
  }

  @Test("a mask of −∞ leaves exact zeros", arguments: 0..<64 as Range<UInt64>)
  func boolean(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var instance = instance(&random)
    // Causal, as far as five columns go.
    let mask = (0..<20).map { $0 % 5 <= $0 / 5 ? 0 : -Double.infinity }
    instance.mask = mask
    instance.isMaskFirst = Bool.random(using: &random)
    instance.quantizer = Quantizer(.u8, scale: Scale(Rational(1, over: 255)))
    for exponential in Self.exponentials {
      try expectBounded(instance, exponential, &random)
      let after = try instance.graph().rewritten(by: [ReplaceSoftmaxByIntegers(exponential)])
      let result = try Oracle<Rational>(after).run(random.inputs(of: after))
      let codes = try #require(result["y"]?.integers)
      for (index, code) in codes.enumerated() where mask[index % 20] < 0 { #expect(code == 0) }
      // A row that sees one column gives it everything.
      #expect(codes[0] == 255 && codes[20] == 255)
    }
  }

  @Test(
    "finite masks are −∞ where a row has anything else, and cancel where it has not",
    arguments: 0..<64 as Range<UInt64>
  )
  func finite(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var instance = instance(&random)
    // The last row is masked as a whole, once evenly and once not.
    for last in [[-1e4, -1e4, -1e4, -1e4, -1e4], [-100, -1e4, -1e4, -100, -1e4]] {
      instance.mask = (0..<15).map { $0 % 5 <= $0 / 5 ? 0 : -1e4 } + last
      for exponential in Self.exponentials { try expectBounded(instance, exponential, &random) }
    }
  }

  @Test("a bias along the row costs what its rounding costs", arguments: 0..<64 as Range<UInt64>)
  func bias(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var instance = instance(&random)
    for shape in [[1, 4, 5], [2, 4, 5], [5], [2, 1, 5]] {
      instance.maskShape = shape
      instance.mask = (0..<shape.reduce(1, *)).map { _ in Double.random(in: -9...9, using: &random)
      }
      for exponential in Self.exponentials { try expectBounded(instance, exponential, &random) }
    }
  }

  @Test("a low bias does not hide the highest score of a wide row")
  func wideRow() throws {
    var random = SplitMix64(seed: 1)
    var instance = Instance()
    // Scores of ±204.8: with −80 the first can still win.
    instance.dequantizer = Dequantizer(scale: Scale(Rational(1, over: 10)))
    instance.mask = (0..<20).map { $0 % 5 == 0 ? -80 : 0 }
    let exponential = IntegerSoftmax.Exponential.base2(fractionBits: 8, tableBits: 16)
    try expectBounded(instance, exponential, &random)
    let after = try instance.graph().rewritten(by: [ReplaceSoftmaxByIntegers(exponential)])
    let row = [2000, -2000, -2000, -2000, -2000]
    let codes = Array(repeating: row, count: 8).flatMap(\.self)
    let result = try Oracle<Rational>(after).run(["q": .integer(codes)])
    #expect(result["y"]?.integers?.prefix(5) == [255, 0, 0, 0, 0])
  }

  @Test("leaves what integers cannot say")
  func guards() throws {
    let exponential = Self.exponentials[0]
    func expectStays(_ change: (inout Instance) -> Void) throws {
      var instance = Instance()
      change(&instance)
      try checkForm(ReplaceSoftmaxByIntegers(exponential), on: try instance.graph(), fires: false)
    }
    let one = Scale(.one)
    // Scores of one scale and zero point per row.
    try expectStays { $0.dequantizer = Dequantizer(scale: Scale([1, 2, 3, 4, 5], shape: [5])) }
    let zeroPoints = ZeroPoint([1, 2, 3, 4, 5], shape: [5])
    try expectStays { $0.dequantizer = Dequantizer(scale: one, zeroPoint: zeroPoints) }
    // A quantizer that is the same along a row, of positive scale, at most 8 bits, short numbers.
    try expectStays { $0.quantizer = Quantizer(.u8, scale: Scale([1, 2, 3, 4, 5], shape: [5])) }
    try expectStays { $0.quantizer = Quantizer(.u8, scale: one, zeroPoint: zeroPoints) }
    try expectStays { $0.quantizer = Quantizer(.u8, scale: Scale(-1)) }
    try expectStays { $0.quantizer = Quantizer(.u(9), scale: one) }
    try expectStays { $0.quantizer = Quantizer(.u8, scale: one, zeroPoint: ZeroPoint(1 << 20)) }
    let tiny = Scale(Rational(1, over: BigInt(1) << 63))
    try expectStays { $0.quantizer = Quantizer(.u8, scale: tiny) }
    // Masks without a number, and rows that see nothing.
    for bad in [Double.nan, .infinity] {
      try expectStays { $0.mask = Array(repeating: 0, count: 19) + [bad] }
    }
    try expectStays {
      $0.mask = (0..<20).map { $0 < 5 ? -.infinity : 0 }
    }
    // A bias of more than 2³⁰ units.
    try expectStays {
      $0.dequantizer = Dequantizer(scale: Scale(Rational(1, over: 1 << 40)))
      $0.mask = (0..<20).map(Double.init)
    }
    // A mask that is computed.
    var graph = Graph()
    let scores = try graph.append(
      .dequantize(Dequantizer(scale: one)),
      graph.codes("q", .i8, [2, 3])
    )
    let masked = try graph.append(.add, scores, graph.reals("mask", [2, 3]))
    let softmax = try graph.append(.softmax, masked)
    graph.addOutput("y", try graph.append(.quantize(Quantizer(.u8, scale: one)), softmax))
    try checkForm(ReplaceSoftmaxByIntegers(exponential), on: graph, fires: false)
  }
}
