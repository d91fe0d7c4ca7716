import IntaglioData
import IntaglioImport
import IntaglioTestSupport

/// Arithmetic and functions, element by element.
enum ElementwiseExamples {
  private static let x = TestTensor([-2, -0.5, 0, 1, 3, 8], [2, 3])
  private static let positive = TestTensor([1, 4, 9, 0.25], [4])
  private static func row(_ values: [Float]) -> [ONNXTensorProto] {
    [.floats("c", values, [values.count])]
  }
  private static func one(_ name: String, _ value: Float) -> ONNXTensorProto {
    .floats(name, [value], [])
  }

  static let all = arithmetic + functions + samples + activations + choices

  /// Every function that has an operator.
  private static let samples = FunctionSample.all.compactMap { sample in
    sample.onnx.map { operation in
      OperatorExample(
        "at −2 and 1",
        operation,
        TestTensor(FunctionSample.arguments, [2]),
        gives: TestTensor(sample.values, [2])
      )
    }
  }

  private static let arithmetic: [OperatorExample] = [
    .init(
      "stretches a row",
      "Add",
      x,
      row([1, 2, 3]),
      gives: TestTensor([-1, 1.5, 3, 2, 5, 11], [2, 3])
    ),
    .init(
      "takes operands in order",
      "Sub",
      x,
      row([1, 2, 3]),
      inputs: ["c", "x"],
      gives: TestTensor([3, 2.5, 3, 0, -1, -5], [2, 3])
    ),
    .init(
      "by a number",
      "Mul",
      x,
      [one("c", 2)],
      gives: TestTensor([-4, -1, 0, 2, 6, 16], [2, 3])
    ),
    .init(
      "by a number",
      "Div",
      x,
      [one("c", 4)],
      gives: TestTensor([-0.5, -0.125, 0, 0.25, 0.75, 2], [2, 3])
    ),
    .init(
      "a number by x",
      "Div",
      positive,
      [one("c", 4)],
      inputs: ["c", "x"],
      gives: TestTensor([4, 1, 4.0 / 9, 16], [4])
    ),
    .init("two", "Pow", x, [one("c", 2)], gives: TestTensor([4, 0.25, 0, 1, 9, 64], [2, 3])),
    .init("a half", "Pow", positive, [one("c", 0.5)], gives: TestTensor([1, 2, 3, 0.5], [4])),
    .init("one", "Pow", positive, [one("c", 1)], gives: TestTensor([1, 4, 9, 0.25], [4])),
    .init(
      "an integer exponent",
      "Pow",
      x,
      [.integers("c", [3], [])],
      gives: TestTensor([-8, -0.125, 0, 1, 27, 512], [2, 3])
    ),
    .init(
      "against a number",
      "Max",
      x,
      [one("c", 0.5)],
      gives: TestTensor([0.5, 0.5, 0.5, 1, 3, 8], [2, 3])
    ),
    .init(
      "against a number",
      "Min",
      x,
      [one("c", 0.5)],
      gives: TestTensor([-2, -0.5, 0, 0.5, 0.5, 0.5], [2, 3])
    ),
  ]

  private static let functions: [OperatorExample] = [
    .init("", "Neg", x, gives: TestTensor([2, 0.5, 0, -1, -3, -8], [2, 3])),
    .init("", "Abs", x, gives: TestTensor([2, 0.5, 0, 1, 3, 8], [2, 3])),
    .init("", "Reciprocal", positive, gives: TestTensor([1, 0.25, 1.0 / 9, 4], [4])),
    .init("", "Sqrt", positive, gives: TestTensor([1, 2, 3, 0.5], [4])),
    .init("", "Exp", TestTensor([0, 1], [2]), gives: TestTensor([1, 2.718281828459045], [2])),
    .init("", "Log", TestTensor([1, 2], [2]), gives: TestTensor([0, 0.6931471805599453], [2])),
    .init("", "Erf", TestTensor([0, 0.5], [2]), gives: TestTensor([0, 0.5204998778130465], [2])),
    .init(
      "",
      "Tanh",
      TestTensor([0, 0.5], [2]),
      gives: TestTensor([0, 0.46211715726000973], [2])
    ),
    .init(
      "",
      "Sigmoid",
      TestTensor([0, 2], [2]),
      gives: TestTensor([0.5, 0.8807970779778823], [2])
    ),
    .init("", "Relu", x, gives: TestTensor([0, 0, 0, 1, 3, 8], [2, 3])),
    .init("changes nothing", "Identity", x, gives: x),
    .init("changes nothing in inference", "Dropout", x, gives: x),
    .init(
      "changes nothing in old opsets",
      "Dropout",
      opset: 7,
      x,
      [],
      [.float("ratio", 0.5)],
      gives: x
    ),
    .init("to double", "Cast", x, [], [.int("to", 11)], gives: x),
    .init("to the type of another tensor", "CastLike", x, [one("c", 1)], gives: x),
  ]

  private static let activations: [OperatorExample] = [
    .init(
      "exact",
      "Gelu",
      opset: 20,
      TestTensor([-1, 0, 2], [3]),
      gives: TestTensor([-0.15865525393145707, 0, 1.9544997361036416], [3])
    ),
    .init(
      "with tanh",
      "Gelu",
      opset: 20,
      TestTensor([-1, 0, 2], [3]),
      [],
      [.string("approximate", "tanh")],
      gives: TestTensor([-0.15880800939172324, 0, 1.954597694087775], [3])
    ),
    .init(
      "inputs",
      "Clip",
      x,
      [one("lower", -1), one("upper", 2)],
      gives: TestTensor([-1, -0.5, 0, 1, 2, 2], [2, 3])
    ),
    .init(
      "only an upper limit",
      "Clip",
      x,
      [one("upper", 2)],
      inputs: ["x", "", "upper"],
      gives: TestTensor([-2, -0.5, 0, 1, 2, 2], [2, 3])
    ),
    .init("no limit", "Clip", x, gives: x),
    .init(
      "attributes in old opsets",
      "Clip",
      opset: 10,
      x,
      [],
      [.float("min", 0), .float("max", 6)],
      gives: TestTensor([0, 0, 0, 1, 3, 6], [2, 3])
    ),
    .init(
      "default slope",
      "HardSigmoid",
      TestTensor([-4, 0, 1, 4], [4]),
      gives: TestTensor([0, 0.5, 0.7, 1], [4])
    ),
    .init(
      "",
      "HardSwish",
      TestTensor([-4, 1, 4], [3]),
      gives: TestTensor([0, 2.0 / 3, 4], [3])
    ),
    .init(
      "with a slope",
      "Swish",
      opset: 24,
      TestTensor([0, 1], [2]),
      [],
      [.float("alpha", 2)],
      gives: TestTensor([0, 0.8807970779778823], [2])
    ),
  ]

  private static let choices: [OperatorExample] = [
    .init(
      "a mixed condition, the other branch constant",
      "Where",
      x,
      [.raw("mask", 9, [3], [1, 0, 1]), .floats("c", [10, 20, 30], [3])],
      inputs: ["mask", "x", "c"],
      gives: TestTensor([-2, 20, 0, 1, 20, 8], [2, 3])
    ),
    .init(
      "never, stretched",
      "Where",
      TestTensor([7], [1]),
      [.raw("mask", 9, [2], [0, 0]), .floats("c", [1, 2], [2])],
      inputs: ["mask", "c", "x"],
      gives: TestTensor([7, 7], [2])
    ),
  ]
}
