import IntaglioData
import IntaglioExport
import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Packed model")
struct PackedModelTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func roundTrip(_ graph: Graph) throws -> PackedModel {
    let path = folder.path("model")
    let written = try PackedModel.write(graph: graph, description: .sample, to: path)
    let model = try PackedModel.read(path: path)
    #expect(model.sizes == written)
    #expect(model.description == .sample)
    return model
  }

  @Test("any graph comes back as it was", arguments: 0..<64 as Range<UInt64>)
  func roundTrips(seed: UInt64) throws {
    let random = try RandomGraph(seed: seed, irrational: true)
    expectSame(try roundTrip(random.graph).graph, random.graph)
  }

  @Test("bounds, names and outputs are kept")
  func keepsRemarks() throws {
    var graph = try Graph.sample()
    let value = try #require(graph.values.last)
    graph.setBound(ErrorBound(law: "Law", maximum: 0.1, relative: .infinity), of: value)
    graph.addOutput("ein zweiter \"Name\" / 名前\n", value)
    expectSame(try roundTrip(graph).graph, graph)
  }

  @Test("an empty graph and a constant without elements come back")
  func emptyGraphs() throws {
    expectSame(try roundTrip(Graph()).graph, Graph())
    var graph = Graph()
    let empty = Tensor([Float](), shape: [0, 3])
    graph.addOutput("y", try graph.append(.constant(empty)))
    expectSame(try roundTrip(graph).graph, graph)
  }

  @Test("reals come back bit for bit, even those that are not numbers")
  func oddReals() throws {
    var graph = Graph()
    let floats: [Float] = [.nan, -.nan, .infinity, -0.0, .leastNonzeroMagnitude]
    let doubles: [Double] = [.nan, -.infinity, -0.0, .leastNonzeroMagnitude, .pi]
    try graph.append(.constant(Tensor(floats, shape: [5])))
    try graph.append(.constant(Tensor(doubles, shape: [5])))
    let x = try graph.append(.input(name: "x", ValueType(.real, [5])))
    try graph.append(.function(.clip(lower: -.infinity, upper: 0.1)), x)
    try graph.append(.function(.power(-0.0)), x)
    expectSame(try roundTrip(graph).graph, graph)
  }

  @Test("integers of every width come back and take their own bits", arguments: 1...31)
  func widths(bits: Int) throws {
    for signed in [false, true] {
      let type = IntegerType(bits: bits, signed: signed)
      let (low, high) = (type.range.lowerBound, type.range.upperBound)
      let codes = [low, high, 0, low + (high - low) / 3, high, low, max(low, high - 1)]
      var graph = Graph()
      try graph.append(.constant(#require(Tensor(codes, type, shape: [7, 1]))))
      let model = try roundTrip(graph)
      expectSame(model.graph, graph)
      let expected = bits <= 16 ? (7 * bits + 7) / 8 : 28
      #expect(model.sizes.constantBytes == expected)
      #expect(model.sizes.float32Bytes == 28)
    }
  }

  @Test("equal graphs give equal bytes", arguments: 0..<8 as Range<UInt64>)
  func deterministic(seed: UInt64) throws {
    for name in ["a", "b"] {
      let random = try RandomGraph(seed: seed, irrational: true)
      try PackedModel.write(
        graph: random.graph,
        description: .sample,
        to: folder.path(name)
      )
    }
    #expect(try folder.bytes("a") == folder.bytes("b"))
  }

  @Test("a file that cannot be written leaves nothing behind")
  func writesAtomically() throws {
    let graph = try Graph.sample()
    #expect(throws: ExportError.self) {
      try PackedModel.write(graph: graph, description: .sample, to: folder.path("none/model"))
    }
    try folder.file("model", [1, 2, 3])
    try PackedModel.write(graph: graph, description: .sample, to: folder.path("model"))
    #expect(try folder.names() == ["model"])
    expectSame(try PackedModel.read(path: folder.path("model")).graph, graph)
  }

  @Test("scales of a layer take four bytes per channel")
  func shortTables() throws {
    var random = SplitMix64(seed: 1)
    let weights = (0..<96).map { _ in Float.random(in: 0.001...0.1, using: &random) }
    let (input, output) = (Double.random(in: 0.1...1, using: &random), Float(0.037))
    let factor = try #require(Rational(exactly: input)) / #require(Rational(exactly: output))
    let scales = weights.compactMap { Rational(exactly: $0) }.map { factor * $0 }
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.integer(.i32), [4, 96])))
    let scale = Scale(scales, axis: 1, rank: 2)
    try graph.append(.requantize(Requantizer(.i(3), multiplier: scale)), x)
    let model = try roundTrip(graph)
    expectSame(model.graph, graph)
    #expect(model.sizes.tableBytes == 4 * 96)
  }

  @Test("scales that share nothing come back too")
  func unrelatedScales() throws {
    let primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71]
    var scales = primes.map { Rational(-$0 * $0 - 1, over: $0 * 1_000_003) }
    scales[3] = Rational(1, over: 1 << 62) * Rational(1, over: 1 << 62)
    scales[4] = Rational(1 << 62) * Rational((1 << 62) - 1)
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.integer(.i8), [scales.count])))
    let offsets = scales.map { $0 == scales[0] ? .zero : $0 }
    let dequantizer = Dequantizer(
      scale: Scale(scales, axis: 0, rank: 1),
      zeroPoint: ZeroPoint(scales.indices.map { $0 * 100_000_000 }, axis: 0, rank: 1),
      offset: Scale(offsets, axis: 0, rank: 1)
    )
    try graph.append(.dequantize(dequantizer), x)
    expectSame(try roundTrip(graph).graph, graph)
  }
}

