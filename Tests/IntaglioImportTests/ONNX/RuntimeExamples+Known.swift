import IntaglioData
import IntaglioImport
import IntaglioTestSupport

/// Written by `Tests/Scripts/operator_examples.py`.
extension RuntimeExamples {
  static let known: [OperatorExample] = [
    .init(
      "angles",
      "Sin",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5], [2, 3]),
      [],
      [],
      gives: TestTensor(
        [-0.14112, -0.50827909, 0.68163872, -0.075151116, -0.97753012, -0.47942555],
        [2, 3]
      )
    ),
    .init(
      "angles",
      "Cos",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5], [2, 3]),
      [],
      [],
      gives: TestTensor(
        [-0.9899925, 0.86119241, 0.73168886, -0.99717218, -0.2107958, 0.87758255],
        [2, 3]
      )
    ),
    .init(
      "angles",
      "Atan",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5], [2, 3]),
      [],
      [],
      gives: TestTensor(
        [-1.2490458, 1.3986056, 0.64350116, 1.4659194, 1.3521273, -0.4636476],
        [2, 3]
      )
    ),
    .init(
      "both signs",
      "Sign",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5], [2, 3]),
      [],
      [],
      gives: TestTensor([-1, 1, 1, 1, 1, -1], [2, 3])
    ),
    .init(
      "everything so far",
      "CumSum",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5], [2, 3]),
      [.integers("a", [1], [])],
      [],
      gives: TestTensor([-3, 2.75, 3.5, 9.5, 14, 13.5], [2, 3])
    ),
    .init(
      "what is left, without itself",
      "CumSum",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5], [2, 3]),
      [.integers("a", [0], [])],
      [.int("exclusive", 1), .int("reverse", 1)],
      gives: TestTensor([9.5, 4.5, -0.5, 0, 0, 0], [2, 3])
    ),
    .init(
      "above the diagonal",
      "Trilu",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25, -1.75], [3, 3]),
      [.integers("k", [1], [])],
      [],
      gives: TestTensor([0, 5.75, 0.75, 0, 0, -0.5, 0, 0, 0], [3, 3])
    ),
    .init(
      "below it",
      "Trilu",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25, -1.75], [3, 3]),
      [],
      [.int("upper", 0)],
      gives: TestTensor([-3, 0, 0, 9.5, 4.5, 0, 8.25, 3.25, -1.75], [3, 3])
    ),
    .init(
      "the largest",
      "TopK",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25, -1.75, 7, 2, -3], [3, 4]),
      [.integers("k", [2], [1])],
      [.int("axis", 0)],
      gives: TestTensor([4.5, 7, 8.25, 9.5, -1.75, 5.75, 2, 3.25], [2, 4])
    ),
    .init(
      "the smallest",
      "TopK",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25, -1.75, 7, 2, -3], [3, 4]),
      [.integers("k", [3], [1])],
      [.int("largest", 0)],
      gives: TestTensor([-3, 0.75, 5.75, -0.5, 3.25, 4.5, -3, -1.75, 2], [3, 3])
    ),
    .init(
      "truncated remainders",
      "Mod",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5], [2, 3]),
      [.floats("b", [2], [1])],
      [.int("fmod", 1)],
      gives: TestTensor([-1, 1.75, 0.75, 1.5, 0.5, -0.5], [2, 3])
    ),
    .init(
      "a product",
      "ReduceProd",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5], [2, 3]),
      [],
      [.ints("axes", [1])],
      gives: TestTensor([-12.9375, -21.375], [2, 1])
    ),
    .init(
      "half to even",
      "Round",
      opset: 17,
      TestTensor([-3, 0.5, -1.5, 2, 0, -2], [2, 3]),
      [],
      [],
      gives: TestTensor([-3, 0, -2, 2, 0, -2], [2, 3])
    ),
    .init(
      "sums",
      "ScatterElements",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25, -1.75, 7, 2, -3], [3, 4]),
      [.integers("i", [0, 0], [1, 2]), .floats("u", [20, 28.75], [1, 2])],
      [.int("axis", 1), .string("reduction", "add")],
      gives: TestTensor([45.75, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25, -1.75, 7, 2, -3], [3, 4])
    ),
  ]
}
