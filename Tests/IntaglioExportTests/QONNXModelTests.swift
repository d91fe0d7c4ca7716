import IntaglioData
import IntaglioExport
import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport
import SwiftProtobuf
import Testing

@Suite("QDQModel: graphs with the Quant nodes of QONNX")
struct QONNXModelTests {
  private static let description = ModelDescription(name: "test", source: "onnx")

  private func written(_ graph: Graph) throws -> ONNXModelProto {
    let folder = try TemporaryFolder()
    let path = folder.path("model.onnx")
    try QDQModel(graph: graph, description: Self.description, form: .qonnx).write(to: path)
    return try ONNXModelProto(serializedBytes: folder.bytes("model.onnx"))
  }

  private func graph(_ quantizer: Quantizer) throws -> Graph {
    var graph = Graph()
    let x = try graph.append(.input(name: "x", ValueType(.real, [2, 3])))
    let codes = try graph.append(.quantize(quantizer), x, name: "codes")
    let real = try graph.append(.dequantize(quantizer.inverse), codes)
    let tensor = try #require(Tensor([1, -2, 3, -4, 0, 2], .i(3), shape: [3, 2]))
    let weights = try graph.append(.constant(tensor), name: "w")
    let scales = Scale([Rational(1, over: 4), Rational(3, over: 8)], shape: [2])
    let w = try graph.append(.dequantize(Dequantizer(scale: scales)), weights)
    graph.addOutput("y", try graph.append(.matmul, real, w, name: "product"))
    return graph
  }

  @Test("a quantizer and its dequantizer are one node; weights are the reals of their codes")
  func nodes() throws {
    let quantizer = Quantizer(.u(4), scale: Scale(Rational(1, over: 2)), zeroPoint: ZeroPoint(6))
    let model = try written(graph(quantizer))
    #expect(model.operatorSets.map(\.domain) == ["", "qonnx.custom_op.general"])
    let nodes = model.graph.nodes
    #expect(nodes.map(\.operatorType) == ["Quant", "Quant", "MatMul"])
    #expect(nodes.dropLast().allSatisfy { $0.domain == "qonnx.custom_op.general" })
    let numbers = Dictionary(
      uniqueKeysWithValues: model.graph.initializers.map { tensor in
        (tensor.name, [UInt8](tensor.rawData).floats)
      }
    )
    #expect(nodes[0].inputs.dropFirst().map { numbers[$0] } == [[0.5], [6], [4]])
    #expect(nodes[0].attributes.first { $0.name == "signed" }?.intValue == 0)
    #expect(numbers[nodes[1].inputs[0]] == [0.25, -0.75, 0.75, -1.5, 0, 0.75])
    #expect(nodes[1].inputs.dropFirst().map { numbers[$0] } == [[0.25, 0.375], [0], [3]])
    #expect(nodes[1].attributes.first { $0.name == "signed" }?.intValue == 1)
  }

  @Test("an odd zero point behind the rounding has its ties decided before")
  func ties() throws {
    let scale = Scale(Rational(1, over: 2))
    let after = Quantizer(.u(4), scale: scale, zeroPoint: ZeroPoint(7))
    #expect(
      try written(graph(after)).graph.nodes.map(\.operatorType) == [
        "Quant", "Quant", "Quant", "MatMul",
      ]
    )
    let before = Quantizer(.u(4), scale: scale, zeroPoint: ZeroPoint(7), placement: .beforeRounding)
    #expect(try written(graph(before)).graph.nodes.count == 3)
  }

  @Test("codes that something else reads are refused by name")
  func refused() throws {
    var graph = try graph(Quantizer(.u(4), scale: Scale(.one)))
    let codes = try #require(graph.values.first { graph.name(of: $0) == "codes" })
    let table = LookupFunction(.i8, index: .u(4), entries: Array(0..<16))
    let levels = try graph.append(.integer(.lookup(table)), codes, name: "levels")
    graph.addOutput("z", try graph.append(.dequantize(Dequantizer(scale: Scale(.one))), levels))
    #expect {
      try QDQModel(graph: graph, description: Self.description, form: .qonnx)
    } throws: { "\($0)".hasPrefix("node levels: lookup of codes has no form in ONNX") }
  }
}

extension [UInt8] {
  /// Little-endian floats.
  fileprivate var floats: [Float] {
    stride(from: 0, to: count - count % 4, by: 4).map { start in
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(self[start + $1]) << UInt32(8 * $1) }
      return Float(bitPattern: bits)
    }
  }
}
