import IntaglioData
import IntaglioGraph

extension HuggingFaceCheckpoint {
  static func swin(
    _ kind: HuggingFaceClass,
    _ prefix: String,
    _ tensors: CheckpointTensors,
    _ configuration: ModelConfiguration
  ) throws(ImportError) -> Walked {
    let names = SwinNames(prefix, hasHead: kind.ending == .classifier)
    let size = try configuration.imageSize() ?? [kind.family.imageSize, kind.family.imageSize]
    let geometry = try SwinGeometry(tensors, names, imageSize: size)
    try configuration.checkSwin(geometry)
    if let window = try configuration.count("window_size"),
      let other = geometry.stages.first(where: { $0.window != window })
    {
      throw .malformed(
        file: tensors.source.path,
        place: "relative_position_bias_table",
        expected: "windows of \(window), as \"window_size\" says",
        found: "\(other.window)"
      )
    }
    try requireBiases(tensors, names, geometry, configuration)
    let layers = FloatLayers(
      epsilon: try configuration.epsilon(default: kind.family.epsilon, "layer_norm_eps"),
      function: try configuration.activation() ?? kind.family.activation
    )
    var walk = SwinWalk(
      geometry: geometry,
      layers: layers,
      // These norms have PyTorch's own ε whatever the configuration says.
      mergingEpsilon: 1e-5,
      names: names,
      target: CheckpointGraph(tensors)
    )
    let graph = try walk.build()
    return Walked(
      graph: graph,
      tensors: walk.target.tensors,
      image: geometry.imageExtents,
      classes: geometry.classes
    )
  }

  /// Parts that a walk would leave out where their tensors are missing.
  private static func requireBiases(
    _ tensors: CheckpointTensors,
    _ names: SwinNames,
    _ geometry: SwinGeometry,
    _ configuration: ModelConfiguration
  ) throws(ImportError) {
    var layers = [names.patches, names.patchNorm] + (names.head.map { [$0] } ?? [])
    let hasBias = try configuration.flag("qkv_bias") ?? true
    for (index, stage) in geometry.stages.enumerated() {
      for block in 0..<stage.depth {
        let (name, parts) = (names.prefix(index, block), names.block)
        layers += [parts.output, parts.hidden, parts.last].map { name + $0 }
        guard hasBias, case .separate(let query, let key, let value) = parts.projections else {
          continue
        }
        layers += [query, key, value].map { name + $0 }
      }
    }
    for layer in layers { try tensors.require(layer + ".bias") }
  }
}

extension SwinNames {
  /// Hugging Face's names, `prefix` in front.
  fileprivate init(_ prefix: String, hasHead: Bool) {
    patches = prefix + "embeddings.patch_embeddings.projection"
    patchNorm = prefix + "embeddings.norm"
    stages = prefix + "encoder.layers"
    block = ViTNames.Block(
      norm1: "layernorm_before",
      norm2: "layernorm_after",
      attention: "attention",
      projections: .separate(
        query: "attention.self.query",
        key: "attention.self.key",
        value: "attention.self.value"
      ),
      output: "attention.output.dense",
      firstScale: nil,
      secondScale: nil,
      mlp: "intermediate",
      hidden: "intermediate.dense",
      last: "output.dense",
      bias: "attention.self.relative_position_bias_table"
    )
    norm = prefix + "layernorm"
    head = hasHead ? "classifier" : nil
  }
}
