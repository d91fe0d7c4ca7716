import Foundation
import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Recognition of functions in elementary steps")
struct FunctionRecognitionTests {
  /// A model of one input `x [2, 3]` with scalar constants by name.
  private func model(_ constants: [String: Float]) -> ONNXTestModel {
    var model = ONNXTestModel()
    model.input("x", [2, 3])
    for (name, value) in constants.sorted(by: { $0.key < $1.key }) {
      model.floats(name, [value], [])
    }
    model.output("y")
    return model
  }

  /// The operations of a graph, without inputs and constants.
  private func operations(_ model: ONNXTestModel) throws -> [String] {
    let graph = try model.graph()
    return graph.values.map { graph[$0].operation.name }.filter {
      $0 != "input" && $0 != "constant"
    }
  }

  /// x · ½ · (1 + erf(x / √2)) in one of its orders.
  private func gelu(order: Int, root: Float = 1.4142135, half: Float = 0.5) -> ONNXTestModel {
    var model = model(["root": root, "reciprocal": 1 / root, "one": 1, "half": half, "two": 2])
    if order == 1 {
      model.node("Mul", ["reciprocal", "x"], ["a"])
    } else {
      model.node("Div", ["x", "root"], ["a"])
    }
    model.node("Erf", ["a"], ["e"])
    model.node("Add", order == 1 ? ["one", "e"] : ["e", "one"], ["g"])
    switch order {
    case 0:
      model.node("Mul", ["x", "g"], ["p"])
      model.node("Mul", ["p", "half"], ["y"], name: "/gelu")
    case 1:
      model.node("Mul", ["half", "x"], ["p"])
      model.node("Mul", ["p", "g"], ["y"], name: "/gelu")
    case 2:
      model.node("Mul", ["g", "half"], ["p"])
      model.node("Mul", ["x", "p"], ["y"], name: "/gelu")
    default:
      model.node("Mul", ["x", "g"], ["p"])
      model.node("Div", ["p", "two"], ["y"], name: "/gelu")
    }
    return model
  }

  @Test("the Erf chain is a GELU in every order of its products", arguments: 0...3)
  func erfChain(order: Int) throws {
    let model = gelu(order: order)
    #expect(try operations(model) == ["gelu"])
    let graph = try model.graph()
    #expect(graph.name(of: graph.outputs[0].value) == "/gelu")
  }

  @Test("another root or another factor stays as it is")
  func nearMisses() throws {
    #expect(try !operations(gelu(order: 0, root: 1.4143)).contains("gelu"))
    #expect(try !operations(gelu(order: 0, half: 0.51)).contains("gelu"))
    #expect(try !operations(gelu(order: 1, root: 1.414)).contains("gelu"))
  }

  @Test("a gate of another value is no GELU")
  func otherGate() throws {
    var model = model(["root": 1.4142135, "one": 1, "half": 0.5])
    model.node("Neg", ["x"], ["n"])
    model.node("Div", ["n", "root"], ["a"])
    model.node("Erf", ["a"], ["e"])
    model.node("Add", ["e", "one"], ["g"])
    model.node("Mul", ["x", "g"], ["p"])
    model.node("Mul", ["p", "half"], ["y"])
    #expect(try !operations(model).contains("gelu"))
  }

  @Test("the operand of a GELU may itself be a product")
  func productOperand() throws {
    var model = model(["root": 1.4142135, "one": 1, "half": 0.5])
    model.floats("c", [1, 2, 3], [3])
    model.node("Mul", ["x", "c"], ["z"])
    model.node("Div", ["z", "root"], ["a"])
    model.node("Erf", ["a"], ["e"])
    model.node("Add", ["e", "one"], ["g"])
    model.node("Mul", ["z", "g"], ["p"])
    model.node("Mul", ["p", "half"], ["y"])
    #expect(try operations(model) == ["multiply", "gelu"])
  }

  @Test(
    "the tanh chain is a GELU with tanh, the cube as a power or as products",
    arguments: [true, false]
  )
  func tanhChain(power: Bool) throws {
    var model = model(["three": 3, "c": 0.044715, "r": 0.7978846, "one": 1, "half": 0.5])
    if power {
      model.node("Pow", ["x", "three"], ["cube"])
    } else {
      model.node("Mul", ["x", "x"], ["square"])
      model.node("Mul", ["square", "x"], ["cube"])
    }
    model.node("Mul", ["cube", "c"], ["scaled"])
    model.node("Add", ["x", "scaled"], ["sum"])
    model.node("Mul", ["sum", "r"], ["inner"])
    model.node("Tanh", ["inner"], ["t"])
    model.node("Add", ["t", "one"], ["g"])
    model.node("Mul", ["half", "x"], ["h"])
    model.node("Mul", ["h", "g"], ["y"])
    #expect(try operations(model) == ["gelu-tanh"])
  }

