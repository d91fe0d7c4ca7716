import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioNumerics
import Testing

@Suite("Architectures by name")
struct ViTArchitectureTests {
  private static func graph(
    _ name: String = "deit-t",
    bits: Int = 3,
    depth: Int? = 1,
    seed: UInt64 = 1
  ) throws -> Graph {
    try ViTArchitecture(named: name, bits: bits, depth: depth).model(seed: seed).graph
  }

  @Test(
    "a name stands for its published dimensions",
    arguments: [
      ("deit-t", 192, 12), ("deit-s", 384, 12), ("deit-b", 768, 12), ("vit-t", 192, 12),
      ("vit-s", 384, 12), ("vit-b", 768, 12), ("vit-l", 1024, 24),
    ]
  )
  func extents(name: String, width: Int, depth: Int) throws {
    let architecture = try ViTArchitecture(named: name, bits: 4)
    #expect(architecture.width == width && architecture.depth == depth)
    #expect(architecture.imageSize == 224 && architecture.bits == 4)
    #expect(architecture.title == "\(name), 4 bits, 224 px")
    let graph = try Self.graph(name)
    let input = try #require(graph.inputs.first)
    #expect(graph.type(of: input) == ValueType(.real, [1, 3, 224, 224]))
    let output = try #require(graph.outputs.first)
    #expect(graph.type(of: output.value) == ValueType(.real, [1, 1000]))
    let scores = try #require(graph.values.first { graph.name(of: $0) == "blocks.0.attn.qk" })
    #expect(graph.type(of: scores).shape == [1, width / 64, 197, 197])
  }

