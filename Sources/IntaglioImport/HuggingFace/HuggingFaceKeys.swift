/// The keys of Hugging Face's configurations: honoured, known not to matter for an image's way through the
/// model, or refused by name.
enum HuggingFaceKeys {
  /// Honoured for every family.
  private static let honoured: Set<String> = [
    "architectures", "model_type", "hidden_size", "num_hidden_layers", "num_attention_heads",
    "intermediate_size", "hidden_act", "layer_norm_eps", "image_size", "patch_size", "num_channels",
    "qkv_bias", "id2label", "label2id", "num_labels", "vision_config",
  ]

  /// Honoured for some.
  private static func honoured(by family: HuggingFaceFamily) -> Set<String> {
    switch family {
    case .vit, .deit: ["pooler_act", "pooler_output_size"]
    case .dinov2: ["mlp_ratio", "use_swiglu_ffn", "layerscale_value"]
    case .dinov2WithRegisters:
      ["mlp_ratio", "use_swiglu_ffn", "layerscale_value", "num_register_tokens"]
    case .siglip: ["vision_use_head"]
    case .clip: ["projection_dim"]
    case .beit:
      [
        "use_mean_pooling", "use_absolute_position_embeddings", "use_relative_position_bias",
        "use_shared_relative_position_bias", "layer_scale_init_value",
      ]
    case .swin:
      [
        "embed_dim", "depths", "num_heads", "num_layers", "window_size", "mlp_ratio", "path_norm",
        "use_absolute_embeddings",
      ]
    }
  }

  /// Without meaning for inference on images: training, text, generation, files, and parts of the model that
  /// other classes have.
  private static let irrelevant: Set<String> = [
    "_attn_implementation", "_commit_hash", "_name_or_path", "add_cross_attention", "add_fpn",
    "apply_layernorm", "attention_dropout", "attention_probs_dropout_prob", "attn_implementation",
    "auto_map", "auxiliary_channels", "auxiliary_concat_input", "auxiliary_loss_weight",
    "auxiliary_num_convs", "bad_words_ids", "begin_suppress_tokens", "bos_token_id",
    "chunk_size_feed_forward", "cross_attention_hidden_size", "custom_pipelines",
    "decoder_start_token_id", "diversity_penalty", "do_sample", "drop_path_rate", "dropout",
    "dtype", "early_stopping", "encoder_no_repeat_ngram_size", "encoder_stride", "eos_token_id",
    "exponential_decay_length_penalty", "finetuning_task", "forced_bos_token_id",
    "forced_eos_token_id", "hidden_dropout_prob", "initializer_factor", "initializer_range",
    "is_composition", "is_decoder", "is_encoder_decoder", "length_penalty",
    "logit_scale_init_value", "max_length", "min_length", "name", "no_repeat_ngram_size",
    "num_beam_groups",
    "num_beams", "num_return_sequences", "out_features", "out_indices", "output_attentions",
    "output_hidden_states", "output_scores", "pad_token_id", "pool_scales", "prefix",
    "problem_type", "remove_invalid_values", "repetition_penalty", "reshape_hidden_states",
    "return_dict", "return_dict_in_generate", "semantic_loss_ignore_index", "sep_token_id",
    "stage_names", "suppress_tokens", "task_specific_params", "temperature", "text_config",
    "text_config_dict", "tf_legacy_loss", "tie_encoder_decoder", "tie_word_embeddings",
    "tokenizer_class", "top_k", "top_p", "torch_dtype", "torchscript", "transformers_version",
    "typical_p", "use_auxiliary_head", "use_bfloat16", "use_mask_token", "vision_config_dict",
    "vocab_size",
  ]

  /// Refuses what is neither honoured nor known not to matter.
  ///
  /// - Throws: `ImportError`, naming file and key.
  static func check(
    _ configuration: ModelConfiguration,
    _ family: HuggingFaceFamily
  ) throws(ImportError) {
    let known = honoured.union(honoured(by: family)).union(irrelevant)
    for (key, value, source) in configuration.modelEntries()
    where !known.contains(key) && !ConfigurationKeys.preprocessing.contains(key) {
      if value.isOff || key.hasPrefix("_") { continue }
      throw .unsupported(
        file: source,
        place: key,
        feature: "this key of a model of \(family.rawValue)",
        advice: "leave it out if it changes nothing in inference, or export the model as ONNX"
      )
    }
    _ = try configuration.setting(["pooler_act"], expected: "\"tanh\"") {
      $0.asString == "tanh" ? true : nil
    }
  }
}

extension JSONValue {
  /// Whether a setting of this value asks for nothing: null, false, 0, or nothing in it.
  fileprivate var isOff: Bool {
    switch self {
    case .null, .bool(false), .number(0): true
    case .array(let elements): elements.isEmpty
    case .object(let members): members.isEmpty
    case .string(let text): text.isEmpty
    case .bool(true), .number: false
    }
  }
}
