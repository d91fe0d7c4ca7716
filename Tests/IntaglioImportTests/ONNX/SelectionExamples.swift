import IntaglioData
import IntaglioImport
import IntaglioTestSupport

/// Operators that pick parts.
enum SelectionExamples {
  private static let x = TestTensor([0, 1, 2, 3, 4, 5, 6, 7], [2, 4])
  private static func list(_ name: String, _ values: [Int]) -> ONNXTensorProto {
    .integers(name, values, [values.count])
  }

  static let all = slices + gathers + splits

  private static let slices: [OperatorExample] = [
    .init(
      "inputs, negative and beyond the end",
      "Slice",
      x,
      [list("starts", [-3]), list("ends", [Int.max]), list("axes", [1])],
      gives: TestTensor([1, 2, 3, 5, 6, 7], [2, 3])
    ),
    .init(
      "steps of one",
      "Slice",
      x,
      [
        list("starts", [1, 0]), list("ends", [2, -1]), list("axes", [0, -1]),
        list("steps", [1, 1]),
      ],
      gives: TestTensor([4, 5, 6], [1, 3])
    ),
    .init(
      "the first axes by default",
      "Slice",
      x,
      [list("starts", [1]), list("ends", [2])],
      gives: TestTensor([4, 5, 6, 7], [1, 4])
    ),
    .init(
      "an empty part",
      "Slice",
      x,
      [list("starts", [3]), list("ends", [1]), list("axes", [1])],
      gives: TestTensor([], [2, 0])
    ),
    .init(
      "attributes in old opsets",
      "Slice",
      opset: 9,
      x,
      [],
      [.ints("starts", [0, 1]), .ints("ends", [1, 3]), .ints("axes", [0, 1])],
      gives: TestTensor([1, 2], [1, 2])
    ),
  ]

  private static let gathers: [OperatorExample] = [
    .init(
      "one index drops the axis",
      "Gather",
      x,
      [.integers("i", [-1], [])],
      [.int("axis", 1)],
      gives: TestTensor([3, 7], [2])
    ),
    .init(
      "a run",
      "Gather",
      x,
      [list("i", [1, 2])],
      [.int("axis", 1)],
      gives: TestTensor([1, 2, 5, 6], [2, 2])
    ),
    .init(
      "any order, repeated",
      "Gather",
      x,
      [list("i", [1, 0, 1])],
      gives: TestTensor([4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7], [3, 4])
    ),
    .init(
      "indices with two axes",
      "Gather",
      x,
      [.integers("i", [3, 0, 1, 2], [2, 2])],
      [.int("axis", -1)],
      gives: TestTensor([3, 0, 1, 2, 7, 4, 5, 6], [2, 2, 2])
    ),
  ]

  private static let splits: [OperatorExample] = [
    .init(
      "dimensions as an input",
      "Split",
      x,
      [list("split", [4])],
      [.int("axis", 1)],
      gives: x
    ),
    .init("dimensions as an attribute", "Split", opset: 11, x, [], [.ints("split", [2])], gives: x),
    .init("num_outputs", "Split", opset: 18, x, [], [.int("num_outputs", 1)], gives: x),
  ]
}
