import IntaglioImport
import Testing

@Suite("Import errors")
struct ImportErrorTests {
  @Test("name the file, every unknown operator with its node, and what is supported")
  func listing() {
    let error = ImportError.unknownOperators(
      file: "m.onnx",
      operators: [.init(node: "/a", name: "Loop", domain: "ai.onnx")],
      supported: ["Add", "MatMul"]
    )
    #expect(
      error.description == """
        m.onnx: 1 node has an unknown operator:
          Loop of ai.onnx at node /a
        Supported are Add, MatMul.
        """
    )
  }
}