extension ModelDescription {
  static var sample: ModelDescription {
    ModelDescription(
      name: "sample",
      source: "test",
      preprocessing: try? Preprocessing(channels: 1, mean: [0.286], std: [0.353]),
      classNames: ["flawless", "scratch"],
      notes: ["none"]
    )
  }
}

extension Graph {
  /// A quantized layer with everything that the layout has: packed codes, tables, text.
  static func sample() throws -> Graph {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [2, 9])), name: "x")
    let quantizer = Quantizer(
      .u(3),
      scale: Scale(Rational(3, over: 80)),
      zeroPoint: ZeroPoint((0..<9).map { $0 - 4 }, axis: 1, rank: 2),
      placement: .beforeRounding
    )
    let codes = try graph.append(.quantize(quantizer), x, name: "layer.act")
    let weights = try #require(Tensor((0..<90).map { $0 % 8 - 4 }, .i(3), shape: [9, 10]))
    let constant = try graph.append(.constant(weights), name: "layer.weight")
    let product = try graph.append(.matmul, codes, constant, name: "layer")
    let dequantizer = Dequantizer(
      scale: Scale((1...10).map { Rational($0, over: 7) }, axis: 1, rank: 2),
      offset: Scale([.zero, 1, 2, 3, 4, 5, 6, 7, 8, Rational(1, over: 3)], axis: 1, rank: 2)
    )
    let real = try graph.append(.dequantize(dequantizer), product)
    let y = try graph.append(.function(.clip(lower: -10, upper: 10)), real, name: "clip")
    graph.addOutput("y", y)
    graph.setBound(ErrorBound(law: "Law", maximum: 0.5, relative: 0.125), of: product)
    return graph
  }
}

/// Expects two graphs to be the same in everything that a reader can see.
func expectSame(
  _ found: Graph,
  _ expected: Graph,
  _ sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.nodes == expected.nodes, sourceLocation: sourceLocation)
  #expect(found.types == expected.types, sourceLocation: sourceLocation)
  #expect(found.names == expected.names, sourceLocation: sourceLocation)
  #expect(found.outputs == expected.outputs, sourceLocation: sourceLocation)
  #expect(found.bounds == expected.bounds, sourceLocation: sourceLocation)
}
