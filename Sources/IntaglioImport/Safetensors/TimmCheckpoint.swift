import IntaglioData
import IntaglioGraph

/// A float ViT or DeiT as timm saves it.
///
/// Dimensions come from the shapes. Heads, image preparation and class names come from `NAME.json` or
/// `config.json` beside the file, from its metadata, or from the name of a known architecture.
/// LayerNorm's ε is 1e-6 (1e-5 for names with `clip`) and the activation exact GELU, as in timm, unless
/// stated. Names of models that are not known to be the same, and settings that ask for something
/// else or contradict the tensors, are refused.
enum TimmCheckpoint {
  static func recognizes(_ file: SafetensorsFile) -> Bool {
    file.contains("patch_embed.proj.weight") && file.contains("blocks.0.attn.qkv.weight")
  }

  /// - Throws: `ImportError`, naming the tensor or the setting.
  static func read(
    _ file: SafetensorsFile,
    _ configuration: ModelConfiguration
  ) throws(ImportError) -> ImportedModel {
    let tensors = CheckpointTensors(file)
    let name = try configuration.architectureName()
    let architecture = name.flatMap { TimmArchitecture($0.text) }
    let geometry = try ViTGeometry(tensors, imageSize: configuration.imageSize()) {
      width,
      headWidth throws(ImportError) in
      try heads(width: width, headWidth: headWidth, configuration, architecture)
    }
    let pooling = try pooling(tensors, geometry, configuration)
    try configuration.check(geometry)
    try configuration.checkPlain(tensors, geometry)
    try checkHeads(tensors, geometry, pooling)
    let layers = FloatLayers(
      epsilon: try configuration.epsilon(
        default: name?.epsilon ?? 1e-6,
        "norm_eps",
        "layer_norm_eps"
      ),
      function: try configuration.activation() ?? .gelu
    )
    var walk = ViTWalk(
      geometry: geometry,
      layers: layers,
      pooling: pooling,
      target: CheckpointGraph(tensors)
    )
    let graph = try walk.build()
    try walk.target.tensors.requireAllTaken(by: "a plain ViT or DeiT of timm")
    let description = try configuration.description(
      name: name?.text,
      format: .timm,
      image: geometry.imageExtents,
      classes: geometry.classes,
      architecture: architecture
    )
    return ImportedModel(graph: graph, description: description, format: .timm)
  }

  private static func heads(
    width: Int,
    headWidth: Int?,
    _ configuration: ModelConfiguration,
    _ architecture: TimmArchitecture?
  ) throws(ImportError) -> Int {
    if let heads = try configuration.count("num_heads", "num_attention_heads") {
      guard let architecture, architecture.width == width, architecture.heads != heads else {
        return heads
      }
      throw .malformed(
        file: configuration.file,
        place: "num_heads",
        expected: "\(architecture.heads), as \(architecture.name) has",
        found: "\(heads)"
      )
    }
    if let headWidth, headWidth > 0, width % headWidth == 0 { return width / headWidth }
    guard let architecture else {
      // Published models have heads of 64 channels; a model of another kind knows better.
      let example = width % 64 == 0 ? "\(width / 64)" : "3"
      throw configuration.missing(
        "the number of attention heads",
        key: "num_heads",
        example: example
      )
    }
    guard architecture.width == width else {
      throw .malformed(
        file: configuration.file,
        place: "tensor patch_embed.proj.weight",
        expected: "the width \(architecture.width) of \(architecture.name)",
        found: "\(width) (if that is right, state \"num_heads\" in \(configuration.place))"
      )
    }
    return architecture.heads
  }

  private static func pooling(
    _ tensors: CheckpointTensors,
    _ geometry: ViTGeometry,
    _ configuration: ModelConfiguration
  ) throws(ImportError) -> Pooling {
    let hasClassToken = geometry.prefix.first?.name == "cls_token"
    let byTensors = !hasClassToken || tensors.contains("fc_norm.weight")
    let stated = try configuration.setting(["global_pool"], expected: "\"token\" or \"avg\"") {
      ["token": Pooling.token, "avg": .average, "mean": .average][$0.asString ?? ""]
    }
    if stated == .token, !hasClassToken {
      throw .malformed(
        file: tensors.source.path,
        place: "tensor cls_token",
        expected: "a class token, because \"global_pool\" is \"token\"",
        found: "none"
      )
    }
    return stated ?? (byTensors ? .average : .token)
  }

  /// A second head reads the distillation token.
  private static func checkHeads(
    _ tensors: CheckpointTensors,
    _ geometry: ViTGeometry,
    _ pooling: Pooling
  ) throws(ImportError) {
    guard tensors.contains("head_dist.weight") else { return }
    let shape = try tensors.shape("head_dist.weight", rank: 2)
    guard shape[0] == geometry.classes else {
      throw tensors.mismatch(
        "head_dist.weight",
        expected: "\(geometry.classes) classes as in head.weight",
        found: "\(shape[0])"
      )
    }
    guard tensors.contains("dist_token"), pooling == .token else {
      throw tensors.mismatch(
        "head_dist.weight",
        expected: "a class token and a dist_token that it reads",
        found: geometry.prefix.map(\.name).joined(separator: ", ")
      )
    }
  }
}
