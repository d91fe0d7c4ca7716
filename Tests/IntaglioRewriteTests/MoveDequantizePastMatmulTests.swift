import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("MoveDequantizePastMatmul")
struct MoveDequantizePastMatmulTests {
  /// Where the scale and the zero point of one operand vary.
  struct Variation: Sendable, CustomTestStringConvertible {
    var scale: [Axis] = []
    var zeroPoint: [Axis] = []
    enum Axis: Sendable { case batch, free, contraction }
    var testDescription: String { "scale \(scale) zero \(zeroPoint)" }
  }

  struct Instance {
    var graph = Graph()
    let product: Value
  }

  private func instance(
    _ random: inout SplitMix64,
    left: Variation,
    right: Variation,
    constantWeights: Bool = false,
    leftType: IntegerType? = nil,
    depth: Int? = nil,
    offset: Rational = .zero
  ) throws -> Graph {
    // Two or more along every axis, so that what may vary does.
    let (batch, m) = (random.extent(2...3), random.extent(2...4))
    let (k, n) = (depth ?? random.extent(2...6), random.extent(2...4))
    func shape(_ axes: [Variation.Axis], _ full: [Variation.Axis]) -> [Int] {
      let extents = full.map {
        $0 == .batch ? batch : $0 == .contraction ? k : full == Self.leftAxes ? m : n
      }
      return zip(full, extents).map { axes.contains($0) ? $1 : 1 }
    }
    var graph = Graph()
    let aType = leftType ?? random.codeType()
    let bType = random.codeType()
    let a = try graph.codes("a", aType, [batch, m, k])
    let b =
      constantWeights
      ? try graph.append(.constant(random.tensor(bType, [batch, k, n])))
      : try graph.codes("b", bType, [batch, k, n])
    let s = Dequantizer(
      scale: random.scales(shape(left.scale, Self.leftAxes)),
      zeroPoint: left.zeroPoint.isEmpty
        ? ZeroPoint(0) : random.zeroPoints(shape(left.zeroPoint, Self.leftAxes)),
      offset: Scale(offset)
    )
    let t = Dequantizer(
      scale: random.scales(shape(right.scale, Self.rightAxes)),
      zeroPoint: right.zeroPoint.isEmpty
        ? ZeroPoint(0) : random.zeroPoints(shape(right.zeroPoint, Self.rightAxes))
    )
    let x = try graph.append(.dequantize(s), a)
    let y = try graph.append(.dequantize(t), b)
    let product = try graph.append(.matmul, x, y, name: "product")
    graph.addOutput("y", product)
    return graph
  }

  private static let leftAxes: [Variation.Axis] = [.batch, .free, .contraction]
  private static let rightAxes: [Variation.Axis] = [.batch, .contraction, .free]

  static let legal: [(Variation, Variation)] = [
    (Variation(), Variation()),
    (Variation(), Variation(scale: [.free])),
    (Variation(scale: [.free]), Variation(scale: [.free])),
    (Variation(scale: [.batch]), Variation(scale: [.batch, .free])),
    (Variation(zeroPoint: [.contraction]), Variation(scale: [.free])),
    (Variation(zeroPoint: [.batch]), Variation(scale: [.free], zeroPoint: [.batch])),
    (Variation(zeroPoint: [.free]), Variation(zeroPoint: [.free])),
    (Variation(zeroPoint: [.batch, .contraction]), Variation(zeroPoint: [.contraction])),
    (Variation(scale: [.batch, .free], zeroPoint: [.contraction]), Variation(zeroPoint: [.free])),
  ]

  @Test(
    "holds exactly whatever scales and zero points vary along",
    arguments: 0..<64 as Range<UInt64>
  )
  func holds(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for (left, right) in Self.legal {
      for constantWeights in [false, true] {
        let graph = try instance(
          &random,
          left: left,
          right: right,
          constantWeights: constantWeights
        )
        try checkRule(MoveDequantizePastMatmul(), on: graph, fires: true, random: &random)
      }
    }
  }

