import Foundation
import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import SwiftProtobuf
import Testing

@Suite("ONNX external data")
struct ONNXExternalDataTests {
  /// A model whose constant `c` lies elsewhere.
  private func model(_ entries: [String: String]) -> ONNXTestModel {
    var model = ONNXTestModel()
    model.input("x", [2])
    let tensor = ONNXTensorProto.with { proto in
      proto.name = "c"
      proto.elementType = 1
      proto.extents = [2]
      proto.dataLocation = 1
      proto.externalData = entries.sorted { $0.key < $1.key }.map { entry in
        .with {
          $0.key = entry.key
          $0.value = entry.value
        }
      }
    }
    model.constant(tensor)
    model.node("Mul", ["x", "c"], ["y"])
    model.output("y")
    return model
  }

  private let bytes: [UInt8] = [9, 9, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 9]

  @Test("is read at its offset")
  func offset() throws {
    let folder = try TemporaryFolder()
    _ = try folder.file("weights.bin", bytes)
    let model = model(["location": "weights.bin", "offset": "2", "length": "8"])
    let graph = try model.graph(folder: folder.path)
    let constants = graph.values.compactMap { graph.constant($0)?.doubles }
    #expect(constants == [[1, 2]])
  }

  @Test(
    "that is missing, too short or outside the folder is an error",
    arguments: [
      ["location": "none.bin"], [:], ["location": "weights.bin", "offset": "4"],
      ["location": "weights.bin", "offset": "-1"],
      ["location": "weights.bin", "offset": "9223372036854775807"],
      ["location": "weights.bin", "offset": "many"],
      ["location": "weights.bin", "length": "4"], ["location": "../weights.bin"],
      ["location": "/etc/passwd"], ["location": "inner/../../weights.bin"],
      ["location": "link.bin"], ["location": "."],
    ]
  )
  func refused(entries: [String: String]) throws {
    let outer = try TemporaryFolder()
    let secret = try outer.file("weights.bin", bytes)
    let folder = outer.path + "/model"
    try FileManager.default.createDirectory(
      atPath: folder + "/inner",
      withIntermediateDirectories: true
    )
    try Data(bytes).write(to: URL(fileURLWithPath: folder + "/weights.bin"))
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/link.bin",
      withDestinationPath: secret
    )
    let error = #expect(throws: ImportError.self) { try model(entries).graph(folder: folder) }
    #expect(error?.description.contains("initializer c") == true)
  }
}
