import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import SwiftProtobuf
import Testing

@Suite("ONNX graphs")
struct ONNXGraphTests {
  @Test("a dynamic first axis is the batch and becomes 1")
  func dynamicBatch() throws {
    var model = ONNXTestModel()
    model.input("x", [nil, 4])
    // The shape arithmetic that exporters write for a view(batch, 2, 2).
    model.node("Shape", ["x"], ["s"])
    model.constant(.integers("zero", [0], []))
    model.node("Gather", ["s", "zero"], ["b"])
    model.integers("axes", [0])
    model.node("Unsqueeze", ["b", "axes"], ["bs"])
    model.integers("rest", [2, 2])
    model.node("Concat", ["bs", "rest"], ["target"], [.int("axis", 0)])
    model.node("Reshape", ["x", "target"], ["y"])
    model.output("y")
    let graph = try model.graph()
    #expect(graph.nodes.count == 2)
    #expect(graph.type(of: graph.outputs[0].value) == ValueType(.real, [1, 2, 2]))
  }

  @Test("another dynamic axis is an error that says which, unless its extent is given")
  func dynamicAxis() throws {
    var model = ONNXTestModel()
    model.input("x", [nil, 4, nil])
    model.node("Relu", ["x"], ["y"])
    model.output("y")
    let error = #expect(throws: ImportError.self) { try model.graph() }
    #expect(error?.description.contains("input x: the dynamic extent n2 of axis 2") == true)
    let graph = try model.graph(dimensions: ["n2": 7, "n0": 2])
    #expect(graph.type(of: graph.inputs[0]).shape == [2, 4, 7])
  }

