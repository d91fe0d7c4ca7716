import IntaglioData
import IntaglioExport
import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport
import SwiftProtobuf
import Testing

@Suite("IntegerONNXModel: programs in ONNX operators on integers")
struct IntegerONNXModelTests {
  private static let description = ModelDescription(name: "small", source: "test")

  private func written(_ program: ExportedProgram) throws -> ONNXModelProto {
    let folder = try TemporaryFolder()
    let path = folder.path("model.onnx")
    try IntegerONNXModel(program: program.proof(), description: Self.description).write(to: path)
    return try ONNXModelProto(serializedBytes: folder.bytes("model.onnx"))
  }

  @Test("every name of the program is a tensor, made once")
  func names() throws {
    let program = try ExportedProgram(seed: 3)
    let graph = try written(program).graph
    let made = graph.nodes.flatMap(\.outputs) + graph.initializers.map(\.name)
    #expect(Set(made).count == made.count)
    #expect(Set(program.graph.names.values).isSubset(of: made))
    #expect(graph.outputs.map(\.name) == ["logits", "logits.integers"])
  }

  @Test("nothing is real between the first codes and the last accumulators")
  func integers() throws {
    let graph = try written(ExportedProgram(seed: 4)).graph
    // Reals begin at the input, at initializers of floats and at casts to them.
    var reals = Set(graph.inputs.map(\.name))
    reals.formUnion(graph.initializers.filter { [1, 11].contains($0.elementType) }.map(\.name))
    var sawCodes = false
    var sawReals = false
    for node in graph.nodes {
      let target = node.attributes.first { $0.name == "to" }?.intValue
      let isReal: Bool
      if node.operatorType == "Cast" {
        isReal = target == 1 || target == 11
      } else {
        isReal = node.inputs.contains(where: reals.contains)
      }
      if isReal { reals.formUnion(node.outputs) }
      if node.outputs == ["codes"] { sawCodes = true }
      // Once the logits are read as reals, nothing but reals follows.
      if sawCodes, isReal { sawReals = true }
      if sawReals { #expect(isReal || node.operatorType == "Identity", "\(node.outputs)") }
    }
    #expect(sawCodes && sawReals)
    let products = graph.nodes.filter { $0.operatorType == "MatMulInteger" }
    #expect(products.count == 6)
    #expect(!graph.nodes.contains { $0.operatorType == "MatMul" })
  }

  @Test("a norm by an integer root is refused by name")
  func refused() throws {
    let root = try #require(FixedPointRoot(count: 8, bound: 1 << 19, epsilon: 1))
    let program = try ExportedProgram(seed: 1, norm: .fixedPoint(root)).proof()
    #expect {
      try IntegerONNXModel(program: program, description: Self.description)
    } throws: { error in
      "\(error)".hasPrefix("node norm: a norm by an integer root has no form in ONNX")
    }
  }
}
