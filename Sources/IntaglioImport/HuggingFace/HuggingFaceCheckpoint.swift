import IntaglioData
import IntaglioGraph

/// A float model as Hugging Face's `transformers` saves it, with its `config.json`.
///
/// `architectures` says what is computed, the configuration whatever tensors cannot tell, and every tensor that
/// the class has must be there: nothing is optional.
enum HuggingFaceCheckpoint {
  static func recognizes(_ source: any TensorSource) -> Bool {
    let layers = Set(HuggingFaceFamily.allCases.map { $0.patches + ".weight" })
    return source.names.contains { name in layers.contains { name.hasSuffix($0) } }
  }

  /// - Throws: `ImportError`, naming the tensor or the setting.
  static func read(
    _ source: any TensorSource,
    _ configuration: ModelConfiguration
  ) throws(ImportError) -> ImportedModel {
    var tensors = CheckpointTensors(source)
    let kind = try configuration.huggingFaceClass()
    let family = kind.family
    try HuggingFaceKeys.check(configuration, family)
    guard
      let prefix = family.prefixes.first(where: {
        tensors.contains($0 + family.patches + ".weight")
      })
    else {
      throw .malformed(
        file: source.path,
        place: nil,
        expected: "tensors of \(kind.name), such as \(family.prefixes[0])\(family.patches).weight",
        found: source.names.first.map { "'\($0)' and the like" } ?? "none"
      )
    }
    ignoreWhatFollows(&tensors, kind, prefix)
    let walked =
      family == .swin
      ? try swin(kind, prefix, tensors, configuration)
      : try vit(kind, prefix, tensors, configuration)
    try walked.tensors.requireAllTaken(by: kind.name)
    var description = try configuration.description(
      name: nil,
      format: .huggingFace,
      image: walked.image,
      classes: kind.hasClasses ? walked.classes : nil,
      isResampled: walked.storedGrid != nil
    )
    description.noteResampling(
      from: walked.storedGrid,
      to: walked.image.size,
      as: family == .vit || family == .deit
        ? "transformers does with interpolate_pos_encoding" : "transformers does"
    )
    if !kind.hasClasses {
      description.classNames = []
      description.notes.append(kind.note)
    }
    return ImportedModel(graph: walked.graph, description: description, format: .huggingFace)
  }

  /// What a walk through a model leaves.
  struct Walked {
    let graph: Graph
    let tensors: CheckpointTensors
    let image: ImageExtents
    let classes: Int?
    /// Rows and columns of positions that were resampled.
    var storedGrid: [Int]?
  }

  private static func vit(
    _ kind: HuggingFaceClass,
    _ prefix: String,
    _ tensors: CheckpointTensors,
    _ configuration: ModelConfiguration
  ) throws(ImportError) -> Walked {
    let family = kind.family
    let form = try ViTForm(kind, prefix: prefix, tensors, configuration)
    let usual = try configuration.imageSize() ?? [family.imageSize, family.imageSize]
    // Where positions can be resampled the processor says for which images.
    let size = try form.resampling == nil ? usual : configuration.processedSize() ?? usual
    func measured(
      for size: [Int],
      _ resampled: PatchGrid.Resampled?
    ) throws(ImportError) -> ViTGeometry {
      try ViTGeometry(tensors, names: form.names, imageSize: size, resampled: resampled) {
        _,
        _ throws(ImportError) in
        try configuration.count("num_attention_heads") ?? family.heads ?? 1
      }
    }
    let isClassic = family == .vit || family == .deit
    let resampled: PatchGrid.Resampled? =
      form.resampling == nil ? nil : isClassic ? (size == usual ? nil : .all) : .first
    // A ViT's positions are those of the size that its configuration states.
    if resampled == .all { _ = try measured(for: usual, nil) }
    let geometry = try measured(for: size, resampled)
    try configuration.check(geometry, form.names, tensors, of: kind)
    try requireParts(tensors, form, geometry, kind, configuration)
    let stated = try configuration.activation() ?? family.activation
    let layers = FloatLayers(
      epsilon: try configuration.epsilon(default: family.epsilon, "layer_norm_eps"),
      // The gate of DINOv2's MLP is SiLU whatever the configuration says.
      function: form.isGated ? .function(.silu) : stated
    )
    var walk = ViTWalk(
      geometry: geometry,
      layers: layers,
      form: form,
      target: CheckpointGraph(tensors)
    )
    let graph = try walk.build()
    return Walked(
      graph: graph,
      tensors: walk.target.tensors,
      image: geometry.imageExtents,
      classes: geometry.classes,
      storedGrid: geometry.storedGrid
    )
  }

