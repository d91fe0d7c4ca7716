import Foundation
import IntaglioData
import IntaglioImport
import IntaglioTestSupport
import SwiftProtobuf

/// Models that cannot be read.
enum BadModels {
  static let all = files + checkpoints + onnx + packed + settings

  private static let files: [BadInput] = [
    .model("a missing file", says: "gone.onnx") { $0.path("gone.onnx") },
    .model("a missing folder", says: "gone/model.onnx") { $0.path("gone/model.onnx") },
    .model("a folder as model", says: "folder") { try $0.subfolder("folder") },
    .model("an empty file", says: "model.onnx", "an empty file") {
      try $0.file("model.onnx", [])
    },
    .model("a text", says: "model.safetensors", "safetensors") {
      try $0.file("model.safetensors", Array("weights, by post".utf8))
    },
    .model("a checkpoint cut short", says: "model.pth", "zip archive", "cut short") {
      try $0.file("model.pth", Array("PK\u{3}\u{4}archive".utf8))
    },
    .model("an old pickle", says: "model.bin", "pickle", "safetensors.torch.save_file") {
      try $0.file("model.bin", [0x80, 2, 0x8A, 0x0A] + Array("pickle".utf8))
    },
    .model("a web page", says: "model.onnx", "a web page", "download") {
      try $0.file("model.onnx", Array("\n<!DOCTYPE html>\n<html lang=\"en\">".utf8))
    },
    .model("a packed file", says: "model.onnx", "gzip", "unpack") {
      try $0.file("model.onnx", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3])
    },
    .model("a model of language", says: "model.gguf", "GGUF", "ONNX or safetensors") {
      try $0.file("model.gguf", Array("GGUF".utf8) + [3, 0, 0, 0])
    },
    .model("settings in place of the model", says: "config.json", "JSON", "name the model") {
      try $0.file("config.json", Array("{\"model_type\": \"vit\"}".utf8))
    },
    .model("an image in place of the model", says: "a.png", "an image") { folder in
      try Image.grey(side: 8).writePNG(to: folder.path("a.png"))
      return folder.path("a.png")
    },
  ]

  private static let checkpoints: [BadInput] = [
    .model("a checkpoint cut short in its data", says: "vit.safetensors") { folder in
      _ = try Checkpoint.qvit.write(to: folder)
      return try folder.truncate("vit.safetensors", to: 0.9)
    },
    .model("a checkpoint cut short in its header", says: "vit.safetensors") { folder in
      _ = try Checkpoint.qvit.write(to: folder)
      return try folder.file("vit.safetensors", Array(try folder.bytes("vit.safetensors")[..<99]))
    },
    .model("a header longer than the file", says: "vit.safetensors", "header") {
      try $0.file("vit.safetensors", header(99_999_999))
    },
    .model("a header longer than the format allows", says: "vit.safetensors", "header") {
      try $0.file("vit.safetensors", header(0xFFFF_FFFF))
    },
    .model("a header of 2⁶³ bytes", says: "vit.safetensors") {
      try $0.file("vit.safetensors", header(1 << 63))
    },
    .model("an activation scale that is no number", says: "vit.safetensors", "fc1.act") {
      try qvit($0, "blocks.1.mlp.fc1.act.alpha", .nan)
    },
    .model("an activation scale of zero", says: "vit.safetensors", "q_act") {
      try qvit($0, "blocks.0.attn.q_act.alpha", 0)
    },
    .model("a weight scale that is no number", says: "vit.safetensors", "head.alpha") {
      try qvit($0, "head.alpha", .nan)
    },
    .model("a weight scale of zero", says: "vit.safetensors", "blocks.0.attn.proj.alpha") {
      try qvit($0, "blocks.0.attn.proj.alpha", 0)
    },
    .model("a weight that is no number", says: "vit.safetensors", "head.weight") { folder in
      var checkpoint = Checkpoint.qvit
      checkpoint.values["head.weight"] = [Float](repeating: .nan, count: 80)
      return try checkpoint.write(to: folder)
    },
    .model("a tensor that is not there", says: "vit.safetensors", "blocks.0.mlp.fc1.weight") {
      folder in
      var checkpoint = Checkpoint.qvit
      checkpoint.shapes["blocks.0.mlp.fc1.weight"] = nil
      return try checkpoint.write(to: folder)
    },
  ]

  private static let onnx: [BadInput] = [
    .model("an ONNX file cut short", says: "model.onnx") { folder in
      _ = try ONNXTestModel.write(to: folder) { _ in }
      return try folder.truncate("model.onnx", to: 0.5)
    },
    .model("a cycle", says: "model.onnx", "cycle", "/dequantize") { folder in
      try ONNXTestModel.write(to: folder) { $0.proto.graph.nodes[0].inputs[0] = "y" }
    },
    .model("matrices that do not fit", says: "model.onnx", "/product", "matmul") { folder in
      try ONNXTestModel.write(to: folder) {
        $0.proto.graph.inputs = []
        $0.input("x", [1, 3])
      }
    },
    .model("arithmetic on codes", says: "model.onnx", "/product", "dequantize") { folder in
      try ONNXTestModel.write(to: folder) { $0.proto.graph.nodes[3].inputs[0] = "q" }
    },
    .model("external data that is not there", says: "model.onnx", "w", "gone.bin") { folder in
      try ONNXTestModel.write(to: folder) { model in
        model.proto.graph.initializers[0].dataLocation = 1
        model.proto.graph.initializers[0].externalData = [
          .with { ($0.key, $0.value) = ("location", "gone.bin") }
        ]
      }
    },
    .model("an unknown operator", says: "model.onnx", "/product", "Telepathy") { folder in
      try ONNXTestModel.write(to: folder) { $0.proto.graph.nodes[3].operatorType = "Telepathy" }
    },
    .model("a scale of zero", says: "model.onnx", "/quantize", "scale") { folder in
      try ONNXTestModel.write(to: folder) {
        $0.proto.graph.initializers[2] = .floats("s", [0], [])
      }
    },
    .model("a scale that is no number", says: "model.onnx", "/quantize", "nan") { folder in
      try ONNXTestModel.write(to: folder) {
        $0.proto.graph.initializers[2] = .floats("s", [.nan], [])
      }
    },
    .model("a weight scale that is infinite", says: "model.onnx", "/weights", "inf") { folder in
      try ONNXTestModel.write(to: folder) {
        $0.proto.graph.initializers[1] = .floats("ws", [1, .infinity], [2])
      }
    },
    .model("an output that its nodes do not make", says: "output y", "[1, 3]", "[1, 2]") { folder in
      try ONNXTestModel.write(to: folder) { $0.declareOutput([1, 3]) }
    },
    .model("an output of more dimensions than its nodes make", says: "output y", "[1, 2, ?]") {
      folder in
      try ONNXTestModel.write(to: folder) { $0.declareOutput([1, 2, nil]) }
    },
    .model("an input without dimensions", says: "model.onnx", "input x") { folder in
      try ONNXTestModel.write(to: folder) { $0.proto.graph.inputs[0].clearType() }
    },
    .model("an input beyond memory", says: "model.onnx", "input x") { folder in
      try ONNXTestModel.write(to: folder) {
        $0.proto.graph.inputs = []
        $0.input("x", [1 << 40, 1 << 40])
      }
    },
  ]

  private static let packed: [BadInput] = [
    .model("a packed model cut short", says: "model.intaglio") { folder in
      try pack(folder)
      return try folder.truncate("model.intaglio", to: 0.8)
    },
    .model("a packed model with a bit turned over", says: "model.intaglio", "checksum") { folder in
      try pack(folder)
      var bytes = try folder.bytes("model.intaglio")
      // The last tensor's padding follows its numbers; before it everything is covered.
      let position = try SafetensorsFile(contentsOf: folder.path("model.intaglio"))
        .tensors[0].bytes.fileOffset
      bytes[position] ^= 1
      return try folder.file("model.intaglio", bytes)
    },
    BadInput("settings for a packed model", says: "model.intaglio", "c.json") { folder in
      try pack(folder)
      let settings = try folder.file("c.json", Array("{}".utf8))
      return ["inspect", folder.path("model.intaglio"), "--config", settings]
    },
  ]

  private static let settings: [BadInput] = [
    BadInput("settings that are not there", says: "gone.json") { folder in
      let model = try Checkpoint.qvit.write(to: folder)
      return ["inspect", model, "--config", folder.path("gone.json")]
    },
    BadInput("settings that are no JSON", says: "c.json", "JSON") { folder in
      let model = try Checkpoint.qvit.write(to: folder)
      let settings = try folder.file("c.json", Array("{\"mean\":".utf8))
      return ["inspect", model, "--config", settings]
    },
    BadInput("settings that contradict the model", says: "vit.safetensors", "5 heads") { folder in
      let model = try Checkpoint.qvit.write(to: folder)
      let settings = try folder.file("c.json", Array("{\"num_heads\": 5}".utf8))
      return ["inspect", model, "--config", settings]
    },
  ]

  /// The length of a safetensors header, and the header's first byte.
  private static func header(_ length: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array("{}".utf8)
  }

  /// A Q-ViT in which every number of `tensor` is `number`.
  private static func qvit(
    _ folder: TemporaryFolder,
    _ tensor: String,
    _ number: Float
  ) throws -> String {
    var checkpoint = Checkpoint.qvit
    let count = checkpoint.shapes[tensor]?.reduce(1, *) ?? 0
    checkpoint.set(tensor, [Float](repeating: number, count: count))
    return try checkpoint.write(to: folder)
  }

  /// Writes `model.intaglio`.
  private static func pack(_ folder: TemporaryFolder) throws {
    let model = try Checkpoint.qvit.write(to: folder)
    let run = try Executable().run(["pack", model, "-o", folder.path("model.intaglio")])
    guard run.exitCode == 0 else { throw CocoaError(.fileWriteUnknown) }
  }
}
