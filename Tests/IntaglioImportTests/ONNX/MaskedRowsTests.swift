import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import Testing

/// Numbers are ONNX Runtime's, which agrees with the reference of the standard.
@Suite("ONNX attention of queries whose keys are all masked")
struct MaskedRowsTests {
  private static let heads: [ONNXAttributeProto] = [
    .int("q_num_heads", 2), .int("kv_num_heads", 2),
  ]
  /// The second query sees nothing in the first head, the third sees less in the second.
  private static let allowed: [UInt8] = [1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1]
  private static let zeroRow: [Double] = [
    0.86897647, 1.8689765, 0.52377629, -0.3673023, 0, 0, 1.5741023, 0.70885837, -0.43594611,
    0.56405389, 1.8541797, 0.92708987,
  ]

  private func model(
    _ mask: ONNXTensorProto,
    _ attributes: [ONNXAttributeProto] = [],
    opset: Int = 23
  ) -> ONNXTestModel {
    FusedOperatorsTests.model(
      "Attention",
      ["x", "x", "x", "m"],
      Self.heads + attributes,
      domain: "",
      opset: opset,
      [mask]
    )
  }

  private func expect(_ model: ONNXTestModel, _ values: [Double]) throws {
    let found = try model.evaluate(["x": FusedOperatorsTests.x])
    #expect(found.isClose(to: TestTensor(values, [1, 3, 4]), within: 2e-6), "found \(found)")
    for (index, value) in values.enumerated() where value == 0 { #expect(found.values[index] == 0) }
  }

  @Test("are zeros: a mask of truth values, and one of −∞")
  func mask() throws {
    let shape = [1, 2, 3, 3]
    try expect(model(.raw("m", 9, shape, Self.allowed)), Self.zeroRow)
    let addends = Self.allowed.map { $0 == 1 ? Float(0) : -.infinity }
    try expect(model(.floats("m", addends, shape)), Self.zeroRow)
  }

  @Test("are zeros where two masks leave nothing together")
  func causal() throws {
    let mask = ONNXTensorProto.raw("m", 9, [3, 3], [0, 1, 1, 1, 1, 1, 1, 0, 1])
    try expect(
      model(mask, [.int("is_causal", 1)]),
      [
        0, 0, 0, 0, 0.66976154, 1.6697615, 0.77511752, 0.16267632, -0.60885942, 0.39114064,
        1.9716679, 0.97166789,
      ]
    )
  }

  @Test("are zeros in ONNX Runtime's attention, too")
  func contributed() throws {
    let addends = Self.allowed.map { $0 == 1 ? Float(0) : -.infinity }
    try expect(
      FusedOperatorsTests.model(
        "MultiHeadAttention",
        ["x", "x", "x", "", "", "m"],
        [.int("num_heads", 2)],
        [.floats("m", addends, [1, 2, 3, 3])]
      ),
      Self.zeroRow
    )
  }

  @Test(
    "a mask of fewer keys, which opset 24 continues with −∞, is refused; before, one of one key stretches"
  )
  func shorter() throws {
    let one = ONNXTensorProto.floats("m", [0, 1, 2], [3, 1])
    _ = try model(one).graph()
    #expect { try model(one, opset: 24).graph() } throws: {
      "\($0)".contains("a mask of 1 of 3 keys") && "\($0)".contains("continue it")
    }
    _ = try model(.raw("m", 9, [3, 3], [1, 0, 0, 1, 1, 0, 1, 1, 1]), opset: 24).graph()
  }

  @Test("cost a product with zeros and ones only where there are any")
  func product() throws {
    func products(_ mask: [UInt8]) throws -> Int {
      let graph = try model(.raw("m", 9, [3, 3], mask)).graph()
      return graph.values.count { value in
        graph[value].operation == .multiply
          && graph.constant(graph[value].operands[1])?.type.shape == [3, 1]
      }
    }
    #expect(try products([1, 0, 0, 1, 1, 0, 1, 1, 1]) == 0)
    #expect(try products([1, 0, 0, 0, 0, 0, 1, 1, 1]) == 1)
  }

  /// x·x′ of the keys, plus a constant, as the mask.
  private func computed(_ addends: [Float], through type: String = "Add") -> ONNXTestModel {
    var model = ONNXTestModel(opset: 23)
    model.input("x", [1, 3, 4])
    model.floats("c", addends, [3, 3])
    model.integers("shape", [1, 1, 3, 3])
    model.node("Transpose", ["x"], ["t"], [.ints("perm", [0, 2, 1])])
    model.node("MatMul", ["x", "t"], ["s"])
    model.node(type, ["s", "c"], ["a"])
    model.node("Reshape", ["a", "shape"], ["m"])
    model.node("Attention", ["x", "x", "x", "m"], ["y"], Self.heads, name: "/fused")
    model.output("y")
    return model
  }

  @Test("a computed mask is read where it leaves every query a key, and refused where it does not")
  func computedMasks() throws {
    let infinity = -Float.infinity
    let causal = [0, infinity, infinity, 0, 0, infinity, 0, 0, 0]
    let found = try computed(causal).evaluate(["x": FusedOperatorsTests.x])
    #expect(found.values[..<4] == [1, 2, 0, -1])
    let row = [infinity, infinity, infinity, 0, 0, 0, 0, 0, 0]
    #expect { try computed(row).graph() } throws: {
      "\($0)".contains("/fused") && "\($0)".contains("masks all keys of a query")
    }
    #expect { try computed(causal, through: "Sub").graph() } throws: {
      "\($0)".contains("other operations than sums")
    }
    _ = try computed(causal.map { max($0, -10_000) }, through: "Mul").graph()
  }
}