  /// Tensors that no image passes through: the text's part, tokens of masked training, tables of indices.
  private static func ignoreWhatFollows(
    _ tensors: inout CheckpointTensors,
    _ kind: HuggingFaceClass,
    _ prefix: String
  ) {
    var unused = kind.family.foreign + [prefix + "embeddings.mask_token"]
    if kind.ending == .classifier {
      // Classifiers read tokens that these parts never see.
      if kind.family == .siglip { unused.append(prefix + "head.") }
      if kind.family == .clip { unused += [prefix + "post_layernorm.", "visual_projection."] }
      if kind.family == .vit || kind.family == .deit { unused.append(prefix + "pooler.") }
    }
    if kind.ending == .features, kind.family == .clip { unused.append("visual_projection.") }
    let indices = [".position_ids", ".relative_position_index"]
    for name in tensors.source.names
    where unused.contains(where: name.hasPrefix) || indices.contains(where: name.hasSuffix) {
      tensors.ignore(name)
    }
  }

  /// Parts that a walk would leave out where their tensors are missing.
  private static func requireParts(
    _ tensors: CheckpointTensors,
    _ form: ViTForm,
    _ geometry: ViTGeometry,
    _ kind: HuggingFaceClass,
    _ configuration: ModelConfiguration
  ) throws(ImportError) {
    let names = form.names
    let tokens =
      switch kind.family {
      case .vit, .dinov2, .clip, .beit: 1
      case .deit: 2
      case .dinov2WithRegisters: 2
      case .siglip, .swin: 0
      }
    for name in names.prefix.enumerated() where isExpected(name.offset, kind.family, tokens) {
      try tensors.require(name.element)
    }
    var layers = [names.preNorm, names.norm, names.poolNorm, names.secondHead].compactMap(\.self)
      .filter { kind.ending == .twoClassifiers || $0 != names.secondHead }
    for block in 0..<geometry.depth {
      let (name, parts) = (names.prefix(of: block), names.block)
      layers += [parts.output, parts.hidden, parts.last].map { name + $0 }
      for scale in [parts.firstScale, parts.secondScale].compactMap(\.self) {
        if kind.family == .beit, try configuration.hasNoLayerScale() { continue }
        try tensors.require(name + scale)
      }
      guard case .separate(let query, let key, let value) = parts.projections else { continue }
      let hasBias = try configuration.flag("qkv_bias") ?? true
      for layer in [query, key, value] where !(kind.family == .beit && layer == key) {
        if hasBias {
          layers.append(name + layer)
        } else if tensors.contains("\(name)\(layer).bias") {
          throw tensors.mismatch(
            "\(name)\(layer).bias",
            expected: "no such tensor, because \"qkv_bias\" is false",
            found: "one"
          )
        }
      }
    }
    for layer in layers { try tensors.require(layer + ".bias") }
    if kind.family != .clip { try tensors.require(names.patches + ".bias") }
    if let head = names.head, kind.ending != .projection { try tensors.require(head + ".bias") }
  }

  private static func isExpected(_ index: Int, _ family: HuggingFaceFamily, _ count: Int) -> Bool {
    // A ViT has no distillation token, and DINOv2 with registers has them in the third place.
    family == .dinov2WithRegisters ? index != 1 : index < count
  }
}

