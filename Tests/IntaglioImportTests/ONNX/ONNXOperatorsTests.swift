import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import Testing

@Suite("ONNX operators")
struct ONNXOperatorsTests {
  private static let examples =
    ElementwiseExamples.all + LayoutExamples.all + SelectionExamples.all + MatrixExamples.all
    + ReductionExamples.all + RuntimeExamples.computed

  @Test("compute what the standard says on values that depend on the input", arguments: examples)
  func computed(example: OperatorExample) throws {
    let found = try example.model(isFolded: false).evaluate(["x": example.x.values])
    #expect(found.isClose(to: example.expected, within: 1e-5), "found \(found)")
  }

  @Test("compute the same on constants", arguments: examples)
  func folded(example: OperatorExample) throws {
    let found = try example.model(isFolded: true).evaluate([:])
    #expect(found.isClose(to: example.expected, within: 1e-5), "found \(found)")
  }

  @Test("that only constants have fold", arguments: RuntimeExamples.known)
  func known(example: OperatorExample) throws {
    let found = try example.model(isFolded: true).evaluate([:])
    #expect(found.isClose(to: example.expected, within: 1e-5), "found \(found)")
    #expect(throws: ImportError.self) { try example.model(isFolded: false).graph() }
  }

  @Test("fold to constants, whatever they are", arguments: RuntimeExamples.computed)
  func constant(example: OperatorExample) throws {
    let graph = try example.model(isFolded: true).graph()
    #expect(graph.live.count == 1 && graph.constant(graph.outputs[0].value) != nil)
  }
}
