import IntaglioData
import IntaglioGraph

/// A Swin Transformer as timm saves it.
enum SwinCheckpoint {
  static func recognizes(_ source: any TensorSource) -> Bool {
    source.contains("patch_embed.proj.weight")
      && source.contains("layers.0.blocks.0.attn.qkv.weight")
      && source.contains("layers.0.blocks.0.attn.relative_position_bias_table")
  }

  /// - Throws: `ImportError`, naming the tensor or the setting.
  static func read(
    _ source: any TensorSource,
    _ configuration: ModelConfiguration
  ) throws(ImportError) -> ImportedModel {
    var tensors = CheckpointTensors(source)
    let name = try configuration.architectureName(ofFamily: "swin")
    var names = SwinNames()
    // Before timm's version 0.9 the head was one layer.
    let heads = ["head.fc", "head"]
    names.head = heads.first { tensors.contains($0 + ".weight") }
    guard let size = try configuration.imageSize() ?? name?.resolution.map({ [$0, $0] }) else {
      throw configuration.missing("the size of its images", key: "img_size", example: "224")
    }
    let geometry = try SwinGeometry(tensors, names, imageSize: size)
    try configuration.checkSwin(geometry)
    for name in tensors.source.names
    where name.hasSuffix(".relative_position_index") || name.hasSuffix(".attn_mask") {
      tensors.ignore(name)
    }
    let epsilon = try configuration.epsilon(default: 1e-5, "norm_eps", "layer_norm_eps")
    var walk = SwinWalk(
      geometry: geometry,
      layers: FloatLayers(epsilon: epsilon, function: try configuration.activation() ?? .gelu),
      mergingEpsilon: epsilon,
      names: names,
      target: CheckpointGraph(tensors)
    )
    let graph = try walk.build()
    try walk.target.tensors.requireAllTaken(by: "a Swin Transformer of timm")
    let description = try configuration.description(
      name: name?.text,
      format: .timm,
      image: geometry.imageExtents,
      classes: geometry.classes
    )
    return ImportedModel(
      graph: graph,
      description: description.noting(geometry.classes),
      format: .timm
    )
  }
}

extension ModelConfiguration {
  /// Compares what is stated with the shapes of the tensors, and refuses other kinds of layers.
  ///
  /// - Throws: `ImportError`, naming the first setting that differs.
  func checkSwin(_ geometry: SwinGeometry) throws(ImportError) {
    func compare(_ key: String, _ found: [Int]) throws(ImportError) {
      for (value, key, source) in everyValue(of: [key]) {
        let numbers = value.asNumbers ?? []
        let expected = found.map { Double($0) }
        // One number stands for all.
        let isSame = numbers == expected || numbers.count == 1 && Set(numbers) == Set(expected)
        guard !isSame else { continue }
        throw .malformed(
          file: source,
          place: key,
          expected: "\(found), as in the tensors",
          found: value.text
        )
      }
    }
    let stages = geometry.stages
    try compare("depths", stages.map(\.depth))
    try compare("num_heads", stages.map(\.heads))
    try compare("patch_size", geometry.patch)
    try compare("embed_dim", [stages[0].width])
    if try flag("use_absolute_embeddings") ?? false {
      throw .unsupported(
        file: place(of: "use_absolute_embeddings"),
        place: "use_absolute_embeddings",
        feature: "a Swin Transformer with absolute positions",
        advice: "export the model as ONNX"
      )
    }
    for (key, source) in keys(of: "model_args") where !Self.swinSettings.contains(key) {
      throw .unsupported(
        file: source,
        place: "model_args",
        feature: "the setting \"\(key.prefix(60))\"",
        advice: "remove it if it changes nothing in inference, or export the model as ONNX"
      )
    }
    let pooling = try setting(["global_pool"], expected: "\"avg\"") {
      ["avg", ""].contains($0.asString ?? "?") ? true : nil
    }
    _ = pooling
  }

  /// What `model_args` may hold for a Swin Transformer.
  private static let swinSettings: Set = [
    "img_size", "patch_size", "in_chans", "num_classes", "global_pool", "embed_dim", "depths",
    "num_heads", "window_size", "mlp_ratio", "qkv_bias", "drop_rate", "proj_drop_rate",
    "attn_drop_rate", "drop_path_rate", "norm_eps", "act_layer", "weight_init", "input_size",
    "mean", "std", "interpolation", "crop_pct", "crop_mode", "name", "architecture",
    "strict_img_size",
  ]
}

extension ModelDescription {
  /// The same with a note where there are no classes.
  func noting(_ classes: Int?) -> ModelDescription {
    var result = self
    if classes == nil {
      result.classNames = []
      result.notes.append("the model has no head: the answers are the pooled features")
    }
    return result
  }
}
