import IntaglioGraph

extension ViTForm {
  /// What a model of `kind` computes whose tensors begin with `prefix`.
  ///
  /// - Throws: `ImportError` where the configuration contradicts the tensors.
  init(
    _ kind: HuggingFaceClass,
    prefix: String,
    _ tensors: CheckpointTensors,
    _ configuration: ModelConfiguration
  ) throws(ImportError) {
    names = ViTNames(kind.family, prefix)
    switch kind.family {
    case .vit, .deit: setClassic(kind, prefix, tensors)
    case .dinov2, .dinov2WithRegisters: try setDINO(kind, prefix, configuration)
    case .siglip: setSigLIP(kind, prefix)
    case .clip: setCLIP(kind)
    case .beit: try setBEiT(kind, prefix, tensors, configuration)
    case .swin: preconditionFailure("Swin is no ViT")
    }
  }

  private mutating func setClassic(
    _ kind: HuggingFaceClass,
    _ prefix: String,
    _ tensors: CheckpointTensors
  ) {
    resampling = .plain
    switch kind.ending {
    case .classifier: names.head = "classifier"
    case .twoClassifiers:
      (names.head, names.secondHead) = ("cls_classifier", "distillation_classifier")
    case .features, .projection:
      // A pooler is a layer with tanh behind it; models are saved with and without.
      let pooler = prefix + "pooler.dense"
      names.head = tensors.contains(pooler + ".weight") ? pooler : nil
      isPooledByTanh = names.head != nil
    }
  }

  private mutating func setDINO(
    _ kind: HuggingFaceClass,
    _ prefix: String,
    _ configuration: ModelConfiguration
  ) throws(ImportError) {
    if kind.ending == .classifier {
      names.head = "classifier"
      pooling = .tokenAndAverage
    }
    resampling = kind.family == .dinov2 ? .plain : .antialiased
    isGated = try configuration.flag("use_swiglu_ffn") ?? false
    if isGated {
      (names.block.hidden, names.block.last) = ("mlp.weights_in", "mlp.weights_out")
    }
  }

  private mutating func setSigLIP(_ kind: HuggingFaceClass, _ prefix: String) {
    if kind.ending == .classifier {
      names.head = "classifier"
      pooling = .average
      return
    }
    let head = prefix + "head."
    pooling = .attention(
      AttentionPool(
        latent: head + "probe",
        projections: .stacked(
          weight: head + "attention.in_proj_weight",
          bias: head + "attention.in_proj_bias"
        ),
        output: head + "attention.out_proj",
        norm: head + "layernorm",
        hidden: head + "mlp.fc1",
        last: head + "mlp.fc2",
        name: prefix + "head"
      ),
      includesPrefix: true
    )
  }

  private mutating func setCLIP(_ kind: HuggingFaceClass) {
    switch kind.ending {
    case .classifier:
      // The classifier reads tokens that no norm has seen.
      names.head = "classifier"
      names.norm = nil
      pooling = .average
    case .projection: names.head = "visual_projection"
    case .features, .twoClassifiers: break
    }
  }

  private mutating func setBEiT(
    _ kind: HuggingFaceClass,
    _ prefix: String,
    _ tensors: CheckpointTensors,
    _ configuration: ModelConfiguration
  ) throws(ImportError) {
    if kind.ending == .classifier { names.head = "classifier" }
    if try configuration.flag("use_mean_pooling") ?? true {
      names.norm = nil
      names.poolNorm = prefix + "pooler.layernorm"
      pooling = .average
    }
    if try !(configuration.flag("use_absolute_position_embeddings") ?? false) {
      names.positions = nil
    }
    let table = "relative_position_bias.relative_position_bias_table"
    if try configuration.flag("use_relative_position_bias") ?? false {
      names.block.bias = "attention.attention." + table
    }
    if try configuration.flag("use_shared_relative_position_bias") ?? false {
      names.sharedBias = prefix + "encoder." + table
    }
  }
}

extension ViTNames {
  /// What tensors of `family` are called, `prefix` in front.
  fileprivate init(_ family: HuggingFaceFamily, _ prefix: String) {
    self.init()
    patches = prefix + family.patches
    (preNorm, poolNorm, head, secondHead) = (nil, nil, nil, nil)
    let embeddings = prefix + "embeddings."
    switch family {
    case .siglip, .clip:
      positions = embeddings + "position_embedding.weight"
      self.prefix = family == .clip ? [embeddings + "class_embedding"] : []
      areTokensFlat = true
      // The name is misspelt in the files as well.
      preNorm = family == .clip ? prefix + "pre_layrnorm" : nil
      blocks = prefix + "encoder.layers"
      block = .clip
      norm = prefix + "post_layernorm"
    case .vit, .deit, .dinov2, .dinov2WithRegisters, .beit, .swin:
      positions = embeddings + "position_embeddings"
      self.prefix = ["cls_token", "distillation_token", "register_tokens"].map { embeddings + $0 }
      blocks = prefix + "encoder.layer"
      block = .bert
      norm = prefix + "layernorm"
      if family == .dinov2 || family == .dinov2WithRegisters { block.setDINO() }
      if family == .beit { (block.firstScale, block.secondScale) = ("lambda_1", "lambda_2") }
    }
  }
}

extension ViTNames.Block {
  /// The names that came with BERT.
  fileprivate static var bert: Self {
    Self(
      norm1: "layernorm_before",
      norm2: "layernorm_after",
      attention: "attention",
      projections: .separate(
        query: "attention.attention.query",
        key: "attention.attention.key",
        value: "attention.attention.value"
      ),
      output: "attention.output.dense",
      firstScale: nil,
      secondScale: nil,
      mlp: "intermediate",
      hidden: "intermediate.dense",
      last: "output.dense"
    )
  }

  fileprivate static var clip: Self {
    Self(
      norm1: "layer_norm1",
      norm2: "layer_norm2",
      attention: "self_attn",
      projections: .separate(
        query: "self_attn.q_proj",
        key: "self_attn.k_proj",
        value: "self_attn.v_proj"
      ),
      output: "self_attn.out_proj",
      firstScale: nil,
      secondScale: nil
    )
  }

  fileprivate mutating func setDINO() {
    (norm1, norm2) = ("norm1", "norm2")
    (firstScale, secondScale) = ("layer_scale1.lambda1", "layer_scale2.lambda1")
    (mlp, hidden, last) = ("mlp", "mlp.fc1", "mlp.fc2")
  }
}
