import IntaglioFloat32
import IntaglioGraph
import IntaglioNumerics
import IntaglioRewrite
import Testing

import IntaglioQuantize

@Suite("PostTrainingQuantizer: a float graph gets codes everywhere")
struct PostTrainingQuantizerTests {
  private func quantize(
    _ options: QuantizeOptions,
    seed: UInt64 = 1,
    threads: Int = 2
  ) throws -> Graph {
    let samples = SmallTransformer.samples(40)
    return try PostTrainingQuantizer(options).quantize(
      SmallTransformer(seed: seed).graph,
      calibratedOn: CalibrationSamples(count: samples.count) { samples[$0] },
      threads: threads
    )
  }

  @Test("the laws reorder the result without a rest", arguments: [2, 3, 4, 6, 8])
  func reorders(bits: Int) throws {
    let graph = try quantize(QuantizeOptions(weights: bits, activations: bits))
    let proof = try IntegerGraph(verifying: Pipeline().apply(to: graph))
    #expect(proof.coverage.total == 7)
    #expect(proof.coverage.blocked.isEmpty)
    // The pixels of this model are its tokens, so only what follows the first norm counts.
    _ = try proof.withStreams(bits: 24, magnitude: 64)
  }

  @Test("layers have the widths that are stated for them, and unknown ones are refused")
  func stated() throws {
    let model = try SmallTransformer().graph
    var options = QuantizeOptions(weights: 4, activations: 4)
    options.layers = [
      "fc1": LayerWidths(weights: 2, activations: 6),
      "qk": LayerWidths(weights: nil, activations: 7),
    ]
    let layers = try PostTrainingQuantizer(options).layers(of: model)
    let widths = Dictionary(uniqueKeysWithValues: layers.map { ($0.name, $0.widths) })
    #expect(widths["fc1"] == LayerWidths(weights: 2, activations: 6))
    #expect(widths["qk"] == LayerWidths(weights: nil, activations: 7))
    #expect(widths["fc2"] == LayerWidths(weights: 4, activations: 4))
    let graph = try quantize(options)
    let code = try #require(graph.live.first { graph.name(of: $0) == "qk.left" })
    #expect(graph.type(of: code).integer == .i(7))
    for wrong in ["nowhere", "fc"] {
      options.layers = [wrong: LayerWidths(weights: 2, activations: 2)]
      #expect(throws: QuantizeError.self) {
        try PostTrainingQuantizer(options).layers(of: model)
      }
    }
    options.layers = ["fc1": LayerWidths(weights: 9, activations: 4)]
    #expect(throws: QuantizeError.width(what: "weights of fc1", found: 9)) {
      try PostTrainingQuantizer(options).layers(of: model)
    }
  }

  @Test("widths that are searched keep to their budget, whatever the number of threads")
  func searched() throws {
    let model = try SmallTransformer().graph
    let samples = CalibrationSamples(SmallTransformer.samples(20))
    let options = QuantizeOptions(weights: 4, activations: 4)
    let quantizer = PostTrainingQuantizer(options)
    let layers = try quantizer.layers(of: model)
    var results: [[String: LayerWidths]] = []
    for threads in [1, 2] {
      let sensitivity = try quantizer.sensitivity(
        of: model,
        calibratedOn: samples,
        threads: threads,
        progress: nil
      )
      let search = WidthSearch(layers, sensitivity, stated: ["proj"])
      let widths = try search.widths(within: .weights(4.5))
      #expect(widths["proj"] == nil && widths["head"] == nil)
      #expect(widths.values.allSatisfy { $0.activations == 4 })
      let found = layers.map { layer in
        QuantizedLayer(
          name: layer.name,
          widths: widths[layer.name] ?? layer.widths,
          weightCount: layer.weightCount,
          macs: layer.macs,
          isEdge: layer.isEdge
        )
      }
      let mean = found.meanWeightBits ?? 0
      #expect(mean <= 4.5 && mean >= 4)
      results.append(widths)
      #expect(throws: QuantizeError.self) { try search.widths(within: .size(10)) }
    }
    #expect(results[0] == results[1])
  }

  @Test("more bits are nearer to the float model")
  func nearer() throws {
    let float = try Float32Program(SmallTransformer().graph)
    var errors: [Float] = []
    for bits in [3, 5, 8] {
      let program = try Float32Program(
        quantize(QuantizeOptions(weights: bits, activations: bits))
      )
      var (error, energy) = (Float(0), Float(0))
      for sample in SmallTransformer.samples(30, seed: 77) {
        let (a, b) = (try float.floats(["x": sample]), try program.floats(["x": sample]))
        for (x, y) in zip(try #require(a["logits"]), try #require(b["logits"])) {
          error += (x - y) * (x - y)
          energy += x * x
        }
      }
      errors.append(error / energy)
    }
    #expect(errors[2] < 0.002)
    #expect(errors[2] < errors[1] && errors[1] < errors[0])
    #expect(errors[0] < 0.5)
  }

  @Test("the same codes with any number of threads")
  func threads() throws {
    let options = QuantizeOptions(weights: 4, activations: 4)
    let texts = try [1, 2, 5].map { try quantize(options, threads: $0) }
    #expect(texts[0].nodes == texts[1].nodes)
    #expect(texts[0].nodes == texts[2].nodes)
  }

  @Test("every method can be left out", arguments: QuantizeOptions.Method.allCases)
  func methods(method: QuantizeOptions.Method) throws {
    var options = QuantizeOptions(weights: 4, activations: 4)
    options.without = [method]
    let graph = try quantize(options)
    #expect(throws: Never.self) { try IntegerGraph(verifying: Pipeline().apply(to: graph)) }
  }

  @Test("a quantized graph is refused by name, no samples and several inputs are")
  func refusals() throws {
    let graph = try SmallTransformer().graph
    let quantizer = PostTrainingQuantizer(QuantizeOptions())
    #expect(throws: QuantizeError.empty) {
      try quantizer.quantize(graph, calibratedOn: CalibrationSamples(count: 0) { _ in [] })
    }
    let quantized = try quantize(QuantizeOptions())
    #expect(throws: QuantizeError.quantized(node: "norm1.codes")) {
      try quantizer.quantize(
        quantized,
        calibratedOn: CalibrationSamples(count: 1) { _ in [Float](repeating: 0, count: 30) }
      )
    }
    let two = try graph.with(input: "y")
    #expect(throws: QuantizeError.inputs(found: 2)) {
      try quantizer.quantize(two, calibratedOn: CalibrationSamples(count: 1) { _ in [] })
    }
  }

  @Test("a value that is no number is refused with the layer's name")
  func notFinite() throws {
    let quantizer = PostTrainingQuantizer(QuantizeOptions())
    let sample = [Float](repeating: .infinity, count: 30)
    #expect(throws: QuantizeError.self) {
      try quantizer.quantize(
        SmallTransformer().graph,
        calibratedOn: CalibrationSamples(count: 1) { _ in sample }
      )
    }
  }
}