  @Test("leaves no real matmul and keeps the model's name")
  func keepsTheName() throws {
    var random = SplitMix64(seed: 1)
    let before = try instance(&random, left: Variation(), right: Variation())
    let after = try before.rewritten(by: [MoveDequantizePastMatmul()])
    #expect(before.realMatmuls == 1 && after.realMatmuls == 0)
    #expect(Coverage(after).entries.map(\.node) == ["product"])
    #expect(Coverage(after).entries.map(\.status) == [.exact])
  }

  @Test("leaves a scale that varies along the sum", arguments: 0..<64 as Range<UInt64>)
  func scaleAlongContraction(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for (left, right) in [
      (Variation(scale: [.contraction]), Variation()),
      (Variation(), Variation(scale: [.contraction])),
    ] {
      let graph = try instance(&random, left: left, right: right)
      try checkRule(MoveDequantizePastMatmul(), on: graph, fires: false, random: &random)
      guard
        case .blocked(.scaleAlongContraction(_, _, let axis, _)) = Coverage(graph).entries[0].status
      else {
        Issue.record("expected the contraction axis as the obstacle")
        return
      }
      #expect(axis == (left.scale.isEmpty ? 1 : 2))
    }
  }

  @Test("leaves a zero point for every element of the matrix", arguments: 0..<64 as Range<UInt64>)
  func zeroPointOverMatrix(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for (left, right) in [
      (Variation(zeroPoint: [.free, .contraction]), Variation()),
      (Variation(), Variation(zeroPoint: [.free, .contraction])),
    ] {
      let graph = try instance(&random, left: left, right: right)
      try checkRule(MoveDequantizePastMatmul(), on: graph, fires: false, random: &random)
    }
  }

  @Test("leaves operands wider than 8 bits")
  func wideOperand() throws {
    var random = SplitMix64(seed: 2)
    let graph = try instance(&random, left: Variation(), right: Variation(), leftType: .i32)
    try checkRule(MoveDequantizePastMatmul(), on: graph, fires: false, random: &random)
    #expect(
      Coverage(graph).entries[0].status
        == .blocked(.wideOperand(side: .left, type: .i32, producer: "a"))
    )
  }

  @Test("leaves an operand with a real offset")
  func offset() throws {
    var random = SplitMix64(seed: 3)
    let graph = try instance(
      &random,
      left: Variation(),
      right: Variation(),
      offset: Rational(1, over: 3)
    )
    try checkRule(MoveDequantizePastMatmul(), on: graph, fires: false, random: &random)
    #expect(Coverage(graph).entries[0].status == .blocked(.offset(side: .left, producer: "a")))
  }

  @Test("leaves a sum that could leave 32 bits")
  func overflow() throws {
    var graph = Graph()
    let depth = 1 << 17
    let a = try graph.codes("a", .u8, [1, depth])
    let b = try graph.append(
      .constant(try #require(Tensor([Int](repeating: 127, count: depth), .i8, shape: [depth, 1])))
    )
    let half = Dequantizer(scale: Scale(Rational(1, over: 2)))
    graph.addOutput(
      "y",
      try graph.append(
        .matmul,
        graph.append(.dequantize(half), a),
        graph.append(.dequantize(half), b)
      )
    )
    #expect(try graph.rewritten(by: [MoveDequantizePastMatmul()]).realMatmuls == 1)
    #expect(Coverage(graph).entries[0].status == .blocked(.overflow(magnitude: depth * 255 * 127)))
  }

  @Test("leaves real operands and says what makes them")
  func realOperands() throws {
    var graph = Graph()
    let x = try graph.reals("x", [2, 3])
    let soft = try graph.append(.softmax, x, name: "attention.softmax")
    let w = try graph.append(.constant(Tensor([1, 2, 3] as [Float], shape: [3, 1])))
    graph.addOutput("y", try graph.append(.matmul, soft, w, name: "pv"))
    #expect(
      Coverage(graph).entries[0].status
        == .blocked(.realSoftmax(side: .left, softmax: "attention.softmax"))
    )
    let codes = try graph.codes("q", .i(3), [2, 3])
    let q = try graph.append(.dequantize(Dequantizer(scale: Scale(.one))), codes)
    var other = graph
    other.addOutput("z", try other.append(.matmul, q, w, name: "fc"))
    #expect(Coverage(other).entries.last?.status == .blocked(.realWeights(side: .right)))
  }
}
