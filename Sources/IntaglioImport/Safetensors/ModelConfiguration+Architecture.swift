import IntaglioData

// What a configuration says about the arithmetic of a timm model, held against its tensors.

extension ModelConfiguration {
  /// timm's name for the model, where one is stated.
  ///
  /// Also the repository that the weights come from and the file's own name are looked at, as far as
  /// they hold a name of timm's: they cannot tell that a model is plain, but that it is none.
  ///
  /// - Throws: `ImportError` for a name that is not known to be a plain ViT or DeiT, and for two names.
  func architectureName() throws(ImportError) -> TimmName? {
    var result: TimmName?
    for (value, key, source) in everyValue(of: ["architecture", "arch"]) {
      guard let text = value.asString else {
        throw .malformed(file: source, place: key, expected: "a text", found: value.text)
      }
      let name = TimmName(text)
      if let reason = name.obstacle { throw refusal(name, reason, key, source) }
      if let other = result, other.words != name.words {
        throw .malformed(
          file: source,
          place: key,
          expected: "\"\(other.text)\", as stated before",
          found: "\"\(name.text)\""
        )
      }
      result = result ?? name
    }
    let hints = everyValue(of: ["hf_hub_id"]).map { ($0.value.asString ?? "", $0.key, $0.source) }
    for (text, key, source) in hints + [(stem, "the file's name", file)] {
      guard result == nil, let name = TimmName.within(text) else { continue }
      if let reason = name.knownObstacle { throw refusal(name, reason, key, source) }
      // A name that would decide something has to be stated, or what it would decide.
      guard name.order == .before || states("block_fn"),
        name.activation == .gelu || states("act_layer", "hidden_act"),
        name.epsilon == TimmName.usualEpsilon || states("norm_eps", "layer_norm_eps")
      else {
        throw missing(
          "whether it is what \(key) says",
          key: "architecture",
          example: "\"\(name.text)\""
        )
      }
    }
    return result
  }

  /// timm's name for a model of `family`, where one is stated.
  ///
  /// - Throws: `ImportError` for a name of another family.
  func architectureName(ofFamily family: String) throws(ImportError) -> TimmName? {
    let text = try agreed(["architecture", "arch"], expected: "a text", \.asString)
    guard let name = text.map({ TimmName($0) }) else { return nil }
    guard name.family == family else {
      throw .malformed(
        file: place(of: "architecture", "arch"),
        place: "architecture",
        expected: "a name of \(family), as the tensors have it",
        found: "\"\(name.text.prefix(60))\""
      )
    }
    return name
  }

  private func refusal(
    _ name: TimmName,
    _ reason: String,
    _ key: String,
    _ source: String
  ) -> ImportError {
    .unsupported(
      file: source,
      place: key,
      feature: "\"\(name.text.prefix(60))\" (\(reason))",
      advice: "export the model as ONNX, or leave the name out if it is a plain ViT"
    )
  }

  /// - Throws: `ImportError` for the first setting that asks for a layer of another kind or contradicts
  ///   the tensors.
  func checkPlain(
    _ tensors: CheckpointTensors,
    _ geometry: ViTGeometry,
    _ form: ViTForm
  ) throws(ImportError) {
    for (keys, fact) in Self.facts(tensors, geometry) {
      // Behind its sublayers a norm begins with this factor; there is no layer scale.
      if form.order == .behind, keys.contains("init_values") { continue }
      for (value, key, source) in everyValue(of: keys) {
        if let found = fact.contradiction(to: value) {
          throw .malformed(
            file: source,
            place: key,
            expected: "\(value.text) in the tensors as well",
            found: found
          )
        }
      }
    }
    for (keys, names) in Self.plainChoices {
      for (value, key, source) in everyValue(of: keys) {
        let word = value.asString.map { $0.split(separator: ".").last.map(String.init) ?? "" }
        guard !names.contains(word?.lowercased() ?? value.text) else { continue }
        let usual = names[0].isEmpty ? "nothing" : "\"\(names[0])\""
        throw .unsupported(
          file: source,
          place: key,
          feature: "\(value.text) (a plain ViT has \(usual))",
          advice: "export the model as ONNX"
        )
      }
    }
    for (key, source) in keys(of: "model_args") where !Self.plainSettings.contains(key) {
      throw .unsupported(
        file: source,
        place: "model_args",
        feature: "the setting \"\(key.prefix(60))\"",
        advice: "remove it if it changes nothing in inference, or export the model as ONNX"
      )
    }
    try checkSublayers(tensors)
  }

  /// Without class token, biases and layer scale, a model with norms behind its sublayers has the very
  /// tensors of one with norms before them.
  private func checkSublayers(_ tensors: CheckpointTensors) throws(ImportError) {
    let telling = [
      "cls_token", "blocks.0.attn.qkv.bias", "blocks.0.attn.q_bias", "blocks.0.ls1.gamma",
    ]
    guard !telling.contains(where: tensors.contains),
      !states(["architecture", "arch", "block_fn"])
    else { return }
    throw missing(
      "whether it normalizes before its sublayers (\"Block\") or behind them",
      key: "block_fn",
      example: "\"Block\""
    )
  }

