import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

@Suite("Quantizers behind softmax")
struct SoftmaxQuantizersTests {
  /// softmax(x)·v, turned on the way, with v of codes.
  private func graph(quantized: Bool = false) throws -> Graph {
    var graph = Graph()
    var p = try graph.append(.softmax, graph.reals("x", [2, 3]), name: "attention.softmax")
    if quantized {
      let quantizer = Quantizer(.u(4), scale: Scale(Rational(1, over: 16)))
      p = try graph.append(.dequantize(quantizer.inverse), graph.append(.quantize(quantizer), p))
    }
    let turned = try graph.append(.layout(.transpose([1, 0])), p)
    let v = try graph.append(
      .dequantize(Dequantizer(scale: Scale(.one))),
      graph.codes("v", .i8, [2, 5])
    )
    graph.addOutput("y", try graph.append(.matmul, turned, v, name: "pv"))
    graph.addOutput("p", p)
    return graph
  }

  @Test("is found through layouts, named in the reason, and put on integers")
  func quantizes() throws {
    let graph = try graph()
    #expect(graph.softmaxesWithoutQuantizer.map { graph.name(of: $0) } == ["attention.softmax"])
    let blocked = try Coverage(Pipeline().apply(to: graph))
    #expect(blocked.integer == 0)
    let after = try Pipeline(Pipeline.Options(softmaxBits: 8)).apply(to: graph)
    #expect(Coverage(after).integer == 1 && after.softmaxesWithoutQuantizer.isEmpty)
    let quantizers = after.live.compactMap { value -> Quantizer? in
      guard case .quantize(let quantizer) = after[value].operation else { return nil }
      #expect(after.name(of: value) == "attention.softmax.codes")
      return quantizer
    }
    #expect(quantizers == [Quantizer(.u8, scale: Scale(Rational(1, over: 255)))])
  }

  @Test("leaves a softmax that has a quantizer")
  func leaves() throws {
    let graph = try graph(quantized: true)
    #expect(graph.softmaxesWithoutQuantizer.isEmpty)
    let options = Pipeline.Options(softmaxBits: 8)
    #expect(try Pipeline(options).apply(to: graph).nodes == Pipeline().apply(to: graph).nodes)
  }
}
