import IntaglioData
import IntaglioExport
import IntaglioFloat32
import IntaglioGraph
import IntaglioImport
import IntaglioNumerics
import IntaglioRewrite
import IntaglioTestSupport
import Testing

import IntaglioQuantize

@Suite("A quantized network as a QDQ model means the same when it is read back")
struct QDQExportTests {
  private func quantized(_ bits: Int) throws -> Graph {
    let samples = SmallTransformer.samples(40)
    return try PostTrainingQuantizer(QuantizeOptions(weights: bits, activations: bits)).quantize(
      SmallTransformer().graph,
      calibratedOn: CalibrationSamples(count: samples.count) { samples[$0] },
      threads: 2
    )
  }

  private func readBack(_ graph: Graph) throws -> Graph {
    let folder = try TemporaryFolder()
    let path = folder.path("model.onnx")
    let description = ModelDescription(name: "small", source: "timm")
    try QDQModel(graph: graph, description: description).write(to: path)
    return try ONNXFile(path: path).graph
  }

  /// The named quantizers of the small transformer.
  private func quantizers(_ graph: Graph) -> [String: Value] {
    Dictionary(
      graph.values.compactMap { value in
        guard graph[value].operation.isQuantize else { return nil }
        return graph.name(of: value).map { ($0, value) }
      }
    ) { _, last in last }
  }

  @Test("the same codes at every quantizer and the same logits in float32", arguments: [8, 4, 3])
  func float32(bits: Int) throws {
    let graph = try quantized(bits)
    let read = try readBack(graph)
    let (own, other) = (quantizers(graph), quantizers(read))
    try #require(own.count >= 8)
    #expect(Set(own.keys).isSubset(of: other.keys))
    let (a, b) = (try Float32Program(graph), try Float32Program(read))
    for sample in SmallTransformer.samples(20, seed: 77) {
      let first = try a.run(["x": .real(sample)], keeping: Set(own.values))
      let second = try b.run(["x": .real(sample)], keeping: Set(other.values))
      #expect(first["logits"] == second["logits"])
      for (name, value) in own {
        #expect(first[value] == other[name].flatMap { second[$0] }, "\(name)")
        #expect(read.type(of: try #require(other[name])).integer == graph.type(of: value).integer)
      }
    }
  }

  @Test(
    "the same codes by the oracle, and logits within what rounding the scale of e does",
    arguments: [8, 4, 3]
  )
  func oracle(bits: Int) throws {
    let graph = try quantized(bits)
    let read = try readBack(graph)
    let (own, other) = (quantizers(graph), quantizers(read))
    let (a, b) = (try Oracle<Double>(graph), try Oracle<Double>(read))
    for sample in SmallTransformer.samples(5, seed: 78) {
      let inputs = ["x": OracleTensor.real(sample.map(Double.init))]
      let first = try a.run(inputs, keeping: Set(own.values))
      let second = try b.run(inputs, keeping: Set(other.values))
      for (name, value) in own {
        #expect(first[value] == other[name].flatMap { second[$0] }, "\(name)")
      }
      guard case .real(let x)? = first["logits"], case .real(let y)? = second["logits"] else {
        Issue.record("no logits")
        return
      }
      #expect(zip(x, y).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($0)) })
    }
  }

  @Test("what is read back is reordered without a rest", arguments: [8, 4, 3])
  func reorders(bits: Int) throws {
    let read = try readBack(quantized(bits))
    let proof = try IntegerGraph(verifying: Pipeline().apply(to: read))
    #expect(proof.coverage.total == 7)
    #expect(proof.coverage.blocked.isEmpty)
  }

  @Test("a reordered program has no form in ONNX")
  func reordered() throws {
    let proof = try IntegerGraph(verifying: Pipeline().apply(to: quantized(4)))
    #expect(throws: ExportError.self) {
      try QDQModel(
        graph: proof.graph,
        description: ModelDescription(name: "small", source: "timm")
      )
    }
  }
}
