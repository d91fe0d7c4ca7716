import IntaglioData
import IntaglioImport
import IntaglioTestSupport

/// Matrix products and convolutions.
enum MatrixExamples {
  private static let x = TestTensor([1, 2, 3, 4, 5, 6], [2, 3])
  private static let square = TestTensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3])
  private static let ones = ONNXTensorProto.floats("w", [1, 1, 1, 1], [1, 1, 2, 2])

  static let all = products + convolutions

  private static let products: [OperatorExample] = [
    .init(
      "two matrices",
      "MatMul",
      x,
      [.floats("w", [1, 0, 0, 1, 1, 1], [3, 2])],
      gives: TestTensor([4, 5, 10, 11], [2, 2])
    ),
    .init(
      "a column",
      "MatMul",
      x,
      [.floats("w", [1, 0, -1], [3])],
      gives: TestTensor([-2, -2], [2])
    ),
    .init(
      "a row",
      "MatMul",
      x,
      [.floats("w", [1, -1], [2])],
      inputs: ["w", "x"],
      gives: TestTensor([-3, -3, -3], [3])
    ),
    .init(
      "a row and a column",
      "MatMul",
      TestTensor([1, 2, 3], [3]),
      [.floats("w", [1, 1, 2], [3])],
      gives: TestTensor([9], [])
    ),
    .init(
      "leading axes stretch",
      "MatMul",
      TestTensor([1, 2, 3, 4], [2, 1, 2]),
      [.floats("w", [1, 1], [2, 1])],
      gives: TestTensor([3, 7], [2, 1, 1])
    ),
    .init(
      "transposed, scaled, with a row to add",
      "Gemm",
      x,
      [.floats("b", [1, 0, 0, 1], [2, 2]), .floats("c", [1, 2], [2])],
      [.int("transA", 1), .int("transB", 1), .float("alpha", 2), .float("beta", 3)],
      gives: TestTensor([5, 14, 7, 16, 9, 18], [3, 2])
    ),
    .init(
      "nothing to add",
      "Gemm",
      x,
      [.floats("b", [1, 0, 0], [3, 1])],
      gives: TestTensor([1, 4], [2, 1])
    ),
  ]

  private static let convolutions: [OperatorExample] = [
    .init(
      "a bias",
      "Conv",
      square,
      [ones, .floats("b", [100], [1])],
      gives: TestTensor([112, 116, 124, 128], [1, 1, 2, 2])
    ),
    .init(
      "strides and pads: top, left, bottom, right",
      "Conv",
      square,
      [ones],
      [.ints("strides", [2, 2]), .ints("pads", [1, 0, 0, 1])],
      gives: TestTensor([3, 3, 24, 15], [1, 1, 2, 2])
    ),
    .init(
      "as large as the image, more above and left",
      "Conv",
      square,
      [ones],
      [.string("auto_pad", "SAME_LOWER")],
      gives: TestTensor([1, 3, 5, 5, 12, 16, 11, 24, 28], [1, 1, 3, 3])
    ),
    .init(
      "as large as the image, more below and right",
      "Conv",
      square,
      [ones],
      [.string("auto_pad", "SAME_UPPER")],
      gives: TestTensor([12, 16, 9, 24, 28, 15, 15, 17, 9], [1, 1, 3, 3])
    ),
    .init(
      "dilated",
      "Conv",
      square,
      [ones],
      [.ints("dilations", [2, 2]), .ints("kernel_shape", [2, 2])],
      gives: TestTensor([20], [1, 1, 1, 1])
    ),
    .init(
      "groups",
      "Conv",
      TestTensor([1, 2], [1, 2, 1, 1]),
      [.floats("w", [10, 100], [2, 1, 1, 1])],
      [.int("group", 2)],
      gives: TestTensor([10, 200], [1, 2, 1, 1])
    ),
  ]
}
