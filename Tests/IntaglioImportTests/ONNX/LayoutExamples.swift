import IntaglioData
import IntaglioImport
import IntaglioTestSupport

/// Operators that rearrange.
enum LayoutExamples {
  private static let x = TestTensor([0, 1, 2, 3, 4, 5], [2, 3])
  private static func shape(_ extents: [Int]) -> [ONNXTensorProto] {
    [.integers("shape", extents, [extents.count])]
  }
  private static func with(_ shape: [Int]) -> TestTensor { TestTensor(x.values, shape) }

  static let all = reshapes + moves

  private static let reshapes: [OperatorExample] = [
    .init(
      "zero keeps, −1 takes the rest",
      "Reshape",
      x,
      shape([0, -1, 1]),
      gives: with([2, 3, 1])
    ),
    .init("−1 alone", "Reshape", x, shape([-1]), gives: with([6])),
    .init("allowzero", "Reshape", x, shape([3, 2]), [.int("allowzero", 1)], gives: with([3, 2])),
    .init("at 1 by default", "Flatten", with([1, 2, 3]), gives: with([1, 6])),
    .init(
      "at a negative axis",
      "Flatten",
      with([1, 2, 3]),
      [],
      [.int("axis", -1)],
      gives: with([2, 3])
    ),
    .init("at the end", "Flatten", x, [], [.int("axis", 2)], gives: with([6, 1])),
    .init("all", "Squeeze", with([1, 2, 1, 3]), gives: with([2, 3])),
    .init(
      "an input",
      "Squeeze",
      with([1, 2, 1, 3]),
      [.integers("axes", [-2], [1])],
      gives: with([1, 2, 3])
    ),
    .init(
      "an attribute in old opsets",
      "Squeeze",
      opset: 11,
      with([1, 2, 1, 3]),
      [],
      [.ints("axes", [0])],
      gives: with([2, 1, 3])
    ),
    .init(
      "an input, unordered and negative",
      "Unsqueeze",
      x,
      [.integers("axes", [-1, 0], [2])],
      gives: with([1, 2, 3, 1])
    ),
    .init(
      "an attribute in old opsets",
      "Unsqueeze",
      opset: 11,
      x,
      [],
      [.ints("axes", [1])],
      gives: with([2, 1, 3])
    ),
  ]

  private static let moves: [OperatorExample] = [
    .init(
      "reverses axes by default",
      "Transpose",
      x,
      gives: TestTensor([0, 3, 1, 4, 2, 5], [3, 2])
    ),
    .init(
      "by a permutation",
      "Transpose",
      with([1, 2, 3]),
      [],
      [.ints("perm", [2, 0, 1])],
      gives: TestTensor([0, 3, 1, 4, 2, 5], [3, 1, 2])
    ),
    .init(
      "in both directions",
      "Expand",
      TestTensor([1, 2], [2, 1]),
      shape([2, 1, 3]),
      gives: TestTensor([1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2], [2, 2, 3])
    ),
    .init("an asked 1 keeps", "Expand", x, shape([1, 1]), gives: x),
    .init(
      "by nothing",
      "Pad",
      x,
      [.integers("pads", [0, 0, 0, 0], [4])],
      [.string("mode", "reflect")],
      gives: x
    ),
    .init(
      "by an attribute of nothing",
      "Pad",
      opset: 10,
      x,
      [],
      [.ints("pads", [0, 0, 0, 0])],
      gives: x
    ),
    .init(
      "along two axes",
      "Tile",
      TestTensor([1, 2], [1, 2]),
      [.integers("repeats", [2, 2], [2])],
      gives: TestTensor([1, 2, 1, 2, 1, 2, 1, 2], [2, 4])
    ),
    .init(
      "along a negative axis",
      "Concat",
      x,
      [.floats("c", [6, 7], [2, 1])],
      [.int("axis", -1)],
      gives: TestTensor([0, 1, 2, 6, 3, 4, 5, 7], [2, 4])
    ),
  ]
}
