import Foundation
import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import Testing

@Suite("Checkpoints of timm")
struct TimmCheckpointTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What timm computed for one small model.
  struct Variant: Decodable {
    let image: [Int]
    let tensors: [String: [Int]]
    let logits: [Double]
  }

  struct Recording: Decodable {
    let variants: [String: Variant]
  }

  /// What the shapes of a variant cannot tell.
  static let settings: [String: String] = [
    "class token": "",
    "average of the patch tokens": "",
    "average without a class token": "",
    "average under the first norm": #", "global_pool": "avg""#,
    "distillation token": "",
    "no bias of queries, keys and values": "",
    "norm before the blocks": "",
    "layer scale": "",
    "norms on queries and keys": "",
    "registers outside the positions": "",
    "one channel, wide patches": #", "mean": 0.5, "std": 0.5, "img_size": [8, 12]"#,
    "tanh form of GELU": #", "act_layer": "gelu_tanh""#,
    "quick GELU": #", "act_layer": "quick_gelu""#,
    "norms behind the sublayers": #", "block_fn": "ResPostBlock", "init_values": 1e-5"#,
    "pooling by attention": "",
    "pooling by attention over registers too": #", "pool_include_prefix": true"#,
    "gated MLP": #", "mlp_layer": "SwiGLUPacked", "act_layer": "silu""#,
    "no head": #", "num_classes": 0"#,
    "registers with positions": "",
    "relative positions": "",
    "shared relative positions": "",
    "positions of smaller images": #", "img_size": 12"#,
    "positions of larger images, registers without": #", "img_size": [8, 12]"#,
    "shifted windows": #", "num_heads": [1, 2], "img_size": 16"#,
  ]

  private static func recording() throws -> Recording {
    let tests = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = tests.appendingPathComponent("Golden/IntaglioImport/timm-variants.json")
    return try JSONDecoder().decode(Recording.self, from: Data(contentsOf: file))
  }

  @Test("every variant computes what timm computes", arguments: settings.keys.sorted())
  func variants(name: String) throws {
    let recording = try Self.recording()
    #expect(recording.variants.keys.sorted() == Self.settings.keys.sorted())
    let variant = try #require(recording.variants[name])
    var checkpoint = Checkpoint(shapes: variant.tensors)
    let settings = Self.settings[name] ?? ""
    checkpoint.files["vit.json"] = """
      {\(settings.contains("num_heads") ? #""in_chans": 3"# : #""num_heads": 2"#)\(settings)
       \(settings.contains("mean") ? "" : #", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]"#)}
      """
    let model = try checkpoint.read(in: folder)
    let input = try #require(model.graph.inputs.first)
    #expect(model.graph.type(of: input) == ValueType(.real, variant.image))
    let image = Checkpoint.numbers("image", variant.image.reduce(1, *)).map(Double.init)
    let result = try Oracle<Double>(model.graph).run(["image": .real(image)])
    let isHeadless = name == "no head"
    let logits = try #require(result[isHeadless ? "features" : "logits"]?.reals)
    #expect(logits.count == variant.logits.count)
    #expect(model.description.notes.contains { $0.contains("pooled features") } == isHeadless)
    // timm resamples positions in float32.
    let isResampled = model.description.notes.contains { $0.contains("resampled") }
    #expect(isResampled == name.hasPrefix("positions of"))
    let limit = isResampled ? 1e-6 : 1e-12
    for (found, recorded) in zip(logits, variant.logits) { #expect(abs(found - recorded) < limit) }
  }

  @Test("F16, BF16 and F64 hold the same model as F32", arguments: [StorageType.f16, .bf16, .f64])
  func types(type: StorageType) throws {
    let reference = try Checkpoint.timm.read(in: folder)
    var checkpoint = Checkpoint.timm
    checkpoint.type = type
    let model = try checkpoint.read(in: folder)
    let image = Checkpoint.numbers("image", 192).map(Double.init)
    let results = try [reference, model].map {
      try Oracle<Double>($0.graph).run(["image": .real(image)])["logits"]
    }
    #expect(results[0] == results[1])
    if type != .f64 { #expect(model.graph.nodes == reference.graph.nodes) }
  }

  @Test("matrix multiplications carry the model's own names")
  func names() throws {
    let graph = try Checkpoint.timm.read(in: folder).graph
    let names = graph.live.filter { graph[$0].operation.isMatrixMultiplication }
      .map { graph.label(of: $0) }
    let block = ["attn.qkv", "attn.qk", "attn.pv", "attn.proj", "mlp.fc1", "mlp.fc2"]
    let blocks = (0..<2).flatMap { index in block.map { "blocks.\(index).\($0)" } }
    #expect(names == ["patch_embed.proj"] + blocks + ["head"])
    #expect(graph.live.count == graph.nodes.count)
  }

  @Test("streams and nonlinear functions are named for their place")
  func namesOfReals() throws {
    for (checkpoint, heads, function) in [
      (Checkpoint.timm, [], ["mlp.act"]),
      (.qvit, ["attn.norm_q", "attn.norm_k"], ["mlp.act", "mlp.act.clip"]),
    ] {
      let graph = try checkpoint.read(in: TemporaryFolder()).graph
      let names = graph.live.compactMap { value -> String? in
        let operation = graph[value].operation
        let isNonlinear = [.function, .row].contains(operation.family)
        if case .concat = operation { return graph.name(of: value) }
        return isNonlinear || operation == .add ? graph.name(of: value) : nil
      }
      let attention = heads + ["attn.softmax", "attn.residual"]
      let block = ["norm1"] + attention + ["norm2"] + function + ["mlp.residual"]
      let blocks = (0..<2).flatMap { index in block.map { "blocks.\(index).\($0)" } }
      #expect(names == ["embed"] + blocks + ["norm"])
    }
  }

  @Test("a known architecture needs no configuration")
  func knownArchitecture() throws {
    guard let path = SharedData.path("data/vit-tiny/vit_tiny_patch16_224.safetensors") else {
      return
    }
    let model = try ModelFile.read(path: path)
    #expect(model.format == .timm)
    #expect(model.description.name == "vit_tiny_patch16_224")
    let preprocessing = try #require(model.description.preprocessing)
    let half: [Float] = [0.5, 0.5, 0.5]
    #expect(preprocessing.mean == half && preprocessing.std == half)
    #expect(preprocessing.resize == .shorterSide(248))
    #expect(preprocessing.crop == Preprocessing.Size(width: 224, height: 224))
    #expect(preprocessing.interpolation == .bicubic)
    #expect(model.description.notes.count == 2)
    let products = model.graph.live.filter { model.graph[$0].operation.isMatrixMultiplication }
    #expect(products.count == 74)
  }

  @Test("timm's own configuration file is understood")
  func timmConfiguration() throws {
    var checkpoint = Checkpoint.timm
    checkpoint.files = [
      "config.json": """
      {"architecture": "vit_pico_patch4_8", "num_classes": 5, "num_heads": 2,
       "global_pool": "token", "label_names": ["a", "b", "c", "d", "e"],
       "pretrained_cfg": {"input_size": [3, 8, 8], "interpolation": "bilinear", "crop_pct": 0.8,
         "crop_mode": "center", "mean": [0.1, 0.2, 0.3], "std": [1, 2, 3], "num_classes": 1000,
         "pool_size": null}}
      """
    ]
    let description = try checkpoint.read(in: folder).description
    #expect(description.name == "vit_pico_patch4_8")
    #expect(description.classNames == ["a", "b", "c", "d", "e"])
    let preprocessing = try #require(description.preprocessing)
    #expect(preprocessing.resize == .shorterSide(10))
    #expect(preprocessing.interpolation == .bilinear)
    #expect(preprocessing.mean == [0.1, 0.2, 0.3] && preprocessing.std == [1, 2, 3])
  }

  @Test("settings may stand in the metadata, and a file beside the model goes first")
  func metadata() throws {
    var checkpoint = Checkpoint.timm
    checkpoint.files = [:]
    checkpoint.metadata = [
      "num_heads": "4", "mean": "[0.25, 0.5, 0.75]", "std": "[1, 1, 1]", "name": "x",
    ]
    let model = try checkpoint.read(in: folder)
    #expect(model.description.preprocessing?.mean == [0.25, 0.5, 0.75])
    #expect(model.graph.types.contains(ValueType(.real, [1, 4, 5, 4])))
    checkpoint.files["vit.json"] = #"{"num_heads": 2}"#
    let other = try checkpoint.read(in: folder)
    #expect(other.graph.types.contains(ValueType(.real, [1, 2, 5, 8])))
  }
}
