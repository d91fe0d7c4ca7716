import IntaglioFloat32
import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

import IntaglioQuantize

@Suite("PostTrainingQuantizer: convolutions of every geometry")
struct ConvolutionTests {
  private static let pixels = QuantizeOptions.Pixels(
    scales: [Float](repeating: 1 / 127.5, count: 3),
    lows: [-1, -1, -1]
  )

  private func prepared(_ kind: ConvolutionNetwork) throws -> Graph {
    try kind.graph().rewritten(by: Pipeline.preparation)
  }

  private func quantize(
    _ kind: ConvolutionNetwork,
    _ options: QuantizeOptions,
    samples count: Int = 60,
    threads: Int = 2
  ) throws -> Graph {
    var options = options
    options.pixels = Self.pixels
    return try PostTrainingQuantizer(options).quantize(
      prepared(kind),
      calibratedOn: CalibrationSamples(SmallNetwork.samples(count)),
      threads: threads
    )
  }

  private func quantize(_ kind: ConvolutionNetwork, bits: Int) throws -> Graph {
    try quantize(kind, QuantizeOptions(weights: bits, activations: bits))
  }

  /// The energy of the difference of all logits, of that of the float model's.
  private func error(of graph: Graph, against float: Graph) throws -> Float {
    let (a, b) = (try Float32Program(float), try Float32Program(graph))
    var (error, energy) = (Float(0), Float(0))
    for sample in SmallNetwork.samples(12, seed: 77) {
      let x = try #require(try a.floats(["x": sample])["logits"])
      let y = try #require(try b.floats(["x": sample])["logits"])
      for (p, q) in zip(x, y) {
        error += (p - q) * (p - q)
        energy += p * p
      }
    }
    return error / energy
  }

  @Test("eight bits are near the float model", arguments: ConvolutionNetwork.allCases)
  func near(kind: ConvolutionNetwork) throws {
    let error = try error(of: quantize(kind, bits: 8), against: kind.graph())
    #expect(error < 0.02, "\(error)")
  }

  @Test(
    "become programs of nothing but integers, whose codes are the oracle's",
    arguments: ConvolutionNetwork.allCases,
    [8, 4]
  )
  func programs(kind: ConvolutionNetwork, bits: Int) throws {
    let proof = try IntegerGraph(verifying: Pipeline().apply(to: quantize(kind, bits: bits)))
    #expect(proof.coverage.blocked.isEmpty && proof.coverage.total > 2)
    let integers = try proof.withStreams(bits: 16, magnitude: 32)
    let differing = try IntegerOnlyGraph(verifying: integers).codesUnlikeTheOracle(
      SmallNetwork.samples(3, seed: 9)
    )
    #expect(differing.isEmpty, "\(differing)")
  }

  /// Window by window in integers, outside the image the code of 0.
  @Test("sums are those of the codes, padded with their zero", arguments: [8, 4])
  func sums(bits: Int) throws {
    let quantized = try quantize(.paddedStem, bits: bits)
    let convolution = try #require(quantized.live.first { quantized.name(of: $0) == "inner" })
    let node = quantized[convolution]
    let (input, weights) = (
      quantized[node.operands[0]].operands[0], quantized[node.operands[1]].operands[0]
    )
    guard case .dequantize(let dequantizer) = quantized[node.operands[0]].operation,
      case .quantize(let quantizer) = quantized[input].operation
    else {
      Issue.record("the convolution reads no codes")
      return
    }
    #expect(dequantizer.scale == Scale(.one) && dequantizer.zeroPoint == quantizer.zeroPoint)
    let zero = try #require(quantizer.zeroPoint.uniform)
    #expect(quantizer.type == .u(bits) && quantizer.type.range.contains(zero))
    let factors = try #require(quantized.constant(weights)?.integers)

    let graph = try IntegerGraph(verifying: Pipeline().apply(to: quantized)).graph
    let product = try #require(graph.live.first { graph.name(of: $0) == "inner" })
    let name = try #require(quantized.name(of: input))
    let codes = try #require(graph.live.first { graph.name(of: $0) == name })
    for sample in SmallNetwork.samples(3, seed: 4) {
      let inputs = ["x": OracleTensor<Double>.real(sample.map(Double.init))]
      let found = try Oracle<Double>(graph).run(inputs, keeping: [product, codes])
      let u = try #require(found[codes]?.integers)
      let sums = try #require(found[product]?.integers)
      // 8 channels of 4 × 4, windows of 3 × 3 two apart, one row and column of padding.
      for (position, sum) in sums.enumerated() {
        let (output, top, left) = (position % 8, position / 16 * 2 - 1, position / 8 % 2 * 2 - 1)
        var expected = 0
        for place in 0..<72 {
          let (row, column) = (top + place / 3 % 3, left + place % 3)
          let isInside = (0..<4).contains(row) && (0..<4).contains(column)
          let code = isInside ? u[place / 9 * 16 + row * 4 + column] : zero
          expected += factors[output * 72 + place] * code
        }
        #expect(sum == expected)
      }
    }
  }

  @Test("without any method weights are the nearest codes, group by group")
  func plain() throws {
    var options = QuantizeOptions(weights: 4, activations: 8)
    options.without = Set(QuantizeOptions.Method.allCases)
    for kind in [ConvolutionNetwork.grouped, .depthwise] {
      let (float, graph) = (try prepared(kind), try quantize(kind, options))
      let name = kind == .grouped ? "inner" : "depth"
      let before = try #require(float.live.first { float.name(of: $0) == name })
      let after = try #require(graph.live.first { graph.name(of: $0) == name })
      let weights = try #require(float.constant(float[before].operands[1]))
      let real = graph[after].operands
      guard case .dequantize(let scales) = graph[real[1]].operation,
        case .quantize(let quantizer) = graph[graph[real[0]].operands[0]].operation
      else {
        Issue.record("no codes")
        return
      }
      let codes = try #require(graph.constant(graph[real[1]].operands[0])?.integers)
      let unit = try #require(quantizer.scale.uniform).doubleValue
      let steps = scales.scale.expanded(over: weights.shape).map(\.doubleValue)
      for (index, weight) in weights.doubles.enumerated() {
        let distance = abs(weight * unit - steps[index] * Double(codes[index]))
        #expect(distance <= abs(steps[index]) * 0.5001, "\(name) \(index)")
      }
    }
  }

