import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("ONNX quantization")
struct QuantizationOperatorsTests {
  /// A model that quantizes and dequantizes its input.
  private func model(
    scale: [Float] = [0.5],
    zeroPoint: ONNXTensorProto? = nil,
    shape: [Int] = [2, 2],
    opset: Int = 21,
    _ attributes: [ONNXAttributeProto] = []
  ) -> ONNXTestModel {
    var model = ONNXTestModel(opset: opset)
    model.input("x", shape)
    model.floats("s", scale, scale.count == 1 ? [] : [scale.count])
    if let zeroPoint { model.constant(zeroPoint) }
    let inputs = ["s"] + (zeroPoint.map { [$0.name] } ?? [])
    model.node("QuantizeLinear", ["x"] + inputs, ["q"], attributes, name: "/quantize")
    let axis = attributes.filter { $0.name == "axis" }
    model.node("DequantizeLinear", ["q"] + inputs, ["y"], axis, name: "/dequantize")
    model.output("y")
    return model
  }

  private func quantizer(_ graph: Graph) -> (Quantizer, name: String?)? {
    for value in graph.values {
      if case .quantize(let quantizer) = graph[value].operation {
        return (quantizer, graph.name(of: value))
      }
    }
    return nil
  }

  @Test("rounds half to even, then shifts, then clamps")
  func rounding() throws {
    let zero = ONNXTensorProto.uint8("z", [1], [])
    let result = try model(zeroPoint: zero).evaluate(["x": [0.25, 0.75, -9, 1000]])
    #expect(result == TestTensor([0, 1, -0.5, 127], [2, 2]))
  }

  @Test(
    "takes the type of the codes from the zero point",
    arguments: [
      (Int32(2), IntegerType.u8, [UInt8(3)], 3), (3, .i8, [0xFD], -3), (4, .u(16), [0, 1], 256),
      (5, .i(16), [0xFF, 0xFF], -1), (21, .u(4), [0x0F], 15), (22, .i(4), [0x0F], -1),
      (25, .u(2), [0x03], 3), (26, .i(2), [0x02], -2),
    ]
  )
  func types(element: Int32, type: IntegerType, bytes: [UInt8], zeroPoint: Int) throws {
    let zero = ONNXTensorProto.raw("z", element, [], bytes)
    let found = try #require(quantizer(model(zeroPoint: zero).graph()))
    #expect(found.0.type == type)
    #expect(found.0.zeroPoint.uniform == zeroPoint)
    #expect(found.name == "/quantize")
  }

  @Test("makes uint8 codes around zero when no zero point is given")
  func defaultType() throws {
    let found = try #require(quantizer(model().graph()))
    #expect(found.0.type == .u8 && found.0.zeroPoint.uniform == 0)
  }

  @Test("obeys output_dtype when no zero point is given")
  func outputType() throws {
    let found = try #require(quantizer(model([.int("output_dtype", 22)]).graph()))
    #expect(found.0.type == .i(4))
  }

  @Test("keeps the exact value of a float32 scale")
  func exactScale() throws {
    let found = try #require(quantizer(model(scale: [0.1]).graph()))
    #expect(found.0.scale.uniform == Rational(exactly: Float(0.1)))
  }

  @Test("puts scales on the axis that the node names, 1 by default", arguments: [nil, 0, -1, 2])
  func axis(named: Int?) throws {
    let zero = ONNXTensorProto.int8("z", [0, 5], [2])
    let attributes = named.map { [ONNXAttributeProto.int("axis", $0)] } ?? []
    let model = model(scale: [0.5, 2], zeroPoint: zero, shape: [2, 2, 2], attributes)
    let found = try #require(quantizer(model.graph()))
    let expected = [nil: [2, 1], 0: [2, 1, 1], -1: [2], 2: [2]][named]
    #expect(found.0.scale.shape == expected)
    #expect(found.0.zeroPoint.shape == expected)
    let result = try model.evaluate(["x": [Double](repeating: 4, count: 8)])
    #expect(result.values == [Double](repeating: 4, count: 8))
  }

