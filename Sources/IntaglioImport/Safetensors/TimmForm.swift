import IntaglioData

extension CheckpointTensors {
  /// Whether the MLP's first layer makes a gate and what it is multiplied by: twice what the last reads.
  var isGated: Bool {
    guard let hidden = try? shape("blocks.0.mlp.fc1.weight", rank: 2)[0],
      let inner = try? shape("blocks.0.mlp.fc2.weight", rank: 2)[1]
    else { return false }
    return inner > 0 && hidden == 2 * inner
  }

  /// Whether the blocks have BEiT's parts.
  var isBEiT: Bool {
    contains("blocks.0.attn.q_bias") || contains("blocks.0.attn.relative_position_bias_table")
      || contains("rel_pos_bias.relative_position_bias_table")
  }
}

extension ViTForm {
  /// What timm's model of these tensors, this name and these settings computes.
  ///
  /// - Throws: `ImportError` where a setting contradicts the tensors, or nothing tells what they mean.
  init(
    timm tensors: CheckpointTensors,
    _ name: TimmName?,
    _ configuration: ModelConfiguration
  ) throws(ImportError) {
    names = try ViTNames(timm: tensors, name, configuration)
    let behind = try configuration.setting(["block_fn"], expected: "the name of a block") {
      $0.asString.map { $0.lowercased().hasSuffix("respostblock") }
    }
    order = behind.map { $0 ? .behind : .before } ?? name?.order ?? .before
    isGated = tensors.isGated
    let saysGated = try configuration.setting(["mlp_layer"], expected: "the name of an MLP") {
      $0.asString.map { $0.lowercased().hasSuffix("swiglupacked") }
    }
    if let says = saysGated ?? (name?.isGatedGiant == true ? true : nil), says != isGated {
      throw tensors.mismatch(
        "blocks.0.mlp.fc1.weight",
        expected: says
          ? "twice as many outputs as mlp.fc2 has inputs: a gate and what it opens for"
          : "as many outputs as mlp.fc2 has inputs",
        found: "\(try tensors.source.shape(of: "blocks.0.mlp.fc1.weight"))"
      )
    }
    if isGated, saysGated == nil, name?.isGatedGiant != true {
      throw configuration.missing(
        "what its MLP does with a gate",
        key: "mlp_layer",
        example: "\"SwiGLUPacked\", \"act_layer\": \"silu\""
      )
    }
    pooling = try Self.pooling(tensors, configuration)
    resampling = .antialiased
  }

  private static func pooling(
    _ tensors: CheckpointTensors,
    _ configuration: ModelConfiguration
  ) throws(ImportError) -> Pooling {
    let hasClassToken = tensors.contains("cls_token")
    let hasPool = tensors.contains("attn_pool.latent")
    let includesPrefix = try configuration.flag("pool_include_prefix") ?? false
    let stated = try configuration.setting(
      ["global_pool"],
      expected: "\"token\", \"avg\" or \"map\""
    ) { value in
      let word = value.asString ?? ""
      return ["token", "avg", "mean", "map"].contains(word) ? word : nil
    }
    func mismatch(_ name: String, _ why: String) -> ImportError {
      .malformed(file: tensors.source.path, place: "tensor \(name)", expected: why, found: "none")
    }
    switch stated {
    case "token" where !hasClassToken:
      throw mismatch("cls_token", "a class token, because \"global_pool\" is \"token\"")
    case "map" where !hasPool:
      throw mismatch("attn_pool.latent", "a learned query, because \"global_pool\" is \"map\"")
    default: break
    }
    let byTensors = !hasClassToken || tensors.contains("fc_norm.weight") ? "avg" : "token"
    switch stated ?? (hasPool ? "map" : byTensors) {
    case "map": return .attention(AttentionPool(), includesPrefix: includesPrefix)
    case "token": return .token
    default: return includesPrefix ? .averageOfAll : .average
    }
  }
}

extension ViTNames {
  /// timm's names: those of its ViT, or of its BEiT.
  fileprivate init(
    timm tensors: CheckpointTensors,
    _ name: TimmName?,
    _ configuration: ModelConfiguration
  ) throws(ImportError) {
    self.init()
    if !tensors.contains("head.weight") { head = nil }
    guard tensors.isBEiT else { return }
    let hasBias = tensors.contains("blocks.0.attn.relative_position_bias_table")
    sharedBias = "rel_pos_bias.relative_position_bias_table"
    if !tensors.contains(sharedBias ?? "") { sharedBias = nil }
    // EVA's models have the same tensors but for the table, and turn queries and keys by their positions.
    let isNamed = ["beit", "beitv2"].contains(name?.family ?? "")
    guard hasBias || sharedBias != nil || isNamed else {
      throw configuration.missing(
        "whether its positions turn queries and keys (EVA), or not (BEiT)",
        key: "architecture",
        example: "\"beit_base_patch16_224\""
      )
    }
    if !tensors.contains("pos_embed") { positions = nil }
    block.projections = .jointWithout(
      "attn.qkv",
      queryBias: "attn.q_bias",
      valueBias: "attn.v_bias"
    )
    (block.firstScale, block.secondScale) = ("gamma_1", "gamma_2")
    block.bias = hasBias ? "attn.relative_position_bias_table" : nil
  }
}
