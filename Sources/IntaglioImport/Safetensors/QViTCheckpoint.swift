import IntaglioData
import IntaglioGraph

/// A Vision Transformer trained with quantization in the manner of Q-ViT (Li et al., 2022): LSQ
/// weights with a scale per output channel, activations with learned scales and zero points,
/// LayerNorm on queries and keys.
///
/// Dimensions come from the shapes; bits, heads, the form of the activation scales and the image
/// preparation from `NAME.json` or `config.json` beside the file or from its metadata.
enum QViTCheckpoint {
  static func recognizes(_ file: any TensorSource) -> Bool {
    file.contains("patch_embed.proj.act.alpha") && file.contains("blocks.0.attn.qkv.act.alpha")
  }

  /// - Throws: `ImportError`, naming the tensor or the setting.
  static func read(
    _ file: any TensorSource,
    _ configuration: ModelConfiguration
  ) throws(ImportError) -> ImportedModel {
    let tensors = CheckpointTensors(file)
    let geometry = try ViTGeometry(tensors, imageSize: configuration.imageSize()) {
      _,
      headWidth throws(ImportError) in
      try heads(headWidth: headWidth, tensors, configuration)
    }
    try check(geometry, tensors, configuration)
    let layers = QuantizedLayers(
      bits: try bits(configuration),
      activationScale: try activationScale(configuration),
      epsilon: try configuration.epsilon(default: 1e-6, "norm_eps", "layer_norm_eps"),
      headEpsilon: try configuration.epsilon(default: 1e-5, "qk_norm_eps")
    )
    var walk = ViTWalk(
      geometry: geometry,
      layers: layers,
      target: CheckpointGraph(tensors)
    )
    let graph = try walk.build()
    try walk.target.tensors.requireAllTaken(by: "Q-ViT")
    let description = try configuration.description(
      name: try configuration.string("name"),
      format: .qvit,
      image: geometry.imageExtents,
      classes: geometry.classes
    )
    return ImportedModel(graph: graph, description: description, format: .qvit)
  }

  /// The attention quantizers have one scale per head.
  private static func heads(
    headWidth: Int?,
    _ tensors: CheckpointTensors,
    _ configuration: ModelConfiguration
  ) throws(ImportError) -> Int {
    let name = "blocks.0.attn.q_act.alpha"
    let heads = try tensors.shape(name, rank: 1)[0]
    let stated = try configuration.count("num_heads", "num_attention_heads")
    guard heads > 0, stated == nil || stated == heads else {
      let expected = stated.map { "\($0) heads, as the configuration says" } ?? "at least one head"
      throw tensors.mismatch(name, expected: expected, found: "\(heads)")
    }
    return heads
  }

  private static func check(
    _ geometry: ViTGeometry,
    _ tensors: CheckpointTensors,
    _ configuration: ModelConfiguration
  ) throws(ImportError) {
    guard geometry.prefix.map(\.name) == ["cls_token"] else {
      let found = geometry.prefix.map(\.name)
      throw .unsupported(
        file: tensors.source.path,
        place: "tensor \(found.last ?? "cls_token")",
        feature: "a Q-ViT model with the extra tokens \(found)",
        advice: "use one with a class token and no other"
      )
    }
    try configuration.check(geometry)
  }

  private static func bits(
    _ configuration: ModelConfiguration
  ) throws(ImportError) -> Int {
    let bits = try configuration.setting(["nbits", "bits"], expected: "2 to 8 bits") { value in
      value.asInteger.flatMap { (2...8).contains($0) ? $0 : nil }
    }
    guard let bits else {
      throw configuration.missing("the width of its codes", key: "nbits", example: "3")
    }
    return bits
  }

  private static func activationScale(
    _ configuration: ModelConfiguration
  ) throws(ImportError) -> QuantizedLayers.ActivationScale {
    let names = QuantizedLayers.ActivationScale.allCases.map { "\"\($0.rawValue)\"" }
    let form = try configuration.setting(
      ["activation_scale"],
      expected: names.joined(separator: " or ")
    ) { $0.asString.flatMap(QuantizedLayers.ActivationScale.init) }
    guard let form else {
      throw configuration.missing(
        "whether an activation has one scale (\"mean\") or one per channel (\"per_channel\")",
        key: "activation_scale",
        example: "\"mean\""
      )
    }
    return form
  }
}
