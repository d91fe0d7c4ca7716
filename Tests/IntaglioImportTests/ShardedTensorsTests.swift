import Foundation
import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import Testing

@Suite("Checkpoints in several files")
struct ShardedTensorsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The tensors of `Checkpoint.timm` in two files, and the index.
  private func write(_ change: (inout [String: String]) -> Void = { _ in }) throws -> String {
    let whole = Checkpoint.timm
    var map: [String: String] = [:]
    for (index, isFirst) in [true, false].enumerated() {
      var part = whole
      part.files = [:]
      part.shapes = whole.shapes.filter { $0.key.hasPrefix("blocks.0") == isFirst }
      let file = "model-0000\(index + 1)-of-00002.safetensors"
      _ = try part.write(to: folder, name: file)
      for name in part.shapes.keys { map[name] = file }
    }
    try folder.file("config.json", Array((whole.files["vit.json"] ?? "").utf8))
    change(&map)
    let text = try JSONSerialization.data(withJSONObject: [
      "metadata": ["total_size": 1], "weight_map": map,
    ])
    return try folder.file("model.safetensors.index.json", Array(text))
  }

  @Test("are the model that one file would be")
  func whole() throws {
    let one = try Checkpoint.timm.read(in: TemporaryFolder())
    let several = try ModelFile.read(path: write())
    #expect(one.graph.nodes == several.graph.nodes)
  }

  @Test("an index that leads elsewhere or is wrong is refused")
  func wrong() throws {
    let changes: [(String, (inout [String: String]) -> Void)] = [
      ("the name of a file beside the index", { $0["norm.bias"] = "../model.safetensors" }),
      ("the name of a file beside the index", { $0["norm.bias"] = "/etc/passwd" }),
      ("a tensor norm.extra, as", { $0["norm.extra"] = "model-00001-of-00002.safetensors" }),
      ("one that it has not", { $0["norm.bias"] = nil }),
      ("cannot be read", { $0["norm.bias"] = "model-00003-of-00003.safetensors" }),
      ("files by tensor", { $0 = [:] }),
    ]
    for (message, change) in changes {
      let path = try write(change)
      let error = #expect(throws: ImportError.self) { try ModelFile.read(path: path) }
      #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }
  }

  @Test("words of wrappers in front of every name are left out")
  func prefixes() throws {
    let one = try Checkpoint.timm.read(in: TemporaryFolder())
    for prefix in ["module.", "model.", "timm_model.", "module._orig_mod."] {
      var checkpoint = Checkpoint.timm
      let names = checkpoint.shapes
      checkpoint.shapes = [:]
      for (name, shape) in names {
        checkpoint.shapes[prefix + name] = shape
        checkpoint.values[prefix + name] = Checkpoint.numbers(name, shape.reduce(1, *))
      }
      let graph = try checkpoint.read(in: TemporaryFolder()).graph
      #expect(graph.nodes == one.graph.nodes, "\(prefix)")
      checkpoint.shapes["head.scale"] = [1]
      let mixed = checkpoint
      #expect(throws: ImportError.self) { try mixed.read(in: TemporaryFolder()) }
    }
  }
}
