import IntaglioData
import IntaglioExport
import IntaglioFloat32
import IntaglioGraph
import IntaglioImport
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("QDQModel: graphs as standard ONNX files")
struct QDQModelTests {
  static let description = ModelDescription(name: "test", source: "onnx")

  /// What the graph that is read back makes of `inputs` in float32, beside what this one does.
  private func outputs(
    of graph: Graph,
    _ inputs: [String: [Float]]
  ) throws -> (own: [String: [Float]], read: [String: [Float]]) {
    let read = try readBack(graph)
    return (
      try Float32Program(graph).floats(inputs), try Float32Program(read).floats(inputs)
    )
  }

  private func readBack(_ graph: Graph) throws -> Graph {
    let folder = try TemporaryFolder()
    let path = folder.path("model.onnx")
    try QDQModel(graph: graph, description: Self.description).write(to: path)
    return try ONNXFile(path: path).graph
  }

  private static let inputs: [Float] = (0..<24).map { Float(($0 * 7 + 3) % 24) / 2 - 5.75 }

  // MARK: Operations

  private static let functions: [Function] = [
    .negate, .absolute, .reciprocal, .squareRoot, .exp, .log, .erf, .tanh, .sigmoid, .relu, .gelu,
    .geluTanh, .silu, .hardSwish, .clip(lower: -1, upper: 2), .clip(lower: -.infinity, upper: 0.5),
    .clip(lower: 0.25, upper: .infinity), .clip(lower: -.infinity, upper: .infinity), .power(2),
    .power(3), .power(-1),
  ]

