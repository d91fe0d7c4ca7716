import IntaglioFloat32
import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

import IntaglioQuantize

@Suite("PostTrainingQuantizer: networks of every kind, told by their structure")
struct SmallNetworkTests {
  private func quantize(_ graph: Graph, bits: Int = 8) throws -> Graph {
    var options = QuantizeOptions(weights: bits, activations: bits)
    options.pixels = QuantizeOptions.Pixels(
      scales: [Float](repeating: 1 / 127.5, count: 3),
      lows: [-1, -1, -1]
    )
    let samples = SmallNetwork.samples(240)
    return try PostTrainingQuantizer(options).quantize(
      graph.rewritten(by: Pipeline.preparation),
      calibratedOn: CalibrationSamples(count: samples.count) { samples[$0] },
      threads: 2
    )
  }

  /// The energy of the difference of all outputs, of that of the float model's.
  private func error(of graph: Graph, against float: Graph) throws -> Float {
    let (a, b) = (try Float32Program(float), try Float32Program(graph))
    var (error, energy) = (Float(0), Float(0))
    let samples = SmallNetwork.samples(12, seed: 77)
    for sample in samples {
      let answers = [try a.floats(["x": sample])["logits"], try b.floats(["x": sample])["logits"]]
      for (x, y) in zip(answers[0] ?? [], answers[1] ?? []) {
        error += (x - y) * (x - y)
        energy += x * x
      }
    }
    return error / energy
  }

  @Test(
    "become programs of nothing but integers near the float model",
    arguments: SmallNetwork.allCases
  )
  func kinds(kind: SmallNetwork) throws {
    let float = try kind.graph()
    let graph = try quantize(float)
    // Random weights of few channels make much of a little: 0.01 where windows are shifted.
    let error = try error(of: graph, against: float)
    #expect(error < 0.02, "\(error)")
    _ = try IntegerGraph(verifying: Pipeline().apply(to: graph))
    let narrow = try IntegerGraph(verifying: Pipeline().apply(to: quantize(float, bits: 4)))
    _ = try IntegerOnlyGraph(verifying: narrow.withStreams(bits: 16, magnitude: 16))
  }

  @Test("both heads of a distilled model have the width of the last layer")
  func heads() throws {
    let graph = try quantize(SmallNetwork.twoHeads.graph(), bits: 3)
    let widths = graph.live.compactMap { graph.constant($0)?.type.integer?.bits }
    #expect(widths.count { $0 == 8 } == 3, "the patch embedding and two heads")
    #expect(widths.count { $0 == 3 } == 6)
  }

  @Test(
    "pixels are codes whatever prepares them inside the graph",
    arguments: [
      SmallNetwork.preparedPixels, .turnedPixels, .cutPixels, .perceptron,
    ]
  )
  func pixels(kind: SmallNetwork) throws {
    let graph = try quantize(kind.graph())
    let sample = try #require(SmallNetwork.samples(1).first)
    let first = try #require(graph.live.first { graph[$0].operation.isQuantize })
    var part = graph
    part.addOutput("codes", try part.append(.dequantize(Dequantizer(scale: Scale(.one))), first))
    let codes = try #require(try Float32Program(part).floats(["x": sample])["codes"])
    let pixels = sample.map { (($0 + 1) * 127.5).rounded() }
    #expect(codes.sorted() == pixels.sorted())
  }

  @Test("what no integers replace is refused by name, before any sample is read")
  func refusals() throws {
    var builder = NetworkBuilder(seed: 1)
    let x = try builder.graph.append(.input(name: "x", ValueType(.real, [1, 4, 6])))
    let a = try builder.graph.append(.matmul, x, builder.constant([6, 6], 1))
    let b = try builder.graph.append(.matmul, x, builder.constant([6, 6], 1))
    let gate = try builder.graph.append(.multiply, a, b, name: "gate")
    let relu = try builder.graph.append(.function(.relu), a, name: "active")
    let sum = try builder.graph.append(.add, relu, b)
    for (value, name) in [(gate, "gate"), (sum, "active")] {
      var graph = builder.graph
      let weights = try graph.append(
        .constant(Tensor([Float](repeating: 1, count: 12), shape: [6, 2]))
      )
      graph.addOutput("y", try graph.append(.matmul, value, weights))
      let error = try #require(throws: QuantizeError.self) {
        try PostTrainingQuantizer(QuantizeOptions()).quantize(
          graph,
          calibratedOn: CalibrationSamples(count: 1) { _ in throw QuantizeError.empty }
        )
      }
      #expect("\(error)".hasPrefix(name), "\(error)")
    }
  }
}