  @Test("widths are stated, counted and chosen as those of other layers")
  func widths() throws {
    let graph = try prepared(.depthwise)
    var options = QuantizeOptions(weights: 4, activations: 4)
    options.layers = ["depth": LayerWidths(weights: 3, activations: 5)]
    let layers = try PostTrainingQuantizer(options).layers(of: graph)
    let depth = try #require(layers.first { $0.name == "depth" })
    #expect(depth.widths == LayerWidths(weights: 3, activations: 5) && !depth.isEdge)
    #expect(depth.weightCount == 144 && depth.macs == 16 * 16 * 9)
    let stem = try #require(layers.first { $0.name == "stem" })
    #expect(stem.widths == LayerWidths(weights: 8, activations: 8) && stem.isEdge)
    let quantized = try quantize(.depthwise, options)
    let types = Set(quantized.live.compactMap { quantized.constant($0)?.type.integer })
    #expect(types == [.i(3), .i(4), .i(8)])

    options.layers = ["stem": LayerWidths(weights: 8, activations: 4)]
    #expect(throws: QuantizeError.self) {
      try PostTrainingQuantizer(options).layers(of: graph)
    }
    options.layers = [:]
    options.pixels = Self.pixels
    let quantizer = PostTrainingQuantizer(options)
    let samples = CalibrationSamples(SmallNetwork.samples(16))
    let sensitivity = try quantizer.sensitivity(
      of: graph,
      calibratedOn: samples,
      threads: 2,
      progress: nil
    )
    #expect(sensitivity.weights["depth"] != nil && sensitivity.activations["depth"] != nil)
    let chosen = try quantizer.widths(
      for: [.within(.weights(4.5))],
      sensitivity: sensitivity,
      of: graph,
      calibratedOn: samples,
      threads: 2
    )
    let found = try PostTrainingQuantizer(chosen.options).layers(of: graph)
    #expect(try #require(found.meanWeightBits) <= 4.5)
  }

  @Test("every method can be left out", arguments: QuantizeOptions.Method.allCases)
  func methods(method: QuantizeOptions.Method) throws {
    var options = QuantizeOptions(weights: 4, activations: 4)
    options.without = [method]
    let graph = try quantize(.depthwise, options)
    #expect(throws: Never.self) { try IntegerGraph(verifying: Pipeline().apply(to: graph)) }
  }

  @Test("the same codes with any number of threads")
  func threads() throws {
    let options = QuantizeOptions(weights: 4, activations: 4)
    let graphs = try [1, 3].map { try quantize(.depthwise, options, samples: 21, threads: $0) }
    #expect(graphs[0].nodes == graphs[1].nodes)
  }

  @Test("pixels are themselves where their zero is one code, else the finest that cover them")
  func pixels() {
    let plain = ImageQuantizer(of: PixelQuantizer(scales: [0.5, 0.25], lows: [-4, -2]))
    #expect(plain.zero == 8 && plain.scales == [0.5, 0.25])
    let bare = ImageQuantizer(of: PixelQuantizer(scales: [0.5], lows: [0]))
    #expect(bare.zero == 0 && bare.scales == [0.5])
    // ±127.5 steps: the least scale for which 127 codes reach one end.
    let between = ImageQuantizer(of: PixelQuantizer(scales: [1], lows: [-127.5]))
    #expect(between.zero == 127 && between.scales == [Float(127.5 / 127)])
  }

  @Test("the zero of what a convolution reads is a code, and ranges are those of least error")
  func search() {
    let values = (0..<1000).map { Float($0 % 100) / 100 } + [8]
    for bits in [3, 4, 6, 8] {
      let all = ImageSearch(bits: bits, searches: false).quantizer(values, from: 0, to: 8)
      #expect(all.zero == 0 && all.scales[0] * Float((1 << bits) - 1) >= 8)
      let found = ImageSearch(bits: bits, searches: true).quantizer(values, from: 0, to: 8)
      #expect(bits < 7 ? found.scales[0] < all.scales[0] : found == all)
      for (low, high) in [(-3, -1), (2, 5), (-1, 4), (0, 0)] as [(Float, Float)] {
        let ends = ImageSearch(bits: bits, searches: true)
          .quantizer([low, high], from: low, to: high)
        #expect((0..<1 << bits).contains(ends.zero) && ends.scales[0] > 0)
      }
    }
  }

  @Test("computed weights and windows of too many positions are refused by name")
  func refusals() throws {
    var builder = NetworkBuilder(seed: 1)
    let x = try builder.graph.append(.input(name: "x", ValueType(.real, [1, 1, 20, 20])))
    let geometry = Convolution(strides: [1, 1], padding: [1, 1, 1, 1])
    let large = try builder.constant([1, 1, 17, 17], 1)
    for weights in [large, x] {
      var graph = builder.graph
      let y = try graph.append(.convolution(geometry), x, weights, name: "large")
      graph.addOutput("y", y)
      let error = try #require(throws: QuantizeError.self) {
        try PostTrainingQuantizer(QuantizeOptions()).layers(of: graph)
      }
      #expect("\(error)".hasPrefix("large: a convolution"), "\(error)")
    }
  }
}
