import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("Norms in pieces with quantizers between")
struct NormsInPiecesTests {
  private let gamma: [Float] = [1, 0.5, -2, 1.5]
  private let beta: [Float] = [0, 0.25, -0.5, 1]
  private let epsilon: Float = 1 / 1024

  /// `value`, quantized and dequantized.
  private func quantized(_ graph: inout Graph, _ value: Value) throws -> Value {
    let quantizer = Quantizer(.u8, scale: Scale(Rational(1, over: 32)), zeroPoint: ZeroPoint(128))
    let codes = try graph.append(.quantize(quantizer), value)
    return try graph.append(.dequantize(quantizer.inverse), codes)
  }

  private func constant(_ graph: inout Graph, _ values: [Float], _ shape: [Int]) throws -> Value {
    try graph.append(.constant(Tensor(values, shape: shape)))
  }

  /// The norm of x [3, 4] as eight operations, with a quantizer behind each.
  private func pieces(
    isCentered: Bool = true,
    isPower: Bool = true,
    otherSquare: Bool = false,
    isRead: Bool = false
  ) throws -> Graph {
    var graph = Graph()
    let input = try graph.append(.input(name: "x", ValueType(.real, [3, 4])))
    let x = try quantized(&graph, input)
    var deviation = x
    if isCentered {
      let mean = try quantized(&graph, graph.append(.mean(axis: 1), x))
      deviation = try quantized(&graph, graph.append(.subtract, x, mean))
    }
    let base = otherSquare ? try quantized(&graph, graph.append(.function(.relu), x)) : deviation
    let square =
      try isPower
      ? graph.append(.function(.power(2)), base) : graph.append(.multiply, base, base)
    let variance = try quantized(&graph, graph.append(.mean(axis: 1), quantized(&graph, square)))
    let added = try graph.append(.add, variance, constant(&graph, [epsilon], []))
    let root = try graph.append(.function(.squareRoot), quantized(&graph, added))
    let quotient = try graph.append(.divide, deviation, quantized(&graph, root), name: "quotient")
    let normal = try quantized(&graph, quotient)
    if isRead { graph.addOutput("normal", normal) }
    var y = try graph.append(.multiply, normal, constant(&graph, gamma, [4]), name: "scaled")
    if isCentered {
      y = try graph.append(.add, quantized(&graph, y), constant(&graph, beta, [4]), name: "shifted")
    }
    graph.addOutput("y", try quantized(&graph, y))
    return graph
  }

  /// The same as one operation.
  private func norm(isCentered: Bool) throws -> Graph {
    var graph = Graph()
    let input = try graph.append(.input(name: "x", ValueType(.real, [3, 4])))
    let x = try quantized(&graph, input)
    let gamma = try constant(&graph, self.gamma, [4])
    let norm =
      isCentered
      ? try graph.append(
        .layerNorm(epsilon: Double(epsilon)),
        x,
        gamma,
        constant(&graph, beta, [4])
      ) : try graph.append(.rmsNorm(epsilon: Double(epsilon)), x, gamma)
    graph.addOutput("y", try quantized(&graph, norm))
    return graph
  }

  private let fusing = Pipeline(Pipeline.Options(fusesNorms: true))

  @Test(
    "become the norm without these quantizers, with the same codes as one that was never in pieces",
    arguments: [true, false],
    [true, false]
  )
  func fuses(isCentered: Bool, isPower: Bool) throws {
    let graph = try pieces(isCentered: isCentered, isPower: isPower)
    #expect(
      graph.normsInPieces.map { graph.name(of: $0) } == [isCentered ? "shifted" : "scaled"]
    )
    let after = try fusing.apply(to: graph)
    #expect(after.normsInPieces.isEmpty)
    #expect(after.live.count { after[$0].operation.isNormalization } == 1)
    let expected = try Pipeline().apply(to: norm(isCentered: isCentered))
    let x = (0..<12).map { Double(($0 * 7) % 11) / 4 - 1 }
    #expect(
      try Oracle<Double>(after).run(["x": .real(x)])["y"]?.reals
        == Oracle<Double>(expected).run(["x": .real(x)])["y"]?.reals
    )
  }

  @Test("stay as they are unless that is asked for")
  func stays() throws {
    let after = try Pipeline().apply(to: pieces())
    #expect(!after.live.contains { after[$0].operation.isNormalization })
  }

  @Test("end where something else reads them, too")
  func read() throws {
    let graph = try pieces(isRead: true)
    #expect(graph.normsInPieces.map { graph.name(of: $0) } == ["quotient"])
    #expect(try fusing.apply(to: graph).outputs.map(\.name) == ["normal", "y"])
  }

  @Test("are none where something else is squared")
  func otherSquare() throws {
    let graph = try pieces(otherSquare: true)
    #expect(graph.normsInPieces.isEmpty)
    #expect(try fusing.apply(to: graph).nodes == Pipeline().apply(to: graph).nodes)
  }

  @Test("reach integers alone")
  func integers() throws {
    let graph = try fusing.apply(to: pieces())
    let after = try IntegerOnlyPipeline().apply(to: graph, streams: [:])
    #expect(
      after.live.contains { value in
        if case .integer(.norm) = after[value].operation { true } else { false }
      }
    )
  }
}
