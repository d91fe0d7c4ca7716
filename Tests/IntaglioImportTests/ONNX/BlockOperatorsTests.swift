import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioNumerics
import IntaglioTestSupport
import Testing

@Suite("ONNX weights with scales in blocks")
struct BlockOperatorsTests {
  private static let bytes = (0..<64).map { UInt8(truncatingIfNeeded: $0 * 37) }

  /// `x [1, depth]`, −2 … 2 over and over, times two columns.
  private func model(
    depth: Int,
    bits: Int,
    block: Int,
    zeroPoints: [UInt8]? = nil,
    count: Int
  ) -> ONNXTestModel {
    var model = ONNXTestModel()
    model.input("x", [1, depth])
    model.constant(.uint8("b", Array(Self.bytes[..<count]), [count]))
    let blocks = (depth + block - 1) / block
    model.floats("s", [0.5, 0.25, -1, 2].prefix(2 * blocks).map(\.self), [2 * blocks])
    if let zeroPoints { model.constant(.uint8("z", zeroPoints, [zeroPoints.count])) }
    model.node(
      "MatMulNBits",
      ["x", "b", "s"] + (zeroPoints == nil ? [] : ["z"]),
      ["y"],
      [
        .int("K", depth), .int("N", 2), .int("bits", bits), .int("block_size", block),
        .int("accuracy_level", 4),
      ],
      domain: "com.microsoft"
    )
    model.output("y")
    return model
  }

  private func input(_ depth: Int) -> [String: [Double]] {
    ["x": (0..<depth).map { Double($0 % 5 - 2) }]
  }

  @Test("blocks of 4 bits, the last one cut short, as ONNX Runtime multiplies them")
  func blocks() throws {
    let symmetric = model(depth: 40, bits: 4, block: 32, count: 64)
    #expect(try symmetric.evaluate(input(40)).values == [15.5, 9])
    let zeroPoints: [UInt8] = [0x38, 0x7A]
    let asymmetric = model(depth: 40, bits: 4, block: 32, zeroPoints: zeroPoints, count: 64)
    #expect(try asymmetric.evaluate(input(40)).values == [19.25, 9])
    let file = try ONNXFile(asymmetric.proto, file: "test.onnx", folder: ".")
    #expect(file.notes.count == 1 && file.notes[0].contains("blocks"))
  }

  @Test("one block is a scale per column, and codes stay")
  func oneBlock() throws {
    let model = model(depth: 16, bits: 8, block: 16, count: 32)
    #expect(try model.evaluate(input(16)).values == [0, 88])
    let graph = try model.graph()
    #expect(graph.values.contains { graph.constant($0)?.type.integer == .u8 })
  }

  @Test("DequantizeLinear with block_size")
  func standard() throws {
    var model = ONNXTestModel(opset: 21)
    model.input("x", [1, 3])
    model.constant(.raw("w", 22, [3, 2], [0x21, 0xF3, 0x87]))
    model.floats("s", [0.5, 1, 2, 4], [2, 2])
    model.node(
      "DequantizeLinear",
      ["w", "s"],
      ["d"],
      [.int("axis", 0), .int("block_size", 2)]
    )
    model.node("MatMul", ["x", "d"], ["y"])
    model.output("y")
    // [[1, 2], [3, −1], [7, −8]]: the first two rows with ½ and 1, the last with 2 and 4.
    #expect(try model.evaluate(["x": [1, 2, 1]]).values == [17.5, -32])
    model.proto.graph.nodes[0].attributes[1].intValue = 3
    #expect { try model.graph() } throws: { "\($0)".contains("block_size 3") }
  }

  @Test("tensors that do not fill K and N, and sizes no file has, are refused")
  func malformed() {
    #expect(throws: ImportError.self) {
      try model(depth: 40, bits: 4, block: 32, count: 63).graph()
    }
    #expect(throws: ImportError.self) {
      try model(depth: 40, bits: 3, block: 32, count: 64).graph()
    }
    #expect(throws: ImportError.self) {
      try model(depth: 40, bits: 4, block: 1 << 40, count: 64).graph()
    }
  }
}
