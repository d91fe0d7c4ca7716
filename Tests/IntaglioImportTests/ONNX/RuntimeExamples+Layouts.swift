import IntaglioData
import IntaglioImport
import IntaglioTestSupport

/// Written by `Tests/Scripts/operator_examples.py`.
extension RuntimeExamples {
  static let layouts: [OperatorExample] = [
    .init(
      "a constant on both sides, and a crop",
      "Pad",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5], [2, 3]),
      [.integers("p", [1, -1, 0, 2], [4]), .floats("v", [9], [])],
      [],
      gives: TestTensor([9, 9, 9, 9, 5.75, 0.75, 9, 9, 4.5, -0.5, 9, 9], [3, 4])
    ),
    .init(
      "named axes",
      "Pad",
      opset: 18,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5], [2, 3]),
      [.integers("p", [1, 2], [2]), .integers("a", [-1], [1])],
      [],
      inputs: ["x", "p", "", "a"],
      gives: TestTensor([0, -3, 5.75, 0.75, 0, 0, 0, 9.5, 4.5, -0.5, 0, 0], [2, 6])
    ),
    .init(
      "the edge",
      "Pad",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5], [2, 3]),
      [.integers("p", [0, 2, 1, 0], [4])],
      [.string("mode", "edge")],
      gives: TestTensor(
        [-3, -3, -3, 5.75, 0.75, 9.5, 9.5, 9.5, 4.5, -0.5, 9.5, 9.5, 9.5, 4.5, -0.5],
        [3, 5]
      )
    ),
    .init(
      "a reflection",
      "Pad",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25], [2, 4]),
      [.integers("p", [1, 3, 0, 2], [4])],
      [.string("mode", "reflect")],
      gives: TestTensor(
        [
          3.25, 8.25, -0.5, 4.5, -0.5, 8.25, 3.25, 8.25, -0.5, 9.5, 0.75, 5.75, -3, 5.75, 0.75, 9.5,
          0.75, 5.75, 3.25, 8.25, -0.5, 4.5, -0.5, 8.25, 3.25, 8.25, -0.5,
        ],
        [3, 9]
      )
    ),
    .init(
      "an attribute in old opsets",
      "Pad",
      opset: 9,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5], [2, 3]),
      [],
      [.ints("pads", [0, 1, 0, 0]), .float("value", 2.0)],
      gives: TestTensor([2, -3, 5.75, 0.75, 2, 9.5, 4.5, -0.5], [2, 4])
    ),
    .init(
      "steps forwards",
      "Slice",
      opset: 17,
      TestTensor(
        [-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25, -1.75, 7, 2, -3, 5.75, 0.75],
        [2, 7]
      ),
      [
        .integers("s", [0], [1]), .integers("e", [7], [1]), .integers("a", [1], [1]),
        .integers("t", [2], [1]),
      ],
      [],
      gives: TestTensor([-3, 0.75, 4.5, 8.25, 3.25, 7, -3, 0.75], [2, 4])
    ),
    .init(
      "steps with an offset",
      "Slice",
      opset: 17,
      TestTensor(
        [-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25, -1.75, 7, 2, -3, 5.75, 0.75, 9.5, 4.5],
        [2, 8]
      ),
      [
        .integers("s", [1], [1]), .integers("e", [8], [1]), .integers("a", [1], [1]),
        .integers("t", [3], [1]),
      ],
      [],
      gives: TestTensor([5.75, 4.5, 3.25, 7, 5.75, 4.5], [2, 3])
    ),
    .init(
      "steps backwards",
      "Slice",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25, -1.75, 7], [2, 5]),
      [
        .integers("s", [-1], [1]), .integers("e", [-9], [1]), .integers("a", [1], [1]),
        .integers("t", [-2], [1]),
      ],
      [],
      gives: TestTensor([4.5, 0.75, -3, 7, 3.25, -0.5], [2, 3])
    ),
    .init(
      "far apart, twice and backwards",
      "Gather",
      opset: 17,
      TestTensor(
        [-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25, -1.75, 7, 2, -3, 5.75, 0.75],
        [7, 2]
      ),
      [.integers("i", [0, 3, 6, 2, 2, 2, 1, 0], [8])],
      [],
      gives: TestTensor(
        [-3, 5.75, 8.25, 3.25, 5.75, 0.75, 4.5, -0.5, 4.5, -0.5, 4.5, -0.5, 0.75, 9.5, -3, 5.75],
        [8, 2]
      )
    ),
    .init(
      "blocks, channels innermost",
      "DepthToSpace",
      opset: 17,
      TestTensor(
        [-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25, -1.75, 7, 2, -3, 5.75, 0.75, 9.5, 4.5],
        [1, 8, 1, 2]
      ),
      [],
      [.int("blocksize", 2)],
      gives: TestTensor(
        [-3, 4.5, 5.75, -0.5, -1.75, 5.75, 7, 0.75, 0.75, 8.25, 9.5, 3.25, 2, 9.5, -3, 4.5],
        [1, 2, 2, 4]
      )
    ),
    .init(
      "blocks, channels outermost",
      "DepthToSpace",
      opset: 17,
      TestTensor(
        [-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25, -1.75, 7, 2, -3, 5.75, 0.75, 9.5, 4.5],
        [1, 8, 1, 2]
      ),
      [],
      [.int("blocksize", 2), .string("mode", "CRD")],
      gives: TestTensor(
        [-3, 0.75, 5.75, 9.5, 4.5, 8.25, -0.5, 3.25, -1.75, 2, 7, -3, 5.75, 9.5, 0.75, 4.5],
        [1, 2, 2, 4]
      )
    ),
    .init(
      "blocks",
      "SpaceToDepth",
      opset: 17,
      TestTensor(
        [-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25, -1.75, 7, 2, -3, 5.75, 0.75, 9.5, 4.5],
        [1, 2, 2, 4]
      ),
      [],
      [.int("blocksize", 2)],
      gives: TestTensor(
        [-3, 0.75, -1.75, 2, 5.75, 9.5, 7, -3, 4.5, 8.25, 5.75, 9.5, -0.5, 3.25, 0.75, 4.5],
        [1, 8, 1, 2]
      )
    ),
    .init(
      "along an axis",
      "GatherElements",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25, -1.75, 7, 2, -3], [3, 4]),
      [.integers("i", [0, 2, -1, 1], [2, 2])],
      [.int("axis", 1)],
      gives: TestTensor([-3, 0.75, 3.25, -0.5], [2, 2])
    ),
    .init(
      "elements",
      "GatherND",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25, -1.75, 7, 2, -3], [3, 4]),
      [.integers("i", [0, 2, -1, 1, 0, 2], [3, 2])],
      [],
      gives: TestTensor([0.75, 7, 0.75], [3])
    ),
    .init(
      "rows of samples",
      "GatherND",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25, -1.75, 7, 2, -3], [2, 3, 2]),
      [.integers("i", [2, 0, 1, 1], [2, 2, 1])],
      [.int("batch_dims", 1)],
      gives: TestTensor([4.5, -0.5, -3, 5.75, -1.75, 7, -1.75, 7], [2, 2, 2])
    ),
    .init(
      "along an axis",
      "ScatterElements",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25, -1.75, 7, 2, -3], [3, 4]),
      [.integers("i", [0, 2, -1, 1], [2, 2]), .floats("u", [20, 28.75, 23.75, 32.5], [2, 2])],
      [.int("axis", 1)],
      gives: TestTensor([20, 5.75, 28.75, 9.5, 4.5, 32.5, 8.25, 23.75, -1.75, 7, 2, -3], [3, 4])
    ),
    .init(
      "rows",
      "ScatterND",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5], [3, 2]),
      [.integers("i", [2, 0], [2, 1]), .floats("u", [20, 28.75, 23.75, 32.5], [2, 2])],
      [],
      gives: TestTensor([23.75, 32.5, 0.75, 9.5, 20, 28.75], [3, 2])
    ),
    .init(
      "where a condition holds",
      "Compress",
      opset: 17,
      TestTensor([-3, 5.75, 0.75, 9.5, 4.5, -0.5, 8.25, 3.25], [4, 2]),
      [.raw("c", 9, [4], [0, 1, 1, 0])],
      [.int("axis", 0)],
      gives: TestTensor([0.75, 9.5, 4.5, -0.5], [2, 2])
    ),
  ]
}
