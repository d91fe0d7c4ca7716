import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("QONNX quantizers")
struct QONNXOperatorsTests {
  private func model(
    _ x: [Float]? = nil,
    count: Int = 4,
    scale: [Float] = [0.5],
    zeroPoint: Float = 0,
    bits: Float = 4,
    _ attributes: [ONNXAttributeProto] = [],
    type: String = "Quant",
    domain: String = "qonnx.custom_op.general"
  ) -> ONNXTestModel {
    var model = ONNXTestModel()
    if let x {
      model.input("unused", [1])
      model.floats("x", x, [1, x.count])
    } else {
      model.input("x", [1, count])
    }
    model.floats("s", scale, scale.count == 1 ? [] : [scale.count])
    model.floats("z", [zeroPoint], [])
    model.floats("n", [bits], [])
    let inputs = type == "BipolarQuant" ? ["x", "s"] : ["x", "s", "z", "n"]
    model.node(type, inputs, ["y"], attributes, name: "/quant", domain: domain)
    model.output("y")
    return model
  }

  private func types(_ model: ONNXTestModel) throws -> [IntegerType] {
    let graph = try model.graph()
    return graph.values.compactMap { graph.type(of: $0).integer }
  }

  @Test("signed and unsigned, narrow or not", arguments: [true, false], [true, false])
  func range(isSigned: Bool, isNarrow: Bool) throws {
    let attributes: [ONNXAttributeProto] = [
      .int("signed", isSigned ? 1 : 0), .int("narrow", isNarrow ? 1 : 0),
    ]
    let model = model(bits: 3, attributes)
    let lowest: Double = isSigned ? (isNarrow ? -3 : -4) : 0
    let highest: Double = isSigned ? 3 : (isNarrow ? 6 : 7)
    let found = try model.evaluate(["x": [-100, 100, 0.75, -0.25]]).values
    #expect(found == [lowest / 2, highest / 2, 1, 0])
    #expect(try types(model) == [isSigned ? .i(3) : .u(3)])
  }

  @Test("an odd zero point is added before the rounding, which moves ties")
  func zeroPoint() throws {
    let attributes: [ONNXAttributeProto] = [.int("signed", 0), .int("narrow", 0)]
    // 0.25 / ½ + 1 = 1½ goes to 2.
    let found = try model(zeroPoint: 1, attributes).evaluate(["x": [0.25, 0.75, -9, 9]])
    #expect(found.values == [0.5, 0.5, -0.5, 7])
  }

  @Test("scales per channel, narrow")
  func channels() throws {
    let model = model(count: 2, scale: [0.5, 2], bits: 2, [.int("narrow", 1)])
    #expect(try model.evaluate(["x": [-9, 3]]).values == [-0.5, 2])
    #expect(try model.evaluate(["x": [0.25, -9]]).values == [0, -2])
  }

  @Test(
    "weights have every rounding mode, as codes of their own width",
    arguments: [
      ("ROUND", [0, 2, -2, 1]), ("CEIL", [1, 2, -1, 2]), ("FLOOR", [0, 1, -2, 1]),
      ("UP", [1, 2, -2, 2]), ("DOWN", [0, 1, -1, 1]), ("HALF_UP", [1, 2, -2, 1]),
      ("HALF_DOWN", [0, 1, -1, 1]),
    ]
  )
  func modes(mode: String, codes: [Int]) throws {
    let model = model([0.25, 0.75, -0.75, 0.7], bits: 3, [.string("rounding_mode", mode)])
    let graph = try model.graph()
    let found = graph.values.compactMap { graph.constant($0)?.integers }
    #expect(found == [codes])
    #expect(try types(model) == [.i(3)])
  }

  @Test("another rounding of activations is refused by name, and so are dropped bits")
  func refusals() {
    let floor = model(bits: 4, [.string("rounding_mode", "FLOOR")])
    #expect { try floor.graph() } throws: { "\($0)".contains("FLOOR") }
    let odd = model(bits: 2.5)
    #expect { try odd.graph() } throws: { "\($0)".contains("2.5 bits") }
    let half = model(zeroPoint: 0.5)
    #expect { try half.graph() } throws: { "\($0)".contains("no integer") }
  }

  @Test("two values: −s and s", arguments: ["BipolarQuant", "Quant"])
  func signs(type: String) throws {
    let expected: [Double] = [0.5, -0.5, 0.5, -0.5]
    let weights = model([0, -3, 2, -1e-30], bits: 1, type: type, domain: "onnx.brevitas")
    #expect(try weights.evaluate([:]).values == expected)
    let activations = model(bits: 1, type: type)
    #expect(try activations.evaluate(["x": [0, -3, 2, -1e-20]]).values == expected)
  }
}
