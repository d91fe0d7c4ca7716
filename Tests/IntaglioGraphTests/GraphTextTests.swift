import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Graph text")
struct GraphTextTests {
  @Test("a listing names values, operands, attributes and types")
  func listing() throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", .real(1, 2, 4)), name: "x")
    let quantizer = Quantizer(
      .i(3),
      scale: Scale(Rational(1, over: 16)),
      zeroPoint: ZeroPoint([0, -1, 2, 1], axis: 2, rank: 3),
      placement: .beforeRounding
    )
    let codes = try graph.append(.quantize(quantizer), x, name: "blocks.0.attn.qkv.act")
    let weight = try #require(Tensor([-4, 3, 0, 1, 1, 2, 2, 2], .i(3), shape: [4, 2]))
    let w = try graph.append(.constant(weight))
    let product = try graph.append(.matmul, codes, w, name: "blocks.0.attn.qkv")
    _ = try graph.append(.sum(axis: 0), product)
    let scale = Scale([Rational(1, over: 3), 2], axis: 2, rank: 3)
    let real = try graph.append(
      .dequantize(Dequantizer(scale: scale, offset: Scale(Rational(1, over: 7000)))),
      product
    )
    graph.setBound(ErrorBound(law: "AbsorbScale", maximum: 0.012344, relative: 1), of: real)
    let last = try graph.append(.layout(.slice(axis: 1, start: 1, count: 1)), real)
    graph.addOutput("y", last)
    #expect(
      graph.text() == """
        %0 x = input x : real[1, 2, 4]
        %1 blocks.0.attn.qkv.act = quantize %0 scale 1/16 zero point [4] -1…2 before rounding \
        : i3[1, 2, 4]
        %2 = constant -4…3 : i3[4, 2]
        %3 blocks.0.attn.qkv = matmul %1 %2 : i32[1, 2, 2]
        %5 = dequantize %3 scale [2] 0.3333…2 offset 1/7000 : real[1, 2, 2] \
        (AbsorbScale: within 0.01234)
        %6 = slice %5 axis 1 1..<2 : real[1, 1, 2]
        output y = %6
        """
    )
  }

  @Test("numbers take four digits, whatever their size")
  func numbers() throws {
    let cases: [(Double, String)] = [
      (0, "0.0"), (1, "1"), (-2.5, "-2.5"), (0.0123456, "0.01235"), (123_456, "123500"),
      (9.9999, "10"), (1e-6, "1e-06"), (-3.14159e20, "-3.142e+20"), (.infinity, "inf"),
    ]
    for (value, expected) in cases {
      var graph = Graph()
      let constant = try graph.append(.constant(Tensor(scalar: value)))
      #expect(graph.line(of: constant) == "%0 = constant \(expected) : real[]")
    }
  }

  @Test("every operation of a random graph has a line", arguments: 0..<8 as Range<UInt64>)
  func everyOperation(seed: UInt64) throws {
    let graph = try RandomGraph(seed: seed, irrational: true).graph
    let lines = graph.text().split(separator: "\n")
    #expect(lines.count == graph.live.count + graph.outputs.count)
    for (line, value) in zip(lines, graph.live) {
      #expect(line.hasPrefix("%\(value.index) "))
      #expect(line.contains("= \(graph[value].operation.name)"))
      #expect(line.hasSuffix(": \(graph.type(of: value))"))
    }
  }
}
