import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Quantization in elementary steps")
struct RoundRecognitionTests {
  /// `x [1, 4]`, or weights `x [2, 2]`, and numbers by name.
  private func model(_ numbers: [String: Float], weights: [Float]? = nil) -> ONNXTestModel {
    var model = ONNXTestModel()
    model.input(weights == nil ? "x" : "unused", [1, 4])
    if let weights { model.floats("x", weights, [2, 2]) }
    for (name, value) in numbers.sorted(by: { $0.key < $1.key }) {
      model.floats(name, [value], [])
    }
    model.output("y")
    return model
  }

  /// What the graph consists of, without inputs and constants.
  private func operations(_ model: ONNXTestModel) throws -> [String] {
    let graph = try model.graph()
    return graph.values.map { graph[$0].operation.name }
      .filter { $0 != "input" && $0 != "constant" }
  }

  private func quantizer(_ model: ONNXTestModel) throws -> Quantizer? {
    let graph = try model.graph()
    for value in graph.values {
      if case .quantize(let quantizer) = graph[value].operation { return quantizer }
    }
    return nil
  }

  private let x: [Double] = [0.25, 1.3, -50, 50]

  @Test(
    "every order of zero point and limits is one quantizer and its dequantizer",
    arguments: 0..<5
  )
  func orders(order: Int) throws {
    let numbers: [String: Float] = ["s": 0.5, "r": 2, "z": 4, "a": 0, "b": 15, "l": -4, "h": 11]
    var model = model(numbers)
    switch order {
    case 0:  // x/s + z, limits, rounding
      model.node("Div", ["x", "s"], ["1"])
      model.node("Add", ["1", "z"], ["2"])
      model.node("Clip", ["2", "a", "b"], ["3"])
      model.node("Round", ["3"], ["4"], name: "/round")
      model.node("Sub", ["4", "z"], ["5"])
    case 1:  // x·(1/s), rounding, + z, limits
      model.node("Mul", ["r", "x"], ["1"])
      model.node("Round", ["1"], ["2"], name: "/round")
      model.node("Add", ["z", "2"], ["3"])
      model.node("Clip", ["3", "a", "b"], ["4"])
      model.node("Sub", ["4", "z"], ["5"])
    case 2:  // limits before the zero point
      model.node("Div", ["x", "s"], ["1"])
      model.node("Round", ["1"], ["2"], name: "/round")
      model.node("Max", ["2", "l"], ["3"])
      model.node("Min", ["3", "h"], ["5"])
    case 3:  // Min and Max before the rounding
      model.node("Div", ["x", "s"], ["1"])
      model.node("Min", ["1", "h"], ["2"])
      model.node("Max", ["2", "l"], ["3"])
      model.node("Round", ["3"], ["5"], name: "/round")
    default:  // as a gradient is sent past the rounding
      model.node("Div", ["x", "s"], ["1"])
      model.node("Clip", ["1", "l", "h"], ["2"])
      model.node("Round", ["2"], ["3"], name: "/round")
      model.node("Sub", ["3", "2"], ["4"])
      model.node("Add", ["4", "2"], ["5"])
    }
    model.node("Mul", ["5", "s"], ["y"])
    #expect(try model.evaluate(["x": x]).values == [0, 1.5, -2, 5.5])
    #expect(try operations(model) == ["quantize", "dequantize"])
    let quantizer = try #require(try quantizer(model))
    #expect(quantizer.type == .u(4) && quantizer.zeroPoint.uniform == 4)
    let graph = try model.graph()
    #expect(graph.values.contains { graph.name(of: $0) == "/round" })
  }

  @Test(
    "an odd zero point before the rounding moves ties, after it does not",
    arguments: [true, false]
  )
  func ties(isBefore: Bool) throws {
    var model = model(["s": 0.5, "z": 3, "a": 0, "b": 15])
    model.node("Div", ["x", "s"], ["1"])
    model.node(isBefore ? "Add" : "Round", isBefore ? ["1", "z"] : ["1"], ["2"])
    model.node(isBefore ? "Round" : "Add", isBefore ? ["2"] : ["2", "z"], ["3"])
    model.node("Clip", ["3", "a", "b"], ["y"])
    #expect(try model.evaluate(["x": x]).values == [isBefore ? 4 : 3, 6, 0, 15])
    let placement: ZeroPointPlacement = isBefore ? .beforeRounding : .afterRounding
    #expect(try quantizer(model)?.placement == placement)
  }

  @Test("limits that are not a type's limit the reals")
  func narrow() throws {
    var model = model(["s": 0.5, "l": -7, "h": 7])
    model.node("Div", ["x", "s"], ["1"])
    model.node("Clip", ["1", "l", "h"], ["2"])
    model.node("Round", ["2"], ["3"])
    model.node("Mul", ["3", "s"], ["y"])
    #expect(try model.evaluate(["x": x]).values == [0, 1.5, -3.5, 3.5])
    #expect(try quantizer(model)?.type == .i(4))
  }