  @Test("x·sigmoid(α·x) is silu(α·x)/α, and x·sigmoid(x/β) is silu(x/β)·β")
  func quickGELU() throws {
    for (scaling, swaps) in [("Mul", false), ("Mul", true), ("Div", false)] {
      var model = model(["alpha": 1.702])
      model.node(scaling, swaps ? ["alpha", "x"] : ["x", "alpha"], ["a"])
      model.node("Sigmoid", ["a"], ["g"])
      model.node("Mul", swaps ? ["g", "x"] : ["x", "g"], ["y"], name: "/quick")
      let back = scaling == "Mul" ? "divide" : "multiply"
      #expect(try operations(model) == [scaling == "Mul" ? "multiply" : "divide", "silu", back])
      let graph = try model.graph()
      #expect(graph.name(of: graph.outputs[0].value) == "/quick")
      let x = [-3, -0.5, 0, 0.25, 1, 6]
      let found = try #require(try Oracle<Double>(graph).run(["x": .real(x)])["y"]?.reals)
      for (x, found) in zip(x, found) {
        let a = scaling == "Mul" ? x * Double(Float(1.702)) : x / Double(Float(1.702))
        #expect(abs(found - x / (1 + SystemMath.exp(-a))) < 1e-12)
      }
    }
    // Another value's gate, and one without a factor.
    var other = model(["alpha": 1.702])
    other.node("Neg", ["x"], ["n"])
    other.node("Mul", ["n", "alpha"], ["a"])
    other.node("Sigmoid", ["a"], ["g"])
    other.node("Mul", ["x", "g"], ["y"])
    #expect(try !operations(other).contains("silu"))
  }

  @Test("x·sigmoid(x) is a SiLU")
  func silu() throws {
    var model = model([:])
    model.node("Sigmoid", ["x"], ["g"])
    model.node("Mul", ["g", "x"], ["y"])
    #expect(try operations(model) == ["silu"])
  }

  /// Layer normalization in elementary steps, with the axis of the variance to get wrong.
  private func norm(varianceAxis: Int = -1, square: Bool = false) -> ONNXTestModel {
    var model = model(["two": 2, "epsilon": 1e-6])
    model.floats("gamma", [1, 2, 3], [3])
    model.floats("beta", [0.5, 0, -1], [3])
    model.node("ReduceMean", ["x"], ["m"], [.ints("axes", [-1])])
    model.node("Sub", ["x", "m"], ["d"])
    model.node(square ? "Mul" : "Pow", ["d", square ? "d" : "two"], ["q"])
    model.node("ReduceMean", ["q"], ["v"], [.ints("axes", [varianceAxis])])
    model.node("Add", ["v", "epsilon"], ["e"])
    model.node("Sqrt", ["e"], ["r"])
    model.node("Div", ["d", "r"], ["n"])
    model.node("Mul", ["n", "gamma"], ["s"])
    model.node("Add", ["s", "beta"], ["y"], name: "/norm")
    return model
  }

  @Test("the decomposition of layer normalization is one", arguments: [true, false])
  func layerNorm(square: Bool) throws {
    let model = norm(square: square)
    #expect(try operations(model) == ["layer-norm"])
    let graph = try model.graph()
    let output = graph.outputs[0].value
    #expect(graph[output].operation == .layerNorm(epsilon: Double(Float(1e-6))))
    #expect(graph.name(of: output) == "/norm")
    let found = try model.evaluate(["x": [1, 2, 3, 0, 0, 6]])
    let root = 1.5.squareRoot()
    let expected = [0.5 - root, 0, 3 * root - 1, 0.5 - 0.5.squareRoot(), -2 * 0.5.squareRoot()]
    let last = 3 * 2 * 0.5.squareRoot() - 1
    #expect(found.isClose(to: TestTensor(expected + [last], [2, 3]), within: 1e-5))
  }

  /// How exporters write a division by a root.
  private enum Division: CaseIterable {
    case quotient, reciprocal, oneOver, power
  }