  @Test("a negative scale is legal")
  func negativeScale() throws {
    let zero = ONNXTensorProto.int8("z", [0], [])
    let result = try model(scale: [-1], zeroPoint: zero).evaluate(["x": [1, 2, -3, 0]])
    #expect(result.values == [1, 2, -3, 0])
  }

  @Test("keeps quantized weights as integers", arguments: [0, 1])
  func weights(axis: Int) throws {
    var model = ONNXTestModel()
    model.input("x", [1, 2])
    model.constant(.int8("w", [1, -2, 3, 4], [2, 2]))
    model.floats("s", [0.5, 2], [2])
    model.constant(.int8("z", [0, 0], [2]))
    model.node("DequantizeLinear", ["w", "s", "z"], ["d"], [.int("axis", axis)], name: "/w")
    model.node("MatMul", ["x", "d"], ["y"], name: "/product")
    model.output("y")
    let graph = try model.graph()
    let codes = try #require(graph.values.compactMap { graph.constant($0) }.first)
    #expect(codes == Tensor([1, -2, 3, 4], .i8, shape: [2, 2]))
    #expect(graph.values.compactMap { graph.name(of: $0) } == ["x", "w", "/w", "/product"])
    let expected: [Double] = axis == 0 ? [6.5, 7] : [2, 4]
    #expect(try model.evaluate(["x": [1, 1]]).values == expected)
  }

  @Test("turns a real weight that the model quantizes into codes, ties decided exactly")
  func quantizedConstant() throws {
    var model = ONNXTestModel()
    model.input("x", [1])
    // 0.15 / 0.1 is above or below 3/2 by less than float division can tell.
    model.floats("w", [0.15, 0.25, 300, -300], [4])
    model.floats("s", [0.1], [])
    model.constant(.int8("z", [0], []))
    model.node("QuantizeLinear", ["w", "s", "z"], ["q"])
    model.node("DequantizeLinear", ["q", "s", "z"], ["d"])
    model.node("Mul", ["x", "d"], ["y"])
    model.output("y")
    let graph = try model.graph()
    let exact = try [0.15, 0.25].map { (value: Float) in
      let ratio = try #require(Rational(exactly: value)) / #require(Rational(exactly: Float(0.1)))
      return Int(ratio.roundedHalfEven)
    }
    let codes = graph.values.compactMap { graph.constant($0)?.integers }
    #expect(codes == [exact + [127, -128]])
  }

  @Test("INT4 and UINT4 pack two codes to a byte, the first in the low half")
  func packing() throws {
    for (type, expected) in [(Int32(21), [1.0, 15, 8]), (22, [1, -1, -8])] {
      var model = ONNXTestModel(opset: 21)
      model.input("x", [3])
      model.constant(.raw("w", type, [3], [0xF1, 0x08]))
      model.floats("s", [1], [])
      model.node("DequantizeLinear", ["w", "s"], ["d"])
      model.node("Mul", ["x", "d"], ["y"])
      model.output("y")
      #expect(try model.evaluate(["x": [1, 1, 1]]).values == expected)
    }
  }

  @Test("codes move through layout operators")
  func layout() throws {
    var model = ONNXTestModel()
    model.input("x", [2, 2])
    model.floats("s", [1], [])
    model.constant(.int8("z", [0], []))
    model.node("QuantizeLinear", ["x", "s", "z"], ["q"])
    model.node("Transpose", ["q"], ["t"])
    model.node("DequantizeLinear", ["t", "s", "z"], ["y"])
    model.output("y")
    #expect(try model.evaluate(["x": [1, 2, 3, 4]]).values == [1, 3, 2, 4])
  }

  @Test("an int32 bias dequantizes per channel")
  func bias() throws {
    var model = ONNXTestModel()
    model.input("x", [1, 2])
    model.constant(.raw("b", 6, [2], [0, 1, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]))
    model.floats("s", [0.5, 2], [2])
    model.node("DequantizeLinear", ["b", "s"], ["d"], [.int("axis", 0)])
    model.node("Add", ["x", "d"], ["y"])
    model.output("y")
    #expect(try model.evaluate(["x": [0, 0]]).values == [128, -2])
  }