  /// Settings with a trace in the tensors.
  private static func facts(
    _ tensors: CheckpointTensors,
    _ geometry: ViTGeometry
  ) -> [(keys: [String], ViTFact)] {
    func has(_ name: String) -> ViTFact { .flag(tensors.contains(name), "\(name)") }
    let hidden = (try? tensors.shape("blocks.0.mlp.fc1.weight", rank: 2)).map { $0[0] } ?? 0
    let registers = geometry.prefix.first { $0.name == "reg_token" }?.count ?? 0
    let ending = ["norm.weight", "fc_norm.weight"].first(where: tensors.contains) ?? "norm.weight"
    var facts: [(keys: [String], ViTFact)] = [
      (["class_token"], has("cls_token")), (["distilled"], has("dist_token")),
      (["qk_norm"], has("blocks.0.attn.q_norm.weight")), (["pre_norm"], has("norm_pre.weight")),
      (["final_norm"], has(ending)), (["fc_norm"], has("fc_norm.weight")),
      (
        ["qkv_bias"],
        has(
          ["blocks.0.attn.q_bias", "blocks.0.attn.qkv.bias"].first(where: tensors.contains)
            ?? "blocks.0.attn.qkv.bias"
        )
      ),
      (["proj_bias"], has("blocks.0.attn.proj.bias")),
      (
        ["init_values", "layerscale_value"],
        .presence(["blocks.0.ls1.gamma", "blocks.0.gamma_1"].contains(where: tensors.contains))
      ),
      (["use_abs_pos_emb"], has("pos_embed")),
      (["use_rel_pos_bias"], has("blocks.0.attn.relative_position_bias_table")),
      (["use_shared_rel_pos_bias"], has("rel_pos_bias.relative_position_bias_table")),
      (["reg_tokens", "num_register_tokens"], .numbers([registers])),
      (["patch_size"], .numbers(geometry.patch)), (["intermediate_size"], .numbers([hidden])),
      (["mlp_ratio"], .ratio(hidden, of: geometry.width)),
    ]
    if !geometry.prefix.isEmpty, tensors.contains("pos_embed") {
      facts.append(
        (["no_embed_class"], .flag(!geometry.embedsPrefix, "positions of patches alone"))
      )
    }
    return facts
  }

  /// Settings that name a kind of layer, and the names of the plain one, in small letters.
  private static let plainChoices: [(keys: [String], names: [String])] = [
    (["block_fn"], ["block", "respostblock"]), (["mlp_layer"], ["mlp", "swiglupacked"]),
    (["attn_layer"], ["attention", "attn", ""]),
    (["norm_layer"], ["layernorm", "layer_norm"]), (["embed_layer"], ["patchembed"]),
    (["pos_embed"], ["learn"]), (["embed_norm_layer"], [""]),
    (
      [
        "scale_attn_norm", "scale_mlp_norm", "scale_mlp", "swiglu_mlp", "use_swiglu_ffn",
        "use_relative_position_bias", "use_mean_pooling",
      ], ["false"]
    ),
    (["model_type"], ["vit", "deit", "timm_wrapper"]),
  ]

  /// What `model_args` may hold: read above or elsewhere, or without meaning in inference.
  static let plainSettings: Set = [
    "img_size", "patch_size", "in_chans", "num_classes", "global_pool", "embed_dim", "depth",
    "num_heads", "mlp_ratio", "qkv_bias", "qk_norm", "scale_attn_norm", "scale_mlp_norm",
    "proj_bias", "init_values", "class_token", "pos_embed", "no_embed_class", "reg_tokens",
    "pre_norm", "final_norm", "fc_norm", "pool_include_prefix", "embed_layer", "embed_norm_layer",
    "norm_layer", "act_layer", "block_fn", "mlp_layer", "use_abs_pos_emb", "use_rel_pos_bias",
    "use_shared_rel_pos_bias", "swiglu_mlp", "scale_mlp", "attn_layer", "distilled", "norm_eps",
    "layer_norm_eps", "dynamic_img_size", "dynamic_img_pad", "drop_rate", "pos_drop_rate",
    "patch_drop_rate", "proj_drop_rate", "attn_drop_rate", "drop_path_rate", "weight_init",
    "fix_init", "input_size", "mean", "std", "interpolation", "crop_pct", "crop_mode",
    "architecture", "name",
  ]
}

/// What the tensors tell about a setting.
private enum ViTFact {
  /// Whether the named part is there.
  case flag(Bool, String)
  /// Whether what the setting gives a number to is there.
  case presence(Bool)
  /// One number or one per axis.
  case numbers([Int])
  /// A number of units over another, rounded down.
  case ratio(Int, of: Int)

  /// What the tensors say instead; `nil` where `value` agrees.
  func contradiction(to value: JSONValue) -> String? {
    switch self {
    case .flag(let isThere, let name):
      return value.asBool == isThere ? nil : (isThere ? "" : "no ") + name
    case .presence(let isThere):
      let asks = value.asBool ?? (value.asNumber.map { $0 > 0 })
      return asks == isThere ? nil : (isThere ? "" : "no ") + "layer scale"
    case .numbers(let numbers):
      let stated = value.asNumbers ?? []
      let expected = numbers.map { Double($0) }
      let isSame = stated == expected || (stated.count == 1 && Set(expected) == Set(stated))
      return isSame ? nil : "\(numbers)"
    case .ratio(let count, let base):
      let isSame = value.asNumber.map { abs($0 * Double(base) - Double(count)) < 1 } ?? false
      return isSame ? nil : "\(count) units over \(base)"
    }
  }
}