extension Graph {
  /// The same with other constants.
  fileprivate func rewritten(_ change: (Value, Tensor) -> Tensor) throws -> Graph {
    var result = Graph()
    for value in values {
      let changed = constant(value).map { IntaglioGraph.Operation.constant(change(value, $0)) }
      let operation = changed ?? self[value].operation
      try result.append(Node(operation, self[value].operands), name: name(of: value))
    }
    for output in outputs { result.addOutput(output.name, output.value) }
    return result
  }

  /// The same with one more input.
  fileprivate func with(input name: String) throws -> Graph {
    var copy = self
    try copy.append(.input(name: name, ValueType(.real, [1])))
    return copy
  }
}

@Suite("PostTrainingQuantizer: numbers that no network should have are refused, and nothing traps")
struct QuantizerLimitsTests {
  private func quantize(
    _ graph: Graph,
    _ options: QuantizeOptions = QuantizeOptions(weights: 4, activations: 4),
    scale: Float = 1
  ) throws -> Graph {
    let samples = SmallTransformer.samples(10).map { $0.map { $0 * scale } }
    return try PostTrainingQuantizer(options).quantize(
      graph,
      calibratedOn: CalibrationSamples(count: samples.count) { samples[$0] }
    )
  }

  @Test("widths from 2 to 8 bits, by name")
  func widths() throws {
    let graph = try SmallTransformer().graph
    for bits in [-1, 0, 1, 9, 40] {
      #expect(throws: QuantizeError.width(what: "weights", found: bits)) {
        try quantize(graph, QuantizeOptions(weights: bits))
      }
      #expect(throws: QuantizeError.width(what: "activations", found: bits)) {
        try quantize(graph, QuantizeOptions(activations: bits))
      }
    }
    var options = QuantizeOptions()
    options.damping = .nan
    #expect(throws: QuantizeError.self) { try quantize(graph, options) }
    options.damping = nil
    options.propagation = .infinity
    #expect(throws: QuantizeError.self) { try quantize(graph, options) }
  }

  @Test("a weight that is no number is refused with its name", arguments: [Float.nan, .infinity])
  func weights(number: Float) throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [1, 5, 6])))
    var numbers = [Float](repeating: 0.5, count: 12)
    numbers[3] = number
    let w = try graph.append(.constant(Tensor(numbers, shape: [6, 2])), name: "w")
    graph.addOutput("y", try graph.append(.matmul, x, w, name: "layer"))
    #expect(throws: QuantizeError.constant(node: "w")) { try quantize(graph) }
  }

  @Test(
    "a constant that is no number or adds an infinity is refused, wherever it stands",
    arguments: [Float.nan, .infinity]
  )
  func constants(number: Float) throws {
    let graph = try SmallTransformer().graph
    let constants = graph.live.filter { (graph.constant($0)?.count ?? 0) > 1 }
    #expect(constants.count == 16, "three norms and five layers")
    for constant in constants {
      let broken = try graph.rewritten { value, tensor in
        guard value == constant else { return tensor }
        var numbers = tensor.floats
        numbers[numbers.count / 2] = number
        return Tensor(numbers, shape: tensor.shape)
      }
      #expect(throws: QuantizeError.constant(node: broken.label(of: constant))) {
        try quantize(broken)
      }
    }
  }

  @Test(
    "inputs of any size end in a program or a refusal",
    arguments: [0, 1e-38, 1e-20, 1e20, 1e37] as [Float],
    [2, 4, 8]
  )
  func sizes(scale: Float, bits: Int) throws {
    let options = QuantizeOptions(weights: bits, activations: bits)
    do {
      _ = try quantize(SmallTransformer().graph, options, scale: scale)
    } catch is QuantizeError {}
  }
}