  /// Codes that `Clip` limits between quantizing and dequantizing.
  private func limited(_ lower: UInt8, _ upper: UInt8) -> ONNXTestModel {
    var model = ONNXTestModel()
    model.input("x", [2, 2])
    model.floats("s", [0.5], [])
    model.constant(.uint8("z", [1], []))
    model.constant(.uint8("low", [lower], []))
    model.constant(.uint8("high", [upper], []))
    model.node("QuantizeLinear", ["x", "s", "z"], ["q"], name: "/quantize")
    model.node("Clip", ["q", "low", "high"], ["c"], name: "/clip")
    model.node("DequantizeLinear", ["c", "s", "z"], ["y"])
    model.output("y")
    return model
  }

  @Test("codes limited to those of a narrower type are a quantizer to it", arguments: 1...8)
  func limits(bits: Int) throws {
    let model = limited(0, UInt8((1 << bits) - 1))
    let graph = try model.graph()
    let found = try #require(quantizer(graph))
    #expect(found.0 == Quantizer(.u(bits), scale: found.0.scale, zeroPoint: ZeroPoint(1)))
    #expect(found.name == "/quantize")
    #expect(graph.values.count { graph[$0].operation.isQuantize } == 1)
    let largest = Double((1 << bits) - 2) / 2
    #expect(try model.evaluate(["x": [0, -9, 1000, -0.25]]).values == [0, -0.5, largest, 0])
  }

  @Test("other limits of codes limit the reals before", arguments: [(0, 14), (1, 15), (3, 255)])
  func otherLimits(lower: UInt8, upper: UInt8) throws {
    let model = limited(lower, upper)
    let ends = [lower, upper].map { (Double($0) - 1) / 2 }
    let found = try model.evaluate(["x": [0, -9, 1000, 1.5]]).values
    #expect(found == [max(0, ends[0]), ends[0], ends[1], 1.5])
  }

  @Test("a table of codes at codes is a lookup, negative ones from the table's end")
  func lookup() throws {
    var model = ONNXTestModel()
    model.input("x", [3])
    model.floats("s", [1], [])
    model.constant(.raw("z", 22, [], [0]))
    model.constant(.uint8("table", Array(0..<16), [16]))
    model.node("QuantizeLinear", ["x", "s", "z"], ["q"])
    model.node("Cast", ["q"], ["i"], [.int("to", 7)])
    model.node("Gather", ["table", "i"], ["k"], name: "/lookup")
    model.node("DequantizeLinear", ["k", "s"], ["y"])
    model.output("y")
    let graph = try model.graph()
    #expect(graph.names.values.contains("/lookup"))
    #expect(try model.evaluate(["x": [0, 7, -8]]).values == [0, 7, 8])
    #expect(try model.evaluate(["x": [-1, 1, -7]]).values == [15, 1, 9])
  }

  @Test("a table with fewer entries than there are codes is refused")
  func shortTable() {
    var model = ONNXTestModel()
    model.input("x", [3])
    model.floats("s", [1], [])
    model.constant(.uint8("table", Array(0..<16), [16]))
    model.node("QuantizeLinear", ["x", "s"], ["q"])
    model.node("Cast", ["q"], ["i"], [.int("to", 7)])
    model.node("Gather", ["table", "i"], ["y"])
    model.output("y")
    let error = #expect(throws: ImportError.self) { try model.graph() }
    #expect(error?.description.contains("each of the 256 codes of u8") == true)
  }

  @Test("an exponent may be a dequantized constant, as quantizers of all operators write it")
  func exponent() throws {
    var model = ONNXTestModel()
    model.input("x", [3])
    model.floats("s", [2 / 255], [])
    model.constant(.uint8("z", [0], []))
    model.constant(.uint8("two", [255], []))
    model.node("DequantizeLinear", ["two", "s", "z"], ["e"])
    model.node("Pow", ["x", "e"], ["y"], name: "/square")
    model.output("y")
    #expect(try model.evaluate(["x": [-3, 0.5, 2]]).values == [9, 0.25, 4])
    let graph = try model.graph()
    #expect(graph.values.contains { graph[$0].operation == .function(.power(2)) })
  }
}
