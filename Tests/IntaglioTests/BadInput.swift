import Foundation
import IntaglioData
import IntaglioTestSupport
import SwiftProtobuf
import Testing

/// A call of `intaglio` that must fail, and what its message must name.
struct BadInput: CustomTestStringConvertible, Sendable {
  let testDescription: String
  /// The file at fault and, where there is one, the node or tensor.
  let says: [String]
  /// Writes the files and returns the arguments.
  let prepare: @Sendable (TemporaryFolder) throws -> [String]

  init(
    _ what: String,
    says: String...,
    prepare: @escaping @Sendable (TemporaryFolder) throws -> [String]
  ) {
    (testDescription, self.says, self.prepare) = (what, says, prepare)
  }

  /// A model that cannot become an integer program.
  static func model(
    _ what: String,
    says: String...,
    file: @escaping @Sendable (TemporaryFolder) throws -> String
  ) -> BadInput {
    BadInput(what, says) { ["integerize", try file($0), "-o", $0.path("out")] }
  }

  /// An image that a sound model cannot take.
  static func image(
    _ what: String,
    says: String...,
    file: @escaping @Sendable (TemporaryFolder) throws -> String
  ) -> BadInput {
    BadInput(what, says) { ["run", try Checkpoint.qvit.write(to: $0), try file($0)] }
  }

  /// Images and labels on which a sound model cannot be judged, and further options.
  static func data(
    _ what: String,
    says: String...,
    options: @escaping @Sendable (TemporaryFolder) throws -> [String]
  ) -> BadInput {
    BadInput(what, says) { folder in
      ["evaluate", try Checkpoint.qvit.write(to: folder), "--data"] + (try options(folder))
    }
  }

  init(
    _ what: String,
    _ says: [String],
    _ prepare: @escaping @Sendable (TemporaryFolder) throws -> [String]
  ) {
    (testDescription, self.says, self.prepare) = (what, says, prepare)
  }
}

extension TemporaryFolder {
  /// Every file below the folder with its bytes, and every folder with none.
  func contents() throws -> [String: [UInt8]] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: path)
    return Dictionary(
      uniqueKeysWithValues: names.map { ($0, (try? bytes($0)) ?? []) }
    )
  }

  /// Keeps the first `part` of a file.
  func truncate(_ name: String, to part: Double) throws -> String {
    let bytes = try bytes(name)
    return try file(name, Array(bytes.prefix(Int(Double(bytes.count) * part))))
  }

  func subfolder(_ name: String) throws -> String {
    try FileManager.default.createDirectory(
      atPath: path(name),
      withIntermediateDirectories: true
    )
    return path(name)
  }
}

extension Image {
  static func grey(side: Int) throws -> Image {
    try Image(
      width: side,
      height: side,
      channels: 1,
      pixels: [UInt8](repeating: 128, count: side * side)
    )
  }
}

extension ONNXTestModel {
  /// x [1, 2], quantized, times w [2, 2] of 8 bits per channel.
  static var small: ONNXTestModel {
    var model = ONNXTestModel()
    model.input("x", [1, 2])
    model.constant(.int8("w", [1, 2, 3, 4], [2, 2]))
    model.floats("ws", [0.5, 0.25], [2])
    model.floats("s", [0.125], [])
    model.constant(.uint8("z", [128], []))
    model.node("QuantizeLinear", ["x", "s", "z"], ["q"], name: "/quantize")
    model.node("DequantizeLinear", ["q", "s", "z"], ["d"], name: "/dequantize")
    model.node("DequantizeLinear", ["w", "ws"], ["wd"], [.int("axis", 1)], name: "/weights")
    model.node("MatMul", ["d", "wd"], ["y"], name: "/product")
    model.output("y")
    return model
  }

  /// The path of the file after `change`.
  static func write(
    to folder: TemporaryFolder,
    _ change: (inout ONNXTestModel) -> Void
  ) throws -> String {
    var model = small
    change(&model)
    return try folder.file("model.onnx", [UInt8](model.proto.serializedData()))
  }
}
