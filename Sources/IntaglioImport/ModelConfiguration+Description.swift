import IntaglioData

/// The extents of the images that a model sees.
struct ImageExtents: Sendable, Equatable {
  let channels: Int
  /// Height and width in pixels.
  let size: [Int]
}

extension ModelConfiguration {
  /// Everything about the model but its arithmetic.
  ///
  /// - Parameters:
  ///   - name: what the configuration calls the model; `nil` for the file's own name.
  ///   - format: what it was read from.
  ///   - image: what the model sees; `nil` where it sees no image.
  ///   - classes: the number of logits; `nil` where nothing says which output holds them.
  ///   - architecture: supplies what the configuration leaves open.
  ///   - required: whether a missing mean or deviation is an error.
  /// - Returns: the description, with a note for whatever was taken from a convention.
  /// - Throws: `ImportError` for settings that are missing or contradict the model.
  func description(
    name: String?,
    format: ModelFormat,
    image: ImageExtents?,
    classes: Int?,
    architecture: TimmArchitecture? = nil,
    required: Bool = true
  ) throws(ImportError) -> ModelDescription {
    var preparation: ImagePreparation?
    if let image, required || states(["mean", "image_mean"]) {
      preparation = try ImagePreparation(self, image, architecture)
    }
    let keys = ["class_names", "classes", "label_names", "id2label"]
    let names = try setting(keys, expected: "a list of names", \.asStrings) ?? []
    if let classes, !names.isEmpty, names.count != classes {
      throw .malformed(
        file: place,
        place: "class names",
        expected: "\(classes), one per logit",
        found: "\(names.count)"
      )
    }
    return ModelDescription(
      name: name ?? stem,
      source: format.rawValue,
      preprocessing: preparation?.preprocessing,
      classNames: names,
      notes: preparation?.notes ?? []
    )
  }
}

/// How an image becomes the input, and where that was learnt.
private struct ImagePreparation {
  let preprocessing: Preprocessing
  var notes: [String] = []

  init(
    _ configuration: ModelConfiguration,
    _ image: ImageExtents,
    _ architecture: TimmArchitecture?
  ) throws(ImportError) {
    let stated = try configuration.numbers("mean", "image_mean")
    let evaluation = architecture?.evaluation
    let example = "[" + Array(repeating: "0.5", count: image.channels).joined(separator: ", ") + "]"
    guard let mean = stated ?? evaluation?.mean else {
      throw configuration.missing("the mean of its images", key: "mean", example: example)
    }
    guard let std = try configuration.numbers("std", "image_std") ?? evaluation?.std else {
      throw configuration.missing("the deviation of its images", key: "std", example: example)
    }
    if stated == nil, let architecture {
      notes.append(
        "image preparation by convention for \(architecture.name); the file does not state it"
      )
    }
    let fraction = try configuration.cropFraction() ?? evaluation?.cropFraction
    let resize = try configuration.resize(to: image.size, cropFraction: fraction)
    let interpolation = try configuration.interpolation() ?? .bicubic
    let size = Preprocessing.Size(width: image.size[1], height: image.size[0])
    do {
      preprocessing = try Preprocessing(
        channels: image.channels,
        resize: resize,
        crop: fraction == nil ? nil : size,
        interpolation: interpolation,
        mean: mean.map { Float($0) },
        std: std.map { Float($0) }
      )
    } catch {
      throw .malformed(
        file: configuration.place,
        place: "image preparation",
        expected: "settings that fit \(image.channels) channels of \(image.size)",
        found: "\(error)"
      )
    }
  }
}

extension ModelConfiguration {
  fileprivate func cropFraction() throws(ImportError) -> Double? {
    try setting(["crop_pct"], expected: "a number above 0 and at most 1") { value in
      value.asNumber.flatMap { $0 > 0 && $0 <= 1 ? $0 : nil }
    }
  }

  fileprivate func interpolation() throws(ImportError) -> Interpolation? {
    let names = Interpolation.allCases.map(\.rawValue)
    return try setting(["interpolation"], expected: names.joined(separator: " or ")) {
      $0.asString.flatMap(Interpolation.init)
    }
  }

  /// The step before the crop.
  ///
  /// The shorter side becomes ⌊size / crop fraction⌋, or, where `crop_mode` is `squash`, both. Without a crop fraction an image keeps its size.
  fileprivate func resize(
    to image: [Int],
    cropFraction: Double?
  ) throws(ImportError) -> Preprocessing.Resize {
    guard let cropFraction else { return .none }
    let mode = try string("crop_mode") ?? "center"
    let extents = image.map { Int((Double($0) / cropFraction).rounded(.down)) }
    switch mode {
    case "center" where image[0] == image[1]:
      return .shorterSide(extents[0])
    case "squash":
      return .exact(Preprocessing.Size(width: extents[1], height: extents[0]))
    default:
      throw .unsupported(
        file: place,
        place: "crop_mode",
        feature: "\"\(mode)\" for images of \(image)",
        advice: "use \"squash\", or \"center\" with square images"
      )
    }
  }
}