  /// x·γ/√(mean(x²) + ε) in elementary steps.
  private func rms(_ division: Division, meanAxis: Int = -1, other: String = "x") -> ONNXTestModel {
    var model = model(["two": 2, "one": 1, "minus": -1, "epsilon": 9])
    model.floats("gamma", [1, 2, 3], [3])
    model.node("Neg", ["x"], ["negative"])
    model.node("Pow", ["x", "two"], ["q"])
    model.node("ReduceMean", ["q"], ["v"], [.ints("axes", [meanAxis])])
    model.node("Add", ["v", "epsilon"], ["e"])
    model.node("Sqrt", ["e"], ["r"])
    switch division {
    case .quotient: model.node("Div", [other, "r"], ["n"])
    case .reciprocal:
      model.node("Reciprocal", ["r"], ["i"])
      model.node("Mul", [other, "i"], ["n"])
    case .oneOver:
      model.node("Div", ["one", "r"], ["i"])
      model.node("Mul", ["i", other], ["n"])
    case .power:
      model.node("Pow", ["r", "minus"], ["i"])
      model.node("Mul", [other, "i"], ["n"])
    }
    model.node("Mul", ["gamma", "n"], ["y"], name: "/norm")
    return model
  }

  @Test("the decomposition of RMS normalization is one, however it divides")
  func rmsNorm() throws {
    for division in Division.allCases {
      let model = rms(division)
      #expect(try operations(model) == ["rms-norm"], "\(division)")
      let graph = try model.graph()
      let output = graph.outputs[0].value
      #expect(graph[output].operation == .rmsNorm(epsilon: 9))
      #expect(graph.name(of: output) == "/norm")
      let found = try model.evaluate(["x": [4, -4, 4, 0, 0, 0]])
      #expect(found.isClose(to: TestTensor([0.8, -1.6, 2.4, 0, 0, 0], [2, 3]), within: 1e-6))
    }
  }

  @Test("a mean over another axis, or of another value, is no RMS normalization")
  func noRMSNorm() throws {
    for division in Division.allCases {
      for model in [rms(division, meanAxis: 0), rms(division, other: "negative")] {
        #expect(try !operations(model).contains("rms-norm"), "\(division)")
      }
    }
  }

  @Test("a variance over another axis is no layer normalization")
  func otherAxis() throws {
    #expect(try !operations(norm(varianceAxis: 0)).contains("layer-norm"))
  }

  @Test("a step that something else uses stays beside the function")
  func sharedStep() throws {
    var model = gelu(order: 0)
    model.proto.graph.outputs = []
    model.node("Neg", ["e"], ["z"])
    model.output("y")
    model.output("z")
    #expect(try operations(model).sorted() == ["divide", "erf", "gelu", "negate"])
  }

  /// exp(x − max x).
  private func relative(axis: Int = -1, keeps: Int = 1, to other: String = "x") -> ONNXTestModel {
    var model = model([:])
    model.node("Neg", ["x"], ["negative"])
    model.node(
      "ReduceMax",
      ["x"],
      ["m"],
      [.ints("axes", [axis]), .int("keepdims", keeps)],
      name: "/largest"
    )
    model.node("Sub", [other, "m"], ["d"])
    model.node("Exp", ["d"], ["y"], name: "/exp")
    return model
  }

  @Test("exp(x − max x) along the last axis is the row exponential")
  func rowExponential() throws {
    for axis in [-1, 1] {
      let model = relative(axis: axis)
      #expect(try operations(model) == ["row-exponential"])
      let graph = try model.graph()
      #expect(graph.name(of: graph.outputs[0].value) == "/exp")
      let found = try model.evaluate(["x": [0, 0, -100, 9, -100, 9]])
      #expect(found.isClose(to: TestTensor([1, 1, 0, 1, 0, 1], [2, 3])))
    }
  }

  @Test("the largest of computed values anywhere else is computed")
  func otherLargest() throws {
    let x: [Double] = [0, 0, -100, 9, -100, 9]
    let rows = try relative(axis: 0).evaluate(["x": x])
    #expect(rows.isClose(to: TestTensor([exp(-9), 1, 0, 1, 0, 1], [2, 3])))
    #expect(throws: ImportError.self) { try relative(keeps: 0).graph() }
    var turned = relative()
    turned.node("Transpose", ["d"], ["t"])
    turned.node("Add", ["x", "m"], ["a"])
    for name in ["m", "t", "a"] { turned.output(name) }
    let found = try Oracle<Double>(try turned.graph()).run(["x": .real(x)])
    #expect(found["m"]?.reals == [0, 9])
    #expect(found["t"]?.reals == [0, 0, 0, -109, -100, 0])
    #expect(found["a"]?.reals == [0, 0, -100, 18, -91, 18])
  }
}