  @Test("every function is read back with the same numbers", arguments: functions)
  func function(function: Function) throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [2, 3, 4])))
    // Positive, where a root or logarithm needs it.
    let positive = try graph.append(.function(.absolute), x)
    let y = try graph.append(.function(function), positive, name: "f")
    graph.addOutput("y", y)
    let (own, read) = try outputs(of: graph, ["x": Self.inputs])
    #expect(own == read)
  }

  private static let operations: [Operation] = [
    .layout(.reshape([4, 6])), .layout(.transpose([2, 0, 1])),
    .layout(.slice(axis: 1, start: 1, count: 2)), .layout(.broadcast([5, 2, 3, 4])), .sum(axis: 1),
    .mean(axis: 2), .softmax, .rowExponential,
  ]

  @Test("operations of one value are read back as themselves", arguments: operations)
  func operation(operation: Operation) throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [2, 3, 4])))
    graph.addOutput("y", try graph.append(operation, x, name: "f"))
    let read = try readBack(graph)
    #expect(read.nodes == graph.nodes)
    #expect(read.names.values.contains("f"))
    let (own, other) = try outputs(of: graph, ["x": Self.inputs])
    #expect(own == other)
  }

  @Test("operations of several values, constants and norms are read back with the same numbers")
  func several() throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [2, 3, 4])), name: "x")
    let ones = try graph.append(.constant(Tensor([1, 2, 3, 4] as [Float], shape: [4])), name: "γ")
    let shift = try graph.append(.constant(Tensor([0.5, 0, -1, 2] as [Float], shape: [4])))
    let rms = try graph.append(.rmsNorm(epsilon: 1e-6), x, ones, name: "rms")
    let norm = try graph.append(.layerNorm(epsilon: 1e-5), x, ones, shift, name: "norm")
    let joined = try graph.append(.concat(axis: 1), rms, norm, name: "joined")
    let turned = try graph.append(.layout(.transpose([0, 2, 1])), joined)
    let product = try graph.append(.matmul, joined, turned, name: "product")
    let sum = try graph.append(.add, product, product, name: "sum")
    let less = try graph.append(.subtract, sum, product, name: "less")
    let times = try graph.append(.multiply, less, sum, name: "times")
    let over = try graph.append(.divide, times, sum, name: "over")
    graph.addOutput("y", over)
    graph.addOutput("again", over)
    graph.addOutput("x too", x)
    let read = try readBack(graph)
    #expect(read.outputs.map(\.name) == ["y", "again", "x too"])
    #expect(Set(graph.names.values).isSubset(of: read.names.values))
    let (own, other) = try outputs(of: graph, ["x": Self.inputs])
    #expect(own == other)
  }

  @Test("a convolution keeps its geometry")
  func convolution() throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [1, 2, 4, 3])))
    let weights = (0..<8).map { Float($0) - 3 }
    let w = try graph.append(.constant(Tensor(weights, shape: [2, 1, 2, 2])), name: "w")
    let geometry = Convolution(
      strides: [2, 1],
      padding: [1, 0, 0, 2],
      dilations: [1, 2],
      groups: 2
    )
    graph.addOutput("y", try graph.append(.convolution(geometry), x, w, name: "conv"))
    #expect(try readBack(graph).nodes == graph.nodes)
  }

  // MARK: Quantizers

  /// A quantizer for [2, 3, 4], and the steps beside QuantizeLinear that it takes.
  private static let quantizers: [Quantizer] =
    [1, 2, 3, 4, 5, 6, 7, 8, 16].flatMap { bits in
      [
        Quantizer(.u(bits), scale: Scale(Rational(1, over: 2)), zeroPoint: ZeroPoint(1)),
        Quantizer(.i(bits), scale: Scale(Rational(1, over: 10)), zeroPoint: ZeroPoint(-1)),
      ]
    } + [
      // Per channel, and along the first axis.
      Quantizer(.u(3), scale: scale([4]), zeroPoint: ZeroPoint([0, 3, 5, 1], shape: [4])),
      Quantizer(.i(4), scale: scale([2, 1, 1])),
      Quantizer(.u(4), scale: Scale(.one), zeroPoint: ZeroPoint([9, 1, 2], shape: [3, 1])),
      // Along several axes.
      Quantizer(.u(4), scale: scale([2, 1, 4]), zeroPoint: ZeroPoint(3)),
      Quantizer(.i(5), scale: scale([4]), zeroPoint: ZeroPoint([1, 2, 3], shape: [3, 1])),
      Quantizer(
        .u(6),
        scale: scale([3, 4]),
        zeroPoint: ZeroPoint((0..<8).map { $0 * 5 }, shape: [2, 1, 4])
      ),
      // No codes.
      Quantizer(.u(4), scale: scale([4]), zeroPoint: ZeroPoint([-3, 3, 300, 1], shape: [4])),
      Quantizer(.u8, scale: Scale(Rational(1, over: 4)), zeroPoint: ZeroPoint(-7)),
      // In front of the rounding.
      Quantizer(
        .u(4),
        scale: scale([4]),
        zeroPoint: ZeroPoint([1, 3, 5, 1], shape: [4]),
        placement: .beforeRounding
      ),
      Quantizer(.i(3), scale: Scale(-.one), placement: .beforeRounding),
    ]

  private static func scale(_ shape: [Int]) -> Scale {
    Scale((0..<shape.reduce(1, *)).map { Rational($0 + 2, over: 4) }, shape: shape)
  }

  @Test("every quantizer makes the same codes when it is read back", arguments: quantizers)
  func quantizer(quantizer: Quantizer) throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [2, 3, 4])))
    let codes = try graph.append(.quantize(quantizer), x, name: "codes")
    graph.addOutput("codes", codes)
    graph.addOutput("y", try graph.append(.dequantize(quantizer.inverse), codes, name: "reals"))
    for factor in [1, 0.5, 40, 9000] as [Float] {
      let (own, read) = try outputs(of: graph, ["x": Self.inputs.map { $0 * factor }])
      #expect(own == read)
    }
    let read = try readBack(graph)
    #expect(read.names.values.contains("codes"))
    let quantizers = read.values.compactMap { read[$0].operation.affine?.codes }
    #expect(quantizers.last == quantizer.type, "the width survives")
  }

  @Test("dequantizers with any scale, zero point and offset")
  func dequantizers() throws {
    for dequantizer in [
      Dequantizer(scale: Self.scale([3, 4]), zeroPoint: ZeroPoint([1, 2], shape: [2, 1, 1])),
      Dequantizer(scale: Self.scale([4]), offset: Self.scale([3, 1])),
      Dequantizer(scale: Scale(.one), zeroPoint: ZeroPoint(1000)),
    ] {
      var graph = Graph()
      let x = try graph.append(.input(name: "x", ValueType(.real, [2, 3, 4])))
      let codes = try graph.append(.quantize(Quantizer(.i8, scale: Scale(.one))), x)
      graph.addOutput("y", try graph.append(.dequantize(dequantizer), codes, name: "reals"))
      let (own, read) = try outputs(of: graph, ["x": Self.inputs])
      #expect(own == read)
    }
  }

  @Test("codes of weights keep their values; 4-bit ones are int4")
  func weights() throws {
    for bits in 1...8 {
      var graph = Graph()
      let x = try graph.append(.input(name: "x", ValueType(.real, [2, 3])))
      let range = IntegerType.i(bits).range
      let codes = (0..<9).map { range.lowerBound + $0 * (range.count - 1) / 8 }
      let tensor = try #require(Tensor(codes, .i(bits), shape: [3, 3]))
      let w = try graph.append(.constant(tensor), name: "w")
      let real = try graph.append(.dequantize(Dequantizer(scale: Self.scale([3]))), w)
      graph.addOutput("y", try graph.append(.matmul, x, real, name: "product"))
      let read = try readBack(graph)
      let found = read.values.first { read.name(of: $0) == "w" }.flatMap { read.constant($0) }
      #expect(found?.integers == codes)
      #expect(found?.type.integer == (bits == 4 ? .i(4) : .i8))
    }
  }

  @Test("a table of codes is read back as one, signed indices too", arguments: [true, false])
  func lookup(isSigned: Bool) throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [2, 3, 4])))
    let index = IntegerType(bits: 3, signed: isSigned)
    let codes = try graph.append(.quantize(Quantizer(index, scale: Scale(.one))), x, name: "codes")
    let table = LookupFunction(.u8, index: index, entries: [0, 1, 4, 9, 16, 25, 36, 49])
    let squares = try graph.append(.integer(.lookup(table)), codes, name: "squares")
    graph.addOutput("y", squares)
    #expect(try readBack(graph).nodes == graph.nodes)
  }

  @Test("a table of what another table gives is read back with the same numbers")
  func lookups() throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [2, 32])))
    let even = try graph.append(.quantize(Quantizer(.u(6), scale: Scale(.one))), x, name: "even")
    let narrow = LookupFunction(.u(4), index: .u(6), entries: (0..<64).map { min($0 / 2, 15) })
    let codes = try graph.append(.integer(.lookup(narrow)), even, name: "codes")
    let levels = LookupFunction(.u(6), index: .u(4), entries: (0..<16).map { $0 * 4 })
    let wide = try graph.append(.integer(.lookup(levels)), codes, name: "levels")
    graph.addOutput(
      "y",
      try graph.append(.dequantize(Dequantizer(scale: Scale(.one))), wide, name: "real")
    )
    let inputs = ["x": Float32Tensor.real((0..<64).map { Float($0) })]
    let own = try Float32Program(graph).run(inputs)["y"]
    #expect(try Float32Program(readBack(graph)).run(inputs)["y"] == own)
  }

  // MARK: Any graph

  @Test(
    "every value of a random graph is read back with the same numbers, or refused by name",
    arguments: 0..<12 as Range<UInt64>
  )
  func random(seed: UInt64) throws {
    let random = try RandomGraph(seed: seed, irrational: seed % 2 == 1)
    let inputs = random.reals.mapValues { Float32Tensor.real($0.map { Float($0) }) }
    var (written, refused) = (0, 0)
    for output in random.graph.outputs {
      let graph = try random.graph.part(of: output)
      do {
        let read = try readBack(graph)
        let own = try Float32Program(graph).run(inputs)
        #expect(try Float32Program(read).run(inputs)["y"] == own["y"], "\(output.name)")
        written += 1
      } catch let error as ExportError {
        #expect(error.description.contains("has no form in ONNX"))
        refused += 1
      }
    }
    #expect(written > 4 && refused > 0, "\(written) written, \(refused) refused")
  }

  // MARK: Refusals

  @Test("what has no form is refused by name, and nothing is written")
  func refusals() throws {
    var cases: [(Graph, String)] = []
    func add(_ name: String, _ build: (inout Graph, Value) throws -> Value) throws {
      var graph = Graph()
      let x = try graph.append(.input(name: "x", ValueType(.real, [2, 3, 4])))
      graph.addOutput("y", try build(&graph, x))
      cases.append((graph, name))
    }
    let codes = Quantizer(.u(4), scale: Scale(.one))
    try add("again") { graph, x in
      let q = try graph.append(.quantize(codes), x)
      return try graph.append(
        .requantize(Requantizer(.u8, multiplier: Scale(.one))),
        q,
        name: "again"
      )
    }
    try add("sum") { graph, x in
      let q = try graph.append(.quantize(codes), x)
      return try graph.append(.add, q, q, name: "sum")
    }
    try add("twelve") { graph, x in
      try graph.append(.quantize(Quantizer(.u(12), scale: Scale(.one))), x, name: "twelve")
    }
    try add("far") { graph, x in
      let far = Quantizer(.u8, scale: Scale(.one), zeroPoint: ZeroPoint(40_000))
      return try graph.append(.quantize(far), x, name: "far")
    }
    try add("fine") { graph, x in
      var tiny = Rational.one
      for _ in 0..<20 { tiny = tiny * Rational(1, over: 1 << 10) }
      return try graph.append(.quantize(Quantizer(.u8, scale: Scale(tiny))), x, name: "fine")
    }
    let folder = try TemporaryFolder()
    for (graph, name) in cases {
      let error = #expect(throws: ExportError.self) {
        let model = try QDQModel(graph: graph, description: Self.description)
        try model.write(to: folder.path("model.onnx"))
      }
      #expect(error?.description.contains("node \(name):") == true, "\(String(describing: error))")
      #expect(try folder.names() == [])
    }
  }

  @Test("an input or output without a name of its own is refused")
  func names() throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [2])))
    graph.addOutput("x", try graph.append(.function(.exp), x))
    #expect(throws: ExportError.self) {
      try QDQModel(graph: graph, description: Self.description)
    }
  }

  @Test("nodes that share a name are told apart, and equal graphs give equal bytes")
  func sharedNames() throws {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [2])))
    let y = try graph.append(.function(.exp), x, name: "same")
    let z = try graph.append(.function(.negate), y, name: "same")
    graph.addOutput("y", try graph.append(.function(.erf), z, name: "x"))
    let folder = try TemporaryFolder()
    for name in ["a", "b"] {
      let model = try QDQModel(graph: graph, description: Self.description, version: "1.2.3")
      try model.write(to: folder.path(name))
    }
    #expect(try folder.bytes("a") == folder.bytes("b"))
    let (own, read) = try outputs(of: graph, ["x": [1, -1]])
    #expect(own == read)
    // ONNX Runtime takes no two nodes of one name.
    let names = try readBack(graph).names.values.filter {
      $0.hasPrefix("same") || $0.hasPrefix("x")
    }
    #expect(names.sorted() == ["same", "same_1", "x", "x"])
  }
}

extension Graph {
  /// What one output depends on, as `y`.
  fileprivate func part(of output: Graph.Output) throws -> Graph {
    var needed: Set<Value> = [output.value]
    for value in values.reversed() where needed.contains(value) {
      needed.formUnion(self[value].operands)
    }
    var (part, moved) = (Graph(), [Value: Value]())
    for value in values where needed.contains(value) {
      let node = self[value]
      let operands = try node.operands.map { try #require(moved[$0]) }
      moved[value] = try part.append(Node(node.operation, operands), name: name(of: value))
    }
    part.addOutput("y", try #require(moved[output.value]))
    return part
  }
}