  @Test("weights become codes with scales per channel")
  func weights() throws {
    var model = model(["l": -8, "h": 7], weights: [0.6, -9, 3, 0.2])
    model.floats("s", [0.5, 0.25], [2, 1])
    model.node("Div", ["x", "s"], ["1"])
    model.node("Clip", ["1", "l", "h"], ["2"])
    model.node("Round", ["2"], ["3"])
    model.node("Mul", ["3", "s"], ["y"])
    #expect(try model.evaluate([:]).values == [0.5, -4, 1.75, 0.25])
    let graph = try model.graph()
    let codes = graph.values.compactMap { graph.constant($0) }
    #expect(codes == [Tensor([1, -8, 7, 1], .i(4), shape: [2, 2])])
  }

  @Test(
    "dequantization in steps, of activations and weights, with integers or reals",
    arguments: [6, 1]
  )
  func dequantization(type: Int) throws {
    var model = ONNXTestModel()
    model.input("x", [1, 2])
    model.constant(.uint8("z", [3], []))
    model.floats("s", [0.5], [])
    model.floats("zf", [3], [])
    model.constant(.raw("zi", 6, [], [3, 0, 0, 0]))
    model.constant(.int8("w", [1, -2, 3, 4], [2, 2]))
    model.floats("ws", [0.5, 2], [1, 2])
    model.node("QuantizeLinear", ["x", "s", "z"], ["q"])
    model.node("Cast", ["q"], ["1"], [.int("to", type)])
    model.node("Sub", ["1", type == 6 ? "zi" : "zf"], ["2"])
    model.node("Cast", ["2"], ["3"], [.int("to", 1)])
    model.node("Mul", ["3", "s"], ["a"])
    model.node("Cast", ["w"], ["4"], [.int("to", 1)])
    model.node("Mul", ["4", "ws"], ["b"])
    model.node("MatMul", ["a", "b"], ["y"])
    model.output("y")
    #expect(try model.evaluate(["x": [1, 2]]).values == [3.5, 12])
    #expect(try operations(model) == ["quantize", "dequantize", "dequantize", "matmul"])
  }

  @Test("quantization in steps ends in a cast")
  func cast() throws {
    var model = model(["s": 0.5, "z": 8, "a": 0, "b": 15])
    model.constant(.uint8("zq", [8], []))
    model.node("Div", ["x", "s"], ["1"])
    model.node("Round", ["1"], ["2"])
    model.node("Add", ["2", "z"], ["3"])
    model.node("Clip", ["3", "a", "b"], ["4"])
    model.node("Cast", ["4"], ["5"], [.int("to", 2)])
    model.node("DequantizeLinear", ["5", "s", "zq"], ["y"])
    #expect(try model.evaluate(["x": x]).values == [0, 1.5, -4, 3.5])
    #expect(try operations(model) == ["quantize", "dequantize"])
  }

  @Test("a rounding without limits on both sides is refused by name", arguments: [0, 1, 2])
  func open(limits: Int) {
    var model = model(["l": -8])
    if limits == 1 {
      model.node("Max", ["x", "l"], ["1"])
    } else {
      model.node("Identity", ["x"], ["1"])
    }
    model.node("Round", ["1"], ["2"], name: "/round")
    model.node(limits == 2 ? "Max" : "Mul", ["2", "l"], ["y"])
    #expect { try model.graph() } throws: { "\($0)".contains("/round") && "\($0)".contains("Clip") }
  }

  @Test("a limit on codes that no type has, between QuantizeLinear and DequantizeLinear")
  func codes() throws {
    var model = model(["s": 0.5])
    model.constant(.int8("z", [0], []))
    model.constant(.int8("l", [-7], []))
    model.constant(.int8("h", [7], []))
    model.node("QuantizeLinear", ["x", "s", "z"], ["1"])
    model.node("Clip", ["1", "l", "h"], ["2"])
    model.node("DequantizeLinear", ["2", "s", "z"], ["y"])
    #expect(try model.evaluate(["x": x]).values == [0, 1.5, -3.5, 3.5])
  }

  @Test("limits on codes of weights are their width")
  func weightCodes() throws {
    var model = ONNXTestModel()
    model.input("x", [1, 2])
    model.floats("s", [0.5], [])
    model.constant(.int8("z", [0], []))
    model.constant(.int8("w", [1, -9, 3, 9], [2, 2]))
    model.constant(.int8("l", [-3], []))
    model.constant(.int8("h", [3], []))
    model.node("Clip", ["w", "l", "h"], ["c"])
    model.node("DequantizeLinear", ["c", "s", "z"], ["d"])
    model.node("MatMul", ["x", "d"], ["y"])
    model.output("y")
    let graph = try model.graph()
    let codes = graph.values.compactMap { graph.constant($0) }
    #expect(codes == [Tensor([1, -3, 3, 3], .i(3), shape: [2, 2])])
  }
}
