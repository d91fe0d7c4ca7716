import Foundation
import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import SwiftProtobuf
import Testing

/// A way to break the small model of `ONNXMalformedTests`, and what the message must say.
struct Damage: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let parts: [String]
  let apply: @Sendable (inout ONNXTestModel) -> Void

  init(
    _ title: String,
    says parts: String...,
    apply: @escaping @Sendable (inout ONNXTestModel) -> Void
  ) {
    self.testDescription = title
    self.parts = parts
    self.apply = apply
  }
}

@Suite("Damaged ONNX models")
struct ONNXMalformedTests {
  /// x [1, 2] · dequantized w [2, 2], quantized, softmax.
  private static var sound: ONNXTestModel {
    var model = ONNXTestModel()
    model.input("x", [1, 2])
    model.constant(.int8("w", [1, 2, 3, 4], [2, 2]))
    model.floats("ws", [0.5, 0.25], [2])
    model.floats("s", [0.125], [])
    model.constant(.uint8("z", [128], []))
    model.node("DequantizeLinear", ["w", "ws"], ["wd"], [.int("axis", 1)], name: "/w")
    model.node("MatMul", ["x", "wd"], ["p"], name: "/product")
    model.node("QuantizeLinear", ["p", "s", "z"], ["q"], name: "/quantize")
    model.node("DequantizeLinear", ["q", "s", "z"], ["d"], name: "/dequantize")
    model.node("Softmax", ["d"], ["y"], [.int("axis", -1)], name: "/softmax")
    model.output("y")
    return model
  }

  @Test("the undamaged model is read")
  func undamaged() throws {
    #expect(try Self.sound.graph().nodes.count == 7)
  }

  @Test("say what is wrong and where", arguments: DamageTable.all)
  func damaged(damage: Damage) throws {
    var model = Self.sound
    damage.apply(&model)
    let error = #expect(throws: ImportError.self) { try model.graph() }
    let message = error?.description ?? ""
    #expect(message.hasPrefix("test.onnx: "))
    for part in damage.parts { #expect(message.contains(part), "\(message)") }
  }

  @Test("a file cut short at any byte is an error")
  func truncation() throws {
    let bytes = try [UInt8](Self.sound.proto.serializedData())
    let folder = try TemporaryFolder()
    for length in 0..<bytes.count {
      let path = try folder.file("cut.onnx", Array(bytes.prefix(length)))
      #expect(throws: ImportError.self, "\(length) bytes") { try ONNXFile(path: path) }
    }
    let whole = try folder.file("whole.onnx", bytes)
    #expect(try ONNXFile(path: whole).graph.nodes.count == 7)
  }

  @Test("no single wrong byte traps", arguments: [UInt8(0x00), 0xFF, 0x80, 0x01])
  func corruption(mask: UInt8) throws {
    let bytes = try [UInt8](Self.sound.proto.serializedData())
    for position in bytes.indices {
      var damaged = bytes
      damaged[position] = mask == 0 ? 0 : damaged[position] ^ mask
      guard let proto = try? ONNXModelProto(serializedBytes: damaged) else { continue }
      do {
        _ = try ONNXFile(proto, file: "test.onnx", folder: ".")
      } catch {
        #expect(error.description.hasPrefix("test.onnx: "))
      }
    }
  }

  @Test("a missing file and a folder are errors that name the path")
  func unreadable() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path + "/none.onnx", folder.path] {
      let error = #expect(throws: ImportError.self) { try ONNXFile(path: path) }
      #expect(error?.description.contains(path) == true)
    }
  }

  @Test("every unknown operator is named at once")
  func unknownOperators() throws {
    var model = Self.sound
    model.node("Loop", ["y"], ["l"], name: "/loop")
    model.node("Mystery", ["l"], ["m"], name: "/mystery", domain: "com.example")
    model.output("m")
    let error = #expect(throws: ImportError.self) { try model.graph() }
    guard case .unknownOperators(_, let operators, let supported) = error else {
      Issue.record("found \(String(describing: error))")
      return
    }
    #expect(
      operators == [
        .init(node: "/loop", name: "Loop", domain: "ai.onnx"),
        .init(node: "/mystery", name: "Mystery", domain: "com.example"),
      ]
    )
    #expect(supported.contains("MatMul") && supported == supported.sorted())
  }
}
