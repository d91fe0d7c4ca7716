/// Which keys of a JSON file beside a model are known, and what becomes of the others.
///
/// A key is honoured, known not to matter, or refused by name: a setting of the preprocessing that
/// nobody reads would give wrong answers without a word.
enum ConfigurationKeys {
  /// Whose file it is.
  enum Origin {
    /// Written for Intaglio: every key means something.
    case own
    /// A model's or a training's configuration by timm, Hugging Face or others, with any number of
    /// keys about the architecture.
    case model
    /// Hugging Face's image processor: every key is about images.
    case preprocessor
  }

  /// The section about images of a model of images and texts.
  static let vision = "vision_config"
  /// The file of Hugging Face's image processors.
  static let processorFile = "preprocessor_config.json"

  static let sections = ["config", "pretrained_cfg", "model_args", "preprocessor"]

  /// Honoured, about images and classes.
  static let preprocessing: Set<String> = [
    "mean", "std", "image_mean", "image_std", "crop_pct", "crop_mode", "interpolation",
    "input_size", "test_input_size", "test_crop_pct", "img_size", "image_size", "in_chans",
    "num_channels", "do_resize", "size", "resample", "do_center_crop", "crop_size", "do_rescale",
    "rescale_factor", "do_normalize", "default_to_square", "image_processor_type",
    "feature_extractor_type", "class_names", "classes", "label_names", "id2label", "label2id",
    "num_classes", "num_labels",
  ]

  /// Of these, about resizing and cropping.
  static let geometry: Set<String> = [
    "crop_pct", "crop_mode", "test_crop_pct", "do_resize", "size", "resample", "do_center_crop",
    "crop_size", "default_to_square", "image_processor_type", "feature_extractor_type",
  ]

  /// Honoured, about the architecture.
  static let architecture = ModelConfiguration.plainSettings.union([
    "arch", "num_attention_heads", "nbits", "bits", "activation_scale", "qk_norm_eps", "hidden_act",
    "activation", "hidden_size", "num_hidden_layers",
  ])

  /// Known not to matter: what shapes tell anyway, where a model comes from, how it was trained.
  static let irrelevant: Set<String> = [
    "pool_size", "first_conv", "classifier", "fixed_input_size", "min_input_size", "url", "file",
    "hf_hub_id", "hf_hub_filename", "tag", "custom_load", "license", "origin_url", "paper_name",
    "paper_ids", "source", "notes", "label_descriptions", "num_features", "patch_size",
    "mlp_ratio", "qkv_bias", "distilled", "do_convert_rgb", "processor_class",
    "_valid_processor_keys", "auto_map", "data_format", "input_data_format", "return_tensors",
    "device", "disable_grouping", "description", "comment", "author", "version", "seed",
    "dataset", "date", "model_type", "architectures", "transformers_version", "torch_dtype",
    "dtype", "problem_type", "finetuning_task", "intermediate_size", "num_layers",
  ]

  /// Steps of a preprocessing that are not done here; harmless where they are switched off.
  static let refused: Set<String> = [
    "do_pad", "pad_size", "size_divisor", "do_flip_channel_order", "do_reduce_labels",
    "reduce_labels", "do_thumbnail", "do_align_long_axis", "do_crop_margin", "do_grayscale",
    "do_color_quantize", "rescale_offset", "offset", "bgr", "to_bgr", "swap_rb",
    "reverse_input_channels", "channel_order", "color_space",
  ]

  static func origin(of members: [String: JSONValue], file: String) -> Origin {
    func has(_ keys: String...) -> Bool { keys.contains { members[$0] != nil } }
    let name = file.split(separator: "/").last ?? ""
    if name == processorFile { return .preprocessor }
    if has("model_type", "architectures", "transformers_version", "pretrained_cfg") {
      return .model
    }
    if has("config", "model_args") { return .model }
    let isProcessor = has("image_processor_type", "feature_extractor_type")
    return isProcessor || has("do_resize", "do_rescale", "do_normalize") ? .preprocessor : .own
  }

  /// Refuses what is neither honoured nor known not to matter.
  ///
  /// - Throws: `ImportError.unsupported`, naming file and key.
  static func check(_ members: [String: JSONValue], file: String) throws(ImportError) {
    let origin = origin(of: members, file: file)
    try check(members, origin, file: file)
    for section in sections {
      guard case .object(let nested) = members[section] else { continue }
      try check(nested, section == "preprocessor" ? .preprocessor : .model, file: file)
    }
  }

  private static func check(
    _ members: [String: JSONValue],
    _ origin: Origin,
    file: String
  ) throws(ImportError) {
    for (key, value) in members.sorted(by: { $0.key < $1.key }) {
      if isKnown(key) || value.isSwitchedOff || key.hasPrefix("_") { continue }
      if refused.contains(key) || (origin == .preprocessor && key.hasPrefix("do_")) {
        throw .unsupported(
          file: file,
          place: key,
          feature: "this step of the preprocessing",
          advice: "prepare the images so beforehand and set it to false, or leave it out"
        )
      }
      let near = nearest(to: key, among: origin == .model ? preprocessing : everything)
      if origin == .model, near == nil { continue }
      throw .unsupported(
        file: file,
        place: key,
        feature: "this key",
        advice: near.map { "did you mean \"\($0)\"?" }
          ?? "leave it out, or see Docs/Formats.md for the keys that are known"
      )
    }
  }

  private static let everything = preprocessing.union(architecture).union(irrelevant)
    .union(refused).union(sections)

  private static func isKnown(_ key: String) -> Bool {
    preprocessing.contains(key) || architecture.contains(key) || irrelevant.contains(key)
      || sections.contains(key)
  }

  /// The known key that differs from `key` by a slip: case, separators, and up to two letters.
  private static func nearest(to key: String, among keys: Set<String>) -> String? {
    let plain = plain(key)
    let limit = plain.count < 6 ? 1 : 2
    return keys.sorted().map { ($0, distance(plain, Self.plain($0))) }
      .filter { $0.1 <= limit }.min { $0.1 < $1.1 }?.0
  }

  private static func plain(_ key: String) -> [Character] {
    key.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " }.prefix(64).map { $0 }
  }

  /// The fewest letters to change, add or take away (Levenshtein).
  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var row = Array(0...right.count)
    for (index, letter) in left.enumerated() {
      var next = [index + 1]
      for (place, other) in right.enumerated() {
        let changed = row[place] + (letter == other ? 0 : 1)
        next.append(min(changed, row[place + 1] + 1, next[place] + 1))
      }
      row = next
    }
    return row[right.count]
  }
}

extension JSONValue {
  /// Whether a step with this value does nothing.
  fileprivate var isSwitchedOff: Bool {
    switch self {
    case .null, .bool(false): true
    case .string(let text): text.lowercased() == "rgb"
    case .bool(true), .number, .array, .object: false
    }
  }
}
