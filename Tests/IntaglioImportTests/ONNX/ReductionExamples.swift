import IntaglioData
import IntaglioImport
import IntaglioTestSupport

/// Means, sums and normalizations.
enum ReductionExamples {
  private static let x = TestTensor([0, 1, 2, 3, 4, 5], [1, 2, 3])
  private static func axes(_ axes: [Int]) -> [ONNXTensorProto] {
    [.integers("axes", axes, [axes.count])]
  }

  static let all = reductions + normalizations

  private static let reductions: [OperatorExample] = [
    .init(
      "an attribute",
      "ReduceMean",
      x,
      [],
      [.ints("axes", [-1]), .int("keepdims", 0)],
      gives: TestTensor([1, 4], [1, 2])
    ),
    .init(
      "an input",
      "ReduceMean",
      opset: 18,
      x,
      axes([1, 2]),
      gives: TestTensor([2.5], [1, 1, 1])
    ),
    .init(
      "everything by default",
      "ReduceMean",
      x,
      [],
      [.int("keepdims", 0)],
      gives: TestTensor([2.5], [])
    ),
    .init("an input", "ReduceSum", x, axes([1]), gives: TestTensor([3, 5, 7], [1, 1, 3])),
    .init(
      "an attribute in old opsets",
      "ReduceSum",
      opset: 11,
      x,
      [],
      [.ints("axes", [2])],
      gives: TestTensor([3, 12], [1, 2, 1])
    ),
    .init(
      "nothing on request",
      "ReduceSum",
      x,
      axes([]),
      [.int("noop_with_empty_axes", 1)],
      gives: x
    ),
    .init(
      "every pixel",
      "GlobalAveragePool",
      TestTensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]),
      gives: TestTensor([2.5, 6.5], [1, 2, 1, 1])
    ),
  ]

  private static let halves = TestTensor([0.25, 0.75, 0.5, 0.5], [2, 2])

  private static let normalizations: [OperatorExample] = [
    .init(
      "the last axis by default",
      "Softmax",
      TestTensor([0, 1.0986122886681098, 5, 5], [2, 2]),
      gives: halves
    ),
    .init(
      "another axis",
      "Softmax",
      TestTensor([0, 5, 1.0986122886681098, 5], [2, 2]),
      [],
      [.int("axis", 0)],
      gives: TestTensor([0.25, 0.5, 0.75, 0.5], [2, 2])
    ),
    .init(
      "everything from the axis on in old opsets",
      "Softmax",
      opset: 11,
      TestTensor([0, 0, 0, 1.0986122886681098], [1, 2, 2]),
      gives: TestTensor([1.0 / 6, 1.0 / 6, 1.0 / 6, 0.5], [1, 2, 2])
    ),
    .init(
      "the last axis",
      "LayerNormalization",
      TestTensor([1, 3, 2, 6], [2, 2]),
      [.floats("scale", [1, 2], [2]), .floats("bias", [0, 1], [2])],
      [.float("epsilon", 0)],
      gives: TestTensor([-1, 3, -1, 3], [2, 2])
    ),
    .init(
      "two axes, no bias, a scale that stretches",
      "LayerNormalization",
      TestTensor([1, 3, 1, 3], [1, 2, 2]),
      [.floats("scale", [3], [1])],
      [.float("epsilon", 0), .int("axis", 1)],
      gives: TestTensor([-3, 3, -3, 3], [1, 2, 2])
    ),
    .init(
      "the last axis",
      "RMSNormalization",
      opset: 23,
      TestTensor([4, -4, 0, 0], [2, 2]),
      [.floats("scale", [10, 5], [2])],
      [.float("epsilon", 9)],
      gives: TestTensor([8, -4, 0, 0], [2, 2])
    ),
    .init(
      "two axes and a scale that stretches",
      "RMSNormalization",
      opset: 23,
      TestTensor([1, 7, 1, 7], [1, 2, 2]),
      [.floats("scale", [5], [1])],
      [.float("epsilon", 0), .int("axis", -2)],
      gives: TestTensor([1, 7, 1, 7], [1, 2, 2])
    ),
  ]
}