extension CheckpointTensors {
  /// - Throws: `ImportError.data` when there is no tensor of that name.
  func require(_ name: String) throws(ImportError) { _ = try source.shape(of: name) }
}

extension HuggingFaceClass {
  /// Whether the answers are classes.
  var hasClasses: Bool { ending == .classifier || ending == .twoClassifiers }

  /// What the answers of a model without classes are.
  var note: String {
    let what = ending == .projection ? "the projected features of the image" : "the pooled features"
    return "\(name) has no classes: the answers are \(what)"
  }
}

extension ModelConfiguration {
  /// The class that `architectures` names.
  ///
  /// - Throws: `ImportError` when nothing names it, or names one that is not read.
  fileprivate func huggingFaceClass() throws(ImportError) -> HuggingFaceClass {
    let known = HuggingFaceClass.all.map(\.name).joined(separator: ", ")
    let stated = try agreed(["architectures"], inSections: false, expected: "a list of one name") {
      $0.asStrings.flatMap { $0.count == 1 ? $0[0] : nil }
    }
    guard let stated else {
      throw missing(
        "which of Hugging Face's classes it is",
        key: "architectures",
        example: "[\"ViTForImageClassification\"]"
      )
    }
    guard let kind = HuggingFaceClass.named(stated) else {
      throw .unsupported(
        file: place(of: "architectures"),
        place: "architectures",
        feature: "\"\(stated.prefix(60))\"",
        advice: "known are \(known); export others as ONNX"
      )
    }
    let type = try agreed(["model_type"], inSections: false, expected: "a text", \.asString)
    if let type, !kind.family.modelTypes.contains(type) {
      throw .malformed(
        file: place(of: "model_type"),
        place: "model_type",
        expected: "\"\(kind.family.modelTypes[0])\", as \(kind.name) has",
        found: "\"\(type.prefix(60))\""
      )
    }
    return kind
  }

  /// BEiT's layer scale begins with this number and is left out where it is not above 0.
  fileprivate func hasNoLayerScale() throws(ImportError) -> Bool {
    try number("layer_scale_init_value").map { $0 <= 0 } ?? false
  }

  /// Compares what is stated with the shapes of the tensors.
  fileprivate func check(
    _ geometry: ViTGeometry,
    _ names: ViTNames,
    _ tensors: CheckpointTensors,
    of kind: HuggingFaceClass
  ) throws(ImportError) {
    let hidden = try tensors.shape("\(names.prefix(of: 0))\(names.block.hidden).weight", rank: 2)[0]
    if let stated = try list("patch_size"), stated != geometry.patch.map({ Double($0) }),
      stated.count != 1 || Set(stated) != Set(geometry.patch.map { Double($0) })
    {
      throw .malformed(
        file: file,
        place: "patch_size",
        expected: "\(geometry.patch), as in the tensors",
        found: "\(stated)"
      )
    }
    var stated: [(String, Int?, Int)] = [
      ("hidden_size", try count("hidden_size"), geometry.width),
      ("num_hidden_layers", try count("num_hidden_layers"), geometry.depth),
      ("num_channels", try count("num_channels"), geometry.channels),
      ("intermediate_size", try count("intermediate_size"), hidden),
      ("num_register_tokens", try count("num_register_tokens"), geometry.prefix.last?.count ?? 0),
    ]
    if let classes = geometry.classes {
      let key = kind.hasClasses ? "num_labels" : "projection_dim"
      if kind.ending != .features { stated.append((key, try count(key), classes)) }
    }
    for (key, value, found) in stated {
      guard let value, value != found else { continue }
      throw .malformed(
        file: file,
        place: key,
        expected: "\(value), as the configuration says",
        found: "\(found) by the shapes of the tensors"
      )
    }
  }
}
