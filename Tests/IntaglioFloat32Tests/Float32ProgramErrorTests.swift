import IntaglioGraph
import IntaglioNumerics
import IntaglioFloat32
import IntaglioTestSupport
import Testing

@Suite("Float32Program: errors name what is wrong and where")
struct Float32ProgramErrorTests {
  private func complaint(_ graph: Graph, _ inputs: [String: Float32Tensor]) -> String? {
    do throws(EvaluationError) {
      _ = try Float32Program(graph).run(inputs)
      return nil
    } catch {
      return error.description
    }
  }

  @Test("inputs that are missing, of the wrong length, element or range")
  func inputs() throws {
    let graph = try SmallGraph(.sum(axis: 0), .codes(.u(4), 2)).graph
    let cases: [([String: Float32Tensor], String?)] = [
      ([:], "input a is missing"),
      (["a": .integer([1])], "input a: expected 2 elements for u4[2], found 1"),
      (["a": .real([1, 2])], "input a: expected u4[2], found reals"),
      (["a": .integer([1, 16])], "input a: expected u4[2], found 16"),
      (["a": .integer([1, 15]), "z": .real([])], nil),
    ]
    for (inputs, expected) in cases { #expect(complaint(graph, inputs) == expected) }
  }

  @Test("NaN at a quantizer")
  func notANumber() throws {
    let graph = try SmallGraph(.quantize(Quantizer(.i8, scale: Scale(1))), .real(2)).graph
    #expect(
      complaint(graph, ["a": .real([1, .nan])])
        == "quantize: expected a number, found NaN (node node.y)"
    )
  }

  @Test("accumulators that leave i32")
  func overflow() throws {
    let top = Int32.max
    let cases: [(IntaglioGraph.Operation, Int32, Int32, String)] = [
      (.add, top, 1, "add: 2147483648 overflows i32 (node node.y)"),
      (.subtract, -top, 2, "subtract: -2147483649 overflows i32 (node node.y)"),
      (.multiply, top, 2, "multiply: 4294967294 overflows i32 (node node.y)"),
      (.matmul, top, top, "matmul: 4611686014132420609 overflows i32 (node node.y)"),
      (.matmul, top, 2, "matmul: 4294967294 overflows i32 (node node.y)"),
    ]
    for (operation, a, b, expected) in cases {
      let graph = try SmallGraph(operation, .codes(.i32, 1, 1), .codes(.i32, 1, 1)).graph
      #expect(complaint(graph, ["a": .integer([a]), "b": .integer([b])]) == expected)
    }
  }

  @Test("values that it cannot hold, at preparation")
  func unsupported() throws {
    let wide = try SmallGraph(.layout(.reshape([1])), .codes(.u(32), 1)).graph
    #expect(
      complaint(wide, ["a": .integer([1])])
        == "u32[1]: unsigned integers end at 31 bits here (node a)"
    )
  }

  @Test("empty tensors pass through every kernel")
  func empty() throws {
    let none: [String: Float32Tensor] = ["a": .real([]), "b": .real([]), "c": .real([])]
    let operations: [(IntaglioGraph.Operation, [ValueType])] = [
      (.matmul, [.real(2, 0), .real(0, 2)]), (.add, [.real(0), .real(0)]), (.softmax, [.real(0)]),
      (.rowExponential, [.real(0)]),
      (.layerNorm(epsilon: 0), [.real(0), .real(0), .real(0)]), (.sum(axis: 0), [.real(0, 3)]),
      (.rmsNorm(epsilon: 0), [.real(0), .real(0)]),
      (.function(.gelu), [.real(0)]), (.quantize(Quantizer(.i8, scale: Scale(1))), [.real(0)]),
      (.layout(.transpose([1, 0])), [.real(0, 3)]), (.concat(axis: 0), [.real(0), .real(0)]),
    ]
    for (operation, types) in operations {
      var graph = Graph()
      var values: [Value] = []
      for (name, type) in zip(["a", "b", "c"], types) {
        values.append(try graph.append(.input(name: name, type)))
      }
      graph.addOutput("y", try graph.append(Node(operation, values)))
      let result = try Float32Program(graph).run(none)["y"]
      let truth = try Oracle<Double>(graph).run(none.mapValues { _ in .real([]) })["y"]
      #expect(result?.count == truth?.count, "\(operation.name)")
    }
  }
}