  @Test("an output is declared with the dimensions that its nodes make, or unknown ones")
  func declaredOutput() throws {
    func outcome(_ input: [Int?], _ output: [Int?]) -> String {
      var model = ONNXTestModel()
      model.input("x", input)
      model.node("Relu", ["x"], ["y"])
      model.output("y")
      model.declareOutput(output)
      do { return "\(try model.graph().outputs.count)" } catch { return "\(error)" }
    }
    let right: [([Int?], [Int?])] = [
      ([1, 4], [1, 4]), ([1, 4], [nil, 4]), ([1, 4], [1, nil]), ([1, 4], [1, -1]),
      ([nil, 4], [8, 4]), ([nil, 4], [nil, nil]),
    ]
    for (input, output) in right { #expect(outcome(input, output) == "1", "\(input) \(output)") }
    let wrong: [([Int?], [Int?])] = [
      ([1, 4], [1, 5]), ([1, 4], [2, 4]), ([1, 4], [4]), ([1, 4], []), ([1, 4], [1, 4, nil]),
      ([nil, 4], [nil, 5]), ([1, 4], [1, 0]),
    ]
    for (input, output) in wrong {
      let message = outcome(input, output)
      #expect(message.contains("output y: expected ["), "\(message)")
      #expect(message.contains("found [1, 4]"), "\(message)")
    }
  }

  @Test("the chain that exporters write for expand folds to a constant")
  func expandChain() throws {
    var model = ONNXTestModel()
    model.input("x", [1, 2, 2])
    model.floats("token", [5, 6], [1, 1, 2])
    model.integers("asked", [1, -1, -1])
    model.integers("three", [3])
    model.constant(.integers("minus", [-1], []))
    let one = ONNXAttributeProto.tensor("value", .integers("", [1], [1]))
    model.node("ConstantOfShape", ["three"], ["ones"], [one])
    model.node("Mul", ["ones", "minus"], ["minuses"])
    model.node("Equal", ["asked", "minuses"], ["isOpen"])
    model.node("Where", ["isOpen", "ones", "asked"], ["target"])
    model.node("Expand", ["token", "target"], ["stretched"])
    model.node("Concat", ["stretched", "x"], ["y"], [.int("axis", 1)], name: "/concat")
    model.output("y")
    let graph = try model.graph()
    #expect(graph.values.map { graph[$0].operation.name } == ["input", "constant", "concat"])
    #expect(try model.evaluate(["x": [1, 2, 3, 4]]) == TestTensor([5, 6, 1, 2, 3, 4], [1, 3, 2]))
  }

  @Test("the scale of attention, computed from a shape, folds in float32")
  func scaleChain() throws {
    var model = ONNXTestModel()
    model.input("x", [1, 64])
    model.integers("start", [-1])
    model.integers("end", [Int.max])
    model.node("Shape", ["x"], ["s"])
    model.node("Slice", ["s", "start", "end"], ["d"])
    model.node("Cast", ["d"], ["f"], [.int("to", 1)])
    model.node("Sqrt", ["f"], ["r"])
    model.floats("one", [1], [1])
    model.node("Div", ["one", "r"], ["q"])
    model.node("Sqrt", ["q"], ["c"])
    model.node("Mul", ["x", "c"], ["y"])
    model.output("y")
    let graph = try model.graph()
    let constants = graph.values.compactMap { graph.constant($0) }
    #expect(constants == [Tensor([Float(0.125).squareRoot()], shape: [1])])
  }

  @Test("Split gives one part per output, each under its name")
  func split() throws {
    var model = ONNXTestModel()
    model.input("x", [1, 6])
    model.node("Split", ["x"], ["a", "b", "c"], [.int("axis", 1)], name: "/split")
    model.node("Add", ["a", "c"], ["y"])
    model.output("y")
    model.output("b")
    let graph = try model.graph()
    #expect(try model.evaluate(["x": [1, 2, 3, 4, 5, 6]]).values == [6, 8])
    let names = Set(graph.values.compactMap { graph.name(of: $0) })
    #expect(names.isSuperset(of: ["/split", "b", "c"]))
  }

  @Test("num_outputs leaves the last part smaller")
  func unevenSplit() throws {
    var model = ONNXTestModel(opset: 18)
    model.input("x", [5])
    model.node("Split", ["x"], ["a", "y"], [.int("num_outputs", 2)])
    model.output("y")
    #expect(try model.evaluate(["x": [1, 2, 3, 4, 5]]).values == [4, 5])
  }

  @Test(
    "every form of Constant is read",
    arguments: [
      ONNXAttributeProto.tensor("value", .floats("", [2], [1])), .float("value_float", 2),
      .floats("value_floats", [2]),
    ]
  )
  func constants(attribute: ONNXAttributeProto) throws {
    var model = ONNXTestModel()
    model.input("x", [1])
    model.node("Constant", [], ["c"], [attribute])
    model.node("Mul", ["x", "c"], ["y"])
    model.output("y")
    #expect(try model.evaluate(["x": [3]]).values == [6])
  }

  @Test(
    "integers come as a number or as a list",
    arguments: [ONNXAttributeProto.int("value_int", 2), .ints("value_ints", [2])]
  )
  func integerConstants(attribute: ONNXAttributeProto) throws {
    var model = ONNXTestModel()
    model.input("x", [1, 2])
    model.node("Constant", [], ["c"], [attribute])
    model.node("Pow", ["x", "c"], ["y"])
    model.output("y")
    #expect(try model.evaluate(["x": [3, 4]]).values == [9, 16])
  }

  @Test("Range, Less, And and Not fold", arguments: [20])
  func masks(opset: Int) throws {
    var model = ONNXTestModel(opset: opset)
    model.input("x", [4])
    model.constant(.integers("start", [0], []))
    model.constant(.integers("limit", [8], []))
    model.constant(.integers("delta", [2], []))
    model.node("Range", ["start", "limit", "delta"], ["r"])
    model.constant(.integers("five", [5], []))
    model.node("Less", ["r", "five"], ["a"])
    model.node("Greater", ["r", "start"], ["b"])
    model.node("And", ["a", "b"], ["both"])
    model.node("Not", ["both"], ["mask"])
    model.floats("c", [0], [])
    model.node("Where", ["mask", "c", "x"], ["y"])
    model.output("y")
    #expect(try model.evaluate(["x": [1, 2, 3, 4]]).values == [0, 2, 3, 0])
  }

  @Test("nodes out of order are put in order")
  func unsorted() throws {
    var model = ONNXTestModel()
    model.input("x", [1])
    model.node("Neg", ["h"], ["y"])
    model.node("Abs", ["x"], ["h"])
    model.output("y")
    #expect(try model.evaluate(["x": [-3]]).values == [-3])
  }

  @Test("nodes that no output depends on are left out, whatever they are")
  func deadNodes() throws {
    var model = ONNXTestModel()
    model.input("x", [1])
    model.node("Abs", ["x"], ["y"])
    model.node("Mystery", ["x"], ["z"])
    model.node("Neg", ["x"], ["n"])
    model.output("y")
    #expect(try model.graph().nodes.count == 2)
  }

  @Test("an initializer listed among the inputs is a constant")
  func initializerInput() throws {
    var model = ONNXTestModel()
    model.input("x", [1])
    model.input("c", [1])
    model.floats("c", [2], [1])
    model.node("Mul", ["x", "c"], ["y"])
    model.output("y")
    #expect(try model.evaluate(["x": [3]]).values == [6])
  }

  @Test("narrow integers enter as they are and become reals by Cast")
  func integerInput() throws {
    var model = ONNXTestModel()
    model.input("x", [2], type: 2)
    model.node("Cast", ["x"], ["f"], [.int("to", 1)])
    model.node("Neg", ["f"], ["y"])
    model.output("y")
    let graph = try model.graph()
    let result = try Oracle<Double>(graph).run(["x": .integer([3, 255])])
    #expect(result["y"]?.reals == [-3, -255])
  }

  @Test("half-precision and double initializers keep their values", arguments: [10, 16, 11])
  func realTypes(type: Int32) throws {
    let bytes: [Int32: [UInt8]] = [
      10: [0x00, 0x3E], 16: [0xC0, 0x3F], 11: [0, 0, 0, 0, 0, 0, 0xF8, 0x3F],
    ]
    var model = ONNXTestModel()
    model.input("x", [1])
    model.constant(.raw("c", type, [1], bytes[type] ?? []))
    model.node("Mul", ["x", "c"], ["y"])
    model.output("y")
    #expect(try model.evaluate(["x": [2]]).values == [3])
  }

  @Test("elements in typed fields are read like raw ones")
  func typedFields() throws {
    let tensors: [ONNXTensorProto] = [
      .with {
        $0.elementType = 1; $0.floatData = [1.5, -2]
      },
      .with {
        $0.elementType = 11; $0.doubleData = [1.5, -2]
      },
      .with {
        $0.elementType = 10; $0.int32Data = [0x3E00, 0xC000]
      },
      .with {
        $0.elementType = 16; $0.int32Data = [0x3FC0, 0xC000]
      },
    ]
    for var tensor in tensors {
      tensor.name = "c"
      tensor.extents = [2]
      var model = ONNXTestModel()
      model.input("x", [2])
      model.constant(tensor)
      model.node("Mul", ["x", "c"], ["y"])
      model.output("y")
      #expect(try model.evaluate(["x": [1, 1]]).values == [1.5, -2])
    }
  }

  @Test("ten thousand nodes in a chain need no deep stack")
  func longChain() throws {
    var model = ONNXTestModel()
    model.input("h0", [1])
    for index in 0..<10_000 { model.node("Neg", ["h\(index)"], ["h\(index + 1)"]) }
    model.proto.graph.nodes.reverse()
    model.output("h10000")
    #expect(try model.graph().nodes.count == 10_001)
  }
}
