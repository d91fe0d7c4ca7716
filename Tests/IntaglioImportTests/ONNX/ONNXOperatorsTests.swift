import IntaglioImport
import IntaglioTestSupport
import Testing

@Suite("ONNX operators")
struct ONNXOperatorsTests {
  private static let examples =
    ElementwiseExamples.all + LayoutExamples.all + SelectionExamples.all + MatrixExamples.all
    + ReductionExamples.all

  @Test("compute what the standard says on values that depend on the input", arguments: examples)
  func computed(example: OperatorExample) throws {
    let found = try example.model(isFolded: false).evaluate(["x": example.x.values])
    #expect(found.isClose(to: example.expected), "found \(found)")
  }

  @Test("compute the same on constants", arguments: examples)
  func folded(example: OperatorExample) throws {
    let found = try example.model(isFolded: true).evaluate([:])
    #expect(found.isClose(to: example.expected), "found \(found)")
  }
}