  @Test("an underscore stands for the hyphen", arguments: ViTArchitecture.names)
  func alias(name: String) throws {
    let alias = String(name.map { $0 == "-" ? "_" : $0 })
    #expect(ViTArchitecture.isName(alias))
    #expect(
      try ViTArchitecture(named: alias, bits: 2) == ViTArchitecture(named: name, bits: 2)
    )
  }

  @Test(
    "what is no name is none",
    arguments: ["", "deit", "deit-", "DEIT-T", "deit-s ", "vit.onnx"]
  )
  func unknown(name: String) throws {
    #expect(!ViTArchitecture.isName(name))
    #expect(throws: ArchitectureError.unknown(name: name)) {
      try ViTArchitecture(named: name, bits: 4)
    }
    let message = ArchitectureError.unknown(name: name).description
    for known in ViTArchitecture.names { #expect(message.contains(known)) }
  }

  @Test("other dimensions change tokens, blocks and heads, and the title says so")
  func overrides() throws {
    let architecture = try ViTArchitecture(
      named: "vit-b",
      bits: 8,
      imageSize: 384,
      depth: 2,
      width: 128
    )
    #expect(architecture.title == "vit-b, 8 bits, 384 px, depth 2, width 128")
    let graph = try architecture.model(seed: 1).graph
    let shapes = graph.values.filter { graph.name(of: $0)?.hasSuffix("attn.qk") == true }
      .map { graph.type(of: $0).shape }
    #expect(shapes == [[1, 2, 577, 577], [1, 2, 577, 577]])
  }

  @Test(
    "dimensions that do not fit are refused with what would fit",
    arguments: [
      (ArchitectureError.bits(found: 1), 1, 224, 12, 192),
      (.bits(found: 9), 9, 224, 12, 192),
      (.extent(what: "image size", step: 16, limit: 1024, found: 0), 4, 0, 12, 192),
      (.extent(what: "image size", step: 16, limit: 1024, found: 225), 4, 225, 12, 192),
      (.extent(what: "image size", step: 16, limit: 1024, found: 1040), 4, 1040, 12, 192),
      (.extent(what: "depth", step: 1, limit: 100, found: 0), 4, 224, 0, 192),
      (.extent(what: "depth", step: 1, limit: 100, found: 101), 4, 224, 101, 192),
      (.extent(what: "width", step: 64, limit: 4096, found: -64), 4, 224, 12, -64),
      (.extent(what: "width", step: 64, limit: 4096, found: 100), 4, 224, 12, 100),
      (.extent(what: "width", step: 64, limit: 4096, found: 4160), 4, 224, 12, 4160),
    ]
  )
  func refused(error: ArchitectureError, bits: Int, size: Int, depth: Int, width: Int) {
    #expect(throws: error) {
      try ViTArchitecture(
        named: "deit-t",
        bits: bits,
        imageSize: size,
        depth: depth,
        width: width
      )
    }
    #expect(error.description.contains("expected") && error.description.contains("found"))
  }

  @Test("equal seeds give equal graphs, other seeds other weights", arguments: [3, 8])
  func seeds(bits: Int) throws {
    let graphs = try [1, 1, 2].map { try Self.graph(bits: bits, seed: $0) }
    #expect(graphs[0].nodes == graphs[1].nodes && graphs[0].names == graphs[1].names)
    #expect(graphs[0].nodes != graphs[2].nodes)
    #expect(graphs[0].types == graphs[2].types)
  }

  @Test("weights are random over all codes of their width", arguments: 2...8)
  func weights(bits: Int) throws {
    let graph = try Self.graph(bits: bits)
    var matrices = 0
    for value in graph.live {
      guard let tensor = graph.constant(value), let type = tensor.type.integer else { continue }
      matrices += 1
      let name = graph.label(of: value)
      let isOuter = name == "head.weight" || name == "patch_embed.proj.weight"
      #expect(type == IntegerType(bits: isOuter ? 8 : bits, signed: true), "\(name)")
      let codes = try #require(tensor.integers)
      let counts = Dictionary(codes.map { ($0, 1) }, uniquingKeysWith: +)
      #expect(counts.count == type.range.count, "\(name)")
      let (least, most) = (counts.values.min() ?? 0, counts.values.max() ?? 0)
      // A triangle: the middle is the commonest, and no more common than codes are few.
      #expect(Double(most) < 3 * Double(codes.count) / Double(type.range.count), "\(name)")
      #expect(least > 0 && counts[0] ?? 0 > least)
      // The least code has no opposite, which shifts the mean a little; 4 deviations for chance.
      let mean = Double(codes.reduce(0, +)) / Double(codes.count)
      let deviation = 0.41 * Double(type.range.upperBound + 1) / Double(codes.count).squareRoot()
      #expect(abs(mean) < 0.1 + 4 * deviation, "\(name): \(mean)")
    }
    #expect(matrices == 6)
  }

  @Test("a scale for each output of a layer, one for each activation", arguments: [2, 5, 8])
  func scales(bits: Int) throws {
    let graph = try Self.graph(bits: bits)
    var quantizers = 0
    for value in graph.live {
      switch graph[value].operation {
      case .quantize(let quantizer):
        quantizers += 1
        #expect(quantizer.scale.uniform != nil && quantizer.zeroPoint.uniform != nil)
      case .dequantize(let dequantizer):
        guard let codes = graph.constant(graph[value].operands[0]) else { continue }
        let outputs = codes.shape.count == 4 ? codes.shape[0] : codes.shape[1]
        // Drawn from 2²⁴ numbers, few of a thousand are equal.
        #expect(Set(dequantizer.scale.values).count > outputs * 9 / 10)
      case .input, .constant, .layout, .concat, .matmul, .convolution, .add, .subtract, .multiply,
        .sum, .divide, .mean, .function, .softmax, .rowExponential, .layerNorm, .rmsNorm,
        .requantize, .integer:
        continue
      }
    }
    #expect(quantizers == 10)
  }

  @Test("the description tells how images are prepared, and that the answers mean nothing")
  func description() throws {
    let model = try ViTArchitecture(named: "deit-t", bits: 3, imageSize: 64, depth: 1)
      .model(seed: 7)
    #expect(model.description.name == "deit-t, 3 bits, 64 px, depth 1")
    #expect(model.description.preprocessing?.channels == 3)
    let notes = model.description.notes.joined()
    #expect(notes.contains("seed 7") && notes.contains("mean nothing"))
  }
}
