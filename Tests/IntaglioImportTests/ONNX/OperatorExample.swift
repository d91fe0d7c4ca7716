import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import Testing

/// One node on one float input `x` and constants, with the result that the standard asks for.
struct OperatorExample: CustomTestStringConvertible, Sendable {
  let title: String
  let type: String
  let opset: Int
  let x: TestTensor
  let constants: [ONNXTensorProto]
  let attributes: [ONNXAttributeProto]
  let expected: TestTensor
  /// Where `x` stands among the inputs; `nil` constants are inputs left out.
  let inputs: [String]

  init(
    _ title: String,
    _ type: String,
    opset: Int = 17,
    _ x: TestTensor,
    _ constants: [ONNXTensorProto] = [],
    _ attributes: [ONNXAttributeProto] = [],
    inputs: [String]? = nil,
    gives expected: TestTensor
  ) {
    self.title = title
    self.type = type
    self.opset = opset
    self.x = x
    self.constants = constants
    self.attributes = attributes
    self.inputs = inputs ?? ["x"] + constants.map(\.name)
    self.expected = expected
  }

  var testDescription: String { "\(type): \(title)" }

  /// The model in which `x` is an input, or an initializer when `isFolded`.
  func model(isFolded: Bool) -> ONNXTestModel {
    var model = ONNXTestModel(opset: opset)
    if isFolded {
      model.floats("x", x.values.map(Float.init), x.shape)
      model.input("unused", [1])
    } else {
      model.input("x", x.shape)
    }
    for constant in constants { model.constant(constant) }
    model.node(type, inputs, ["y"], attributes)
    model.output("y")
    return model
  }
}
