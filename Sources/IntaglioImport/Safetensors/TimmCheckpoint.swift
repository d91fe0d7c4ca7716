import IntaglioData
import IntaglioGraph

/// A float ViT, DeiT or BEiT as timm saves it.
///
/// Dimensions come from the shapes. Heads, image preparation and class names come from `NAME.json` or
/// `config.json` beside the file, from its metadata, or from the name of a known architecture.
/// LayerNorm's ε is 1e-6 (1e-5 for names with `clip`) and the activation what timm's model of the name has,
/// else exact GELU, unless stated. Names of models that are not known, and settings that ask for something
/// else or contradict the tensors, are refused.
enum TimmCheckpoint {
  static func recognizes(_ source: any TensorSource) -> Bool {
    source.contains("patch_embed.proj.weight") && source.contains("blocks.0.attn.qkv.weight")
  }

  /// - Throws: `ImportError`, naming the tensor or the setting.
  static func read(
    _ source: any TensorSource,
    _ configuration: ModelConfiguration
  ) throws(ImportError) -> ImportedModel {
    var tensors = CheckpointTensors(source)
    let name = try configuration.architectureName()
    let architecture = name.flatMap { TimmArchitecture($0.text) }
    let form = try ViTForm(timm: tensors, name, configuration)
    let geometry = try ViTGeometry(
      tensors,
      names: form.names,
      imageSize: configuration.imageSize(),
      resampled: .fitting(coversPrefix: configuration.flag("no_embed_class").map { !$0 })
    ) { width, headWidth throws(ImportError) in
      try heads(width: width, headWidth: headWidth, configuration, architecture)
    }
    try configuration.check(geometry)
    try configuration.checkPlain(tensors, geometry, form)
    try checkHeads(tensors, geometry, form.pooling)
    ignoreWhatFollows(&tensors)
    let layers = FloatLayers(
      epsilon: try configuration.epsilon(
        default: name?.epsilon ?? 1e-6,
        "norm_eps",
        "layer_norm_eps"
      ),
      function: try configuration.activation() ?? name?.activation ?? .gelu
    )
    var walk = ViTWalk(
      geometry: geometry,
      layers: layers,
      form: form,
      target: CheckpointGraph(tensors)
    )
    let graph = try walk.build()
    try walk.target.tensors.requireAllTaken(by: "a ViT, DeiT or BEiT of timm")
    var description = try configuration.description(
      name: name?.text,
      format: .timm,
      image: geometry.imageExtents,
      classes: geometry.classes,
      architecture: architecture
    )
    description.noteResampling(from: geometry.storedGrid, to: geometry.image, as: "timm does")
    return ImportedModel(
      graph: graph,
      description: description.noting(geometry.classes),
      format: .timm
    )
  }

  /// Tensors that inference does not need: tables of indices, and the token of masked training.
  private static func ignoreWhatFollows(_ tensors: inout CheckpointTensors) {
    for name in tensors.source.names
    where name == "mask_token" || name.hasSuffix(".relative_position_index") {
      tensors.ignore(name)
    }
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
      // Published models have heads of 64 channels, others of 32; a model of another kind knows better.
      let usual = [64, 32, 16].first { width % $0 == 0 } ?? width
      throw configuration.missing(
        "the number of attention heads",
        key: "num_heads",
        example: "\(width / max(usual, 1))"
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
        expected: geometry.classes.map { "\($0) classes as in head.weight" }
          ?? "a head.weight, too",
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
