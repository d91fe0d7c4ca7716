import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("ReplaceQuotientByIntegers")
struct ReplaceQuotientTests {
  /// Integers of two heads over an integer of their row, what is added, and the quantizer.
  private struct Instance {
    var dividend = Dequantizer(scale: Scale(.one))
    var divisor = Dequantizer(scale: Scale(.one))
    var divisorType = IntegerType.u(7)
    var divisorShape = [2, 4, 1]
    /// Taken from the quotient where `isTaken`.
    var constants: [(Tensor, isTaken: Bool)] = []
    var quantizer = Quantizer(.i(4), scale: Scale(.one))

    func graph() throws -> Graph {
      var graph = Graph()
      let a = try graph.append(.dequantize(dividend), graph.codes("a", .i(12), [2, 4, 3]))
      // Not zero, where exact arithmetic has no quotient.
      let one = try graph.append(.constant(#require(Tensor([1], .u(1), shape: []))))
      let codes = try graph.append(.add, graph.codes("b", divisorType, divisorShape), one)
      let b = try graph.append(.dequantize(divisor), codes)
      var value = try graph.append(.divide, a, b)
      for (constant, isTaken) in constants {
        let addend = try graph.append(.constant(constant))
        value = try graph.append(isTaken ? .subtract : .add, value, addend)
      }
      graph.addOutput("y", try graph.append(.quantize(quantizer), value, name: "act"))
      return graph
    }
  }

  @Test("codes stay the same, ties as well", arguments: 0..<64 as Range<UInt64>)
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var instance = Instance()
    instance.dividend = Dequantizer(scale: random.scales(random.pick([[], [2, 1, 1], [3]])))
    instance.divisor = Dequantizer(scale: random.scales(random.pick([[], [2, 1, 1], [4, 1]])))
    instance.constants = (0..<Int.random(in: 0...2, using: &random)).map { _ in
      let shape = random.pick([[], [3], [2, 1, 3]])
      let values = (0..<shape.reduce(1, *)).map { _ in random.real().doubleValue }
      return (Tensor(values, shape: shape), Bool.random(using: &random))
    }
    instance.quantizer = Quantizer(
      random.codeType(),
      scale: random.pick([Scale(.one), random.scales([2, 1, 3]), random.scales([3])]),
      zeroPoint: random.zeroPoints(random.pick([[], [3]])),
      placement: random.pick([.afterRounding, .beforeRounding])
    )
    if seed % 2 == 0 {
      // Quotients of small numbers, so that ties are met.
      instance.dividend = Dequantizer(scale: Scale(Rational(1, over: 2)))
      instance.divisor = Dequantizer(scale: Scale(.one))
      instance.divisorType = .u(2)
      instance.quantizer = Quantizer(.i8, scale: Scale(.one), zeroPoint: ZeroPoint(1))
    }
    let graph = try instance.graph()
    try checkRule(ReplaceQuotientByIntegers(), on: graph, fires: true, random: &random)
    let after = try graph.rewritten(by: [ReplaceQuotientByIntegers()])
    #expect(after.live.allSatisfy { after.type(of: $0).isInteger })
    let image = try #require(after.outputs.first?.value)
    #expect(after.name(of: image) == "act" && after.bounds[image] == nil)
    _ = try IntegerGraph(verifying: after)
  }

  @Test("leaves what is not a quotient of integers by one that is never negative")
  func guards() throws {
    func expectStays(_ change: (inout Instance) throws -> Void) throws {
      var instance = Instance()
      try change(&instance)
      let graph = try instance.graph()
      try checkForm(ReplaceQuotientByIntegers(), on: graph, fires: false)
    }
    let one = Scale(.one)
    try checkForm(ReplaceQuotientByIntegers(), on: try Instance().graph(), fires: true)
    try expectStays { $0.divisorType = .i(4) }
    try expectStays { $0.divisorShape = [2, 4, 3] }
    try expectStays { $0.divisorShape = [1, 1, 1] }
    try expectStays { $0.dividend = Dequantizer(scale: one, zeroPoint: ZeroPoint(1)) }
    try expectStays { $0.dividend = Dequantizer(scale: one, offset: one) }
    try expectStays { $0.divisor = Dequantizer(scale: one, zeroPoint: ZeroPoint(1)) }
    try expectStays { $0.divisor = Dequantizer(scale: one, offset: one) }
    try expectStays { $0.quantizer = Quantizer(.u(9), scale: one) }
    try expectStays {
      $0.constants = [(Tensor([1.0, .infinity, 2], shape: [3]), isTaken: false)]
    }
    // Neither operand is made of reals, and what is added is a constant.
    for part in 0..<3 {
      var graph = Graph()
      func real(_ isInteger: Bool, _ name: String, _ shape: [Int]) throws -> Value {
        guard isInteger else { return try graph.reals(name, shape) }
        return try graph.append(
          .dequantize(Dequantizer(scale: one)),
          graph.codes(name, .u(4), shape)
        )
      }
      let a = try real(part != 0, "a", [2, 3])
      let b = try real(part != 1, "b", [2, 1])
      var value = try graph.append(.divide, a, b)
      if part == 2 { value = try graph.append(.add, value, real(true, "c", [2, 3])) }
      graph.addOutput("y", try graph.append(.quantize(Quantizer(.i8, scale: one)), value))
      try checkForm(ReplaceQuotientByIntegers(), on: graph, fires: false)
    }
  }

  @Test("codes of a quotient are bounded by its ends")
  func ranges() throws {
    var graph = Graph()
    let a = try graph.codes("a", .i(4), [2, 3])
    let b = try graph.append(.sum(axis: 1), graph.codes("b", .u(2), [2, 4]))
    let quotient = Quotient(Requantizer(.i8, multiplier: Scale(2), offset: Scale(1)))
    let y = try graph.append(.integer(.quotient(quotient)), a, b)
    graph.addOutput("y", y)
    // −8/1 and 7/1 are the farthest; 0 over 0 is between.
    #expect(try IntegerGraph(verifying: graph).range(of: y) == -15...15)
  }
}
