import IntaglioGraph
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("Oracle: errors name what is wrong and where")
struct OracleErrorTests {
  /// What `Oracle<Number>` says about `graph` on `inputs`; `nil` when it has an answer.
  private func complaint<Number>(
    _ graph: Graph,
    _ inputs: [String: OracleTensor<Number>]
  ) -> String? {
    do throws(EvaluationError) {
      _ = try Oracle<Number>(graph).run(inputs)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("inputs that are missing, of the wrong length, element or range")
  func inputs() throws {
    let graph = try SmallGraph(.sum(axis: 0), .codes(.u(4), 2)).graph
    let cases: [([String: OracleTensor<Double>], String?)] = [
      ([:], "input a is missing"),
      (["a": .integer([1])], "input a: expected 2 elements for u4[2], found 1"),
      (["a": .real([1, 2])], "input a: expected u4[2], found reals"),
      (["a": .integer([1, 16])], "input a: expected u4[2], found 16"),
      (["a": .integer([1, 15]), "z": .real([])], nil),
    ]
    for (inputs, expected) in cases { #expect(complaint(graph, inputs) == expected) }
    let real = try SmallGraph(.softmax, .real(1)).graph
    #expect(
      complaint(real, ["a": OracleTensor<Double>.integer([1])])
        == "input a: expected real[1], found integers"
    )
  }

  @Test("NaN at a quantizer")
  func notANumber() throws {
    let graph = try SmallGraph(.quantize(Quantizer(.i8, scale: Scale(1))), .real(2)).graph
    #expect(
      complaint(graph, ["a": OracleTensor<Double>.real([1, .nan])])
        == "quantize: expected a number, found NaN (node node.y)"
    )
  }

  @Test("accumulators that leave i32")
  func overflow() throws {
    let top = Int(Int32.max)
    let cases: [(IntaglioGraph.Operation, Int, Int, String)] = [
      (.add, top, 1, "add: 2147483648 overflows i32 (node node.y)"),
      (.subtract, -top, 2, "subtract: -2147483649 overflows i32 (node node.y)"),
      (.multiply, top, 2, "multiply: 4294967294 overflows i32 (node node.y)"),
      (.matmul, top, top, "matmul: 4611686014132420609 overflows i32 (node node.y)"),
      (.matmul, top, 2, "matmul: 4294967294 overflows i32 (node node.y)"),
    ]
    for (operation, a, b, expected) in cases {
      let graph = try SmallGraph(operation, .codes(.i32, 1, 1), .codes(.i32, 1, 1)).graph
      let inputs: [String: OracleTensor<Double>] = ["a": .integer([a]), "b": .integer([b])]
      #expect(complaint(graph, inputs) == expected)
    }
    let sum = try SmallGraph(.sum(axis: 0), .codes(.i32, 2)).graph
    #expect(
      complaint(sum, ["a": OracleTensor<Double>.integer([top, 1])])
        == "sum: 2147483648 overflows i32 (node node.y)"
    )
    let wide = try SmallGraph(.multiply, .codes(.u(32), 1), .codes(.u(32), 1)).graph
    let most = Int(UInt32.max)
    #expect(
      complaint(wide, ["a": .integer([most]), "b": OracleTensor<Double>.integer([most])])
        == "multiply: the result overflows i32 and even 64 bits (node node.y)"
    )
  }

  @Test("exact arithmetic refuses what it does not have")
  func irrational() throws {
    let suffix = "the result is irrational, exact arithmetic cannot hold it (node node.y)"
    let irrational = FunctionSample.all.filter { $0.exactness == .irrational }.functions
    for function in irrational + [.squareRoot, .log, .power(0.5)] {
      let graph = try SmallGraph(.function(function), .real(1)).graph
      let inputs: [String: OracleTensor<Rational>] = ["a": .real([2])]
      #expect(complaint(graph, inputs) == "\(function.name): \(suffix)")
    }
    let softmax = try SmallGraph(.softmax, .real(1)).graph
    #expect(complaint(softmax, ["a": OracleTensor<Rational>.real([2])]) == "softmax: \(suffix)")
    let exponential = try SmallGraph(.rowExponential, .real(1)).graph
    #expect(
      complaint(exponential, ["a": OracleTensor<Rational>.real([2])])
        == "row-exponential: \(suffix)"
    )
    let norm = try SmallGraph(.layerNorm(epsilon: 1), .real(1), .real(1), .real(1)).graph
    let ones: [String: OracleTensor<Rational>] = [
      "a": .real([1]), "b": .real([1]), "c": .real([1]),
    ]
    #expect(complaint(norm, ones) == "layer-norm: \(suffix)")
    let root = try SmallGraph(.rmsNorm(epsilon: 1), .real(1), .real(1)).graph
    #expect(complaint(root, ones) == "rms-norm: \(suffix)")
  }

  @Test("exact division by zero, in quotients, reciprocals and powers")
  func divisionByZero() throws {
    let suffix = "division by zero (node node.y)"
    let divide = try SmallGraph(.divide, .real(1), .real(1)).graph
    let inputs: [String: OracleTensor<Rational>] = ["a": .real([1]), "b": .real([0])]
    #expect(complaint(divide, inputs) == "divide: \(suffix)")
    let reciprocal = try SmallGraph(.function(.reciprocal), .real(1)).graph
    #expect(
      complaint(reciprocal, ["a": OracleTensor<Rational>.real([0])]) == "reciprocal: \(suffix)"
    )
    let power = try SmallGraph(.function(.power(-1)), .real(1)).graph
    #expect(complaint(power, ["a": OracleTensor<Rational>.real([0])]) == "power -1.0: \(suffix)")
  }

  @Test("a mean of nothing is refused where the graph is made")
  func meanOfNothing() {
    let error = #expect(throws: GraphError.self) { try SmallGraph(.mean(axis: 0), .real(0)) }
    #expect(error?.description.contains("no mean of no elements") == true)
  }

  @Test("constants that exact arithmetic does not have, at preparation")
  func notFinite() throws {
    var graph = Graph()
    let infinite = try graph.append(
      .constant(Tensor([.infinity] as [Double], shape: [1])),
      name: "bias"
    )
    graph.addOutput("y", infinite)
    #expect(throws: EvaluationError.arithmetic(.notFinite, operation: "constant", node: "bias")) {
      try Oracle<Rational>(graph)
    }
    #expect(try Oracle<Double>(graph).run([:])["y"] == .real([.infinity]))
  }
}
