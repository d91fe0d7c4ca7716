import Foundation
import IntaglioData
import IntaglioGraph
import IntaglioImport
import IntaglioTestSupport
import Testing

@Suite("Models of Hugging Face")
struct HuggingFaceCheckpointTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What transformers computed for one small model.
  struct Variant {
    let image: [Int]
    let config: [String: Any]
    let tensors: [String: [Int]]
    let logits: [Double]

    /// The model as a checkpoint with its two JSON files.
    func checkpoint(_ change: (inout [String: Any]) -> Void = { _ in }) throws -> Checkpoint {
      var config = config
      change(&config)
      var checkpoint = Checkpoint(shapes: tensors)
      let text = try JSONSerialization.data(withJSONObject: config)
      checkpoint.files["config.json"] = String(decoding: text, as: UTF8.self)
      let (mean, size) = ("[0.5, 0.5, 0.5]", #"{"height": \#(image[2]), "width": \#(image[3])}"#)
      checkpoint.files["preprocessor_config.json"] =
        #"{"image_mean": \#(mean), "image_std": \#(mean), "do_resize": true, "size": \#(size)}"#
      checkpoint.metadata = ["format": "pt"]
      return checkpoint
    }
  }

  static let names = [
    "BEiT", "BEiT with a class token", "BEiT with shared and absolute positions", "CLIP",
    "CLIP as a whole", "CLIP for images", "CLIP with projection", "DINOv2",
    "DINOv2 on larger images", "DINOv2 with a gated MLP", "DINOv2 with registers",
    "DINOv2 with registers on smaller images", "DeiT", "DeiT on smaller images",
    "DeiT with a teacher", "SigLIP", "SigLIP as a whole", "SigLIP for images", "Swin",
    "Swin without a head", "ViT", "ViT on larger images",
    "ViT with another activation and epsilon", "ViT without a head",
    "ViT without biases of queries, keys and values",
  ]

  private static func variants() throws -> [String: Variant] {
    let tests = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = tests.appendingPathComponent("Golden/IntaglioImport/huggingface-variants.json")
    let root = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
    let all = try #require(root?["variants"] as? [String: [String: Any]])
    return try all.mapValues { value in
      Variant(
        image: try #require(value["image"] as? [Int]),
        config: try #require(value["config"] as? [String: Any]),
        tensors: try #require(value["tensors"] as? [String: [Int]]),
        logits: try #require(value["logits"] as? [Double])
      )
    }
  }

  @Test("every model computes what transformers computes", arguments: names)
  func variants(name: String) throws {
    let all = try Self.variants()
    #expect(all.keys.sorted() == Self.names)
    let variant = try #require(all[name])
    let model = try variant.checkpoint().read(in: folder)
    #expect(model.format == .huggingFace)
    let image = Checkpoint.numbers("image", variant.image.reduce(1, *)).map(Double.init)
    let result = try Oracle<Double>(model.graph).run(["image": .real(image)])
    let found = try #require((result["logits"] ?? result["features"])?.reals)
    #expect(found.count == variant.logits.count)
    // PyTorch resamples positions in float32, and transformers has its softmax in float32.
    let isResampled = model.description.notes.contains { $0.contains("resampled") }
    #expect(isResampled == name.hasSuffix("er images"))
    let limit = 1e-6
    for (found, recorded) in zip(found, variant.logits) { #expect(abs(found - recorded) < limit) }
  }

  @Test("a missing tensor of any kind is refused", arguments: ["ViT", "DINOv2", "BEiT", "CLIP"])
  func missing(name: String) throws {
    let variant = try #require(try Self.variants()[name])
    // What no image passes through, or what the family does not always have.
    let unused = ["mask_token", "post_layernorm"]
    for tensor in variant.tensors.keys.sorted() where !unused.contains(where: tensor.contains) {
      var checkpoint = try variant.checkpoint()
      checkpoint.shapes[tensor] = nil
      let path = try checkpoint.write(to: folder)
      #expect(throws: ImportError.self, "\(tensor)") { try ModelFile.read(path: path) }
    }
  }

  @Test("a tensor that the class does not have is refused by name")
  func unknown() throws {
    var checkpoint = try #require(try Self.variants()["ViT"]).checkpoint()
    checkpoint.shapes["vit.encoder.layer.0.adapter.weight"] = [3, 3]
    let path = try checkpoint.write(to: folder)
    let error = #expect(throws: ImportError.self) { try ModelFile.read(path: path) }
    #expect(error?.description.contains("vit.encoder.layer.0.adapter.weight") == true)
  }

  /// A member of config.json in the place of the model's own, and what the message says; empty where it is
  /// accepted.
  static let settings: [(model: String, key: String, value: String, message: String)] = [
    (
      "ViT", "architectures", #"["ViTForMaskedImageModeling"]"#,
      "known are ViTForImageClassification"
    ),
    ("ViT", "architectures", "null", #"write "architectures": ["ViTForImageClassification"]"#),
    ("ViT", "model_type", #""deit""#, #"expected "vit""#),
    ("ViT", "rope_theta", "100", "rope_theta: this key of a model of vit"),
    ("ViT", "rope_theta", "null", ""),
    ("ViT", "hidden_act", #""mish""#, "hidden_act"),
    ("ViT", "hidden_size", "32", "hidden_size: expected 32"),
    ("ViT", "num_hidden_layers", "3", "num_hidden_layers: expected 3"),
    ("ViT", "num_attention_heads", "3", "3 heads"),
    ("ViT", "image_size", "12", "3×3 positions"),
    ("ViT", "qkv_bias", "false", #""qkv_bias" is false"#),
    ("ViT", "patch_size", "8", "patch_size"),
    ("ViT", "intermediate_size", "48", "intermediate_size"),
    ("ViT", "layer_norm_eps", "-1", "layer_norm_eps"),
    ("DINOv2 with registers", "num_register_tokens", "4", "num_register_tokens"),
    ("DINOv2", "use_swiglu_ffn", "true", "weights_in"),
    ("BEiT", "use_relative_position_bias", "false", "relative_position_bias_table"),
    ("BEiT", "use_mean_pooling", "false", "layernorm"),
    ("Swin", "window_size", "2", "window"),
    ("Swin", "depths", "[2, 3]", "depths"),
    ("Swin", "num_heads", "[2, 2]", "num_heads"),
    ("Swin", "use_absolute_embeddings", "true", "absolute positions"),
  ]

  @Test("settings are honoured or refused by name", arguments: settings.indices)
  func setting(index: Int) throws {
    let (name, key, text, message) = Self.settings[index]
    let value = try JSONSerialization.jsonObject(with: Data("[\(text)]".utf8)) as? [Any]
    let checkpoint = try #require(try Self.variants()[name]).checkpoint { $0[key] = value?[0] }
    let path = try checkpoint.write(to: folder)
    if message.isEmpty {
      _ = try ModelFile.read(path: path)
    } else {
      let error = #expect(throws: ImportError.self) { try ModelFile.read(path: path) }
      #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }
  }
}
