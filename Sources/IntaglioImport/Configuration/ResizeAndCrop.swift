import IntaglioData

/// What is done to an image's size, by the keys of timm or of Hugging Face.
struct ResizeAndCrop {
  private(set) var resize = Preprocessing.Resize.none
  private(set) var crop: Preprocessing.Size?
  private(set) var interpolation = Interpolation.bicubic
  private(set) var notes: [String] = []

  /// - Throws: `ImportError` for settings of both kinds at once, for what is not done here, and for a
  ///   result of another size than the model's images.
  init(
    _ configuration: ModelConfiguration,
    _ image: ImageExtents,
    _ evaluation: TimmArchitecture.Evaluation?
  ) throws(ImportError) {
    let size = Preprocessing.Size(width: image.size[1], height: image.size[0])
    let stated = try configuration.interpolation()
    if configuration.states("do_resize", "size", "do_center_crop", "crop_size", "resample") {
      try configuration.refuseBoth()
      let processor = try ImageProcessor(configuration)
      resize = try configuration.processorResize(processor)
      crop = try configuration.processorCrop(processor)
      if let stated {
        interpolation = stated
      } else if resize != .none {
        interpolation = processor.interpolation
        notes.append("resampling by convention of Hugging Face; the file does not state it")
      }
    } else {
      let statedFraction = try configuration.cropFraction(image)
      let fraction = statedFraction ?? evaluation?.cropFraction
      if statedFraction == nil, fraction != nil, configuration.states("mean", "image_mean") {
        notes.append("resizing and cropping by convention of timm; the file does not state them")
      }
      resize = try configuration.resize(to: image.size, cropFraction: fraction)
      crop = fraction == nil ? nil : size
      if let stated { interpolation = stated }
    }
    try checkResult(size, configuration)
  }

  private func checkResult(
    _ size: Preprocessing.Size,
    _ configuration: ModelConfiguration
  ) throws(ImportError) {
    let found: Preprocessing.Size?
    switch resize {
    case _ where crop != nil: found = crop
    case .none: found = nil
    case .exact(let exact): found = exact
    case .shorterSide(let length):
      // The longer side is the image's own.
      found =
        length == min(size.width, size.height)
        ? nil : Preprocessing.Size(width: length, height: length)
    }
    guard let found, found != size else { return }
    throw .malformed(
      file: configuration.place(of: crop == nil ? "size" : "crop_size"),
      place: crop == nil ? "size" : "crop_size",
      expected: "\(size.height)×\(size.width) (height × width), as in the model",
      found: "\(found.height)×\(found.width)"
    )
  }
}

/// The image processors of Hugging Face whose resizing is known here.
private enum ImageProcessor {
  /// Of no type: sizes have to say what they are.
  case plain
  /// ViT, DeiT, BEiT, SigLIP: one number is both sides.
  case square(Interpolation)
  /// CLIP, BiT (DINOv2): one number is the shorter side.
  case shorterSide

  var interpolation: Interpolation {
    switch self {
    case .plain: .bilinear
    case .square(let interpolation): interpolation
    case .shorterSide: .bicubic
    }
  }

  private static let families: [String: ImageProcessor] = [
    "ViT": .square(.bilinear), "DeiT": .square(.bicubic), "Beit": .square(.bicubic),
    "Siglip": .square(.bicubic), "CLIP": .shorterSide, "Bit": .shorterSide,
  ]

  init(_ configuration: ModelConfiguration) throws(ImportError) {
    let type = try configuration.setting(
      ["image_processor_type", "feature_extractor_type"],
      expected: "a text",
      \.asString
    )
    guard let type else {
      self = .plain
      return
    }
    let suffixes = ["ImageProcessorFast", "ImageProcessor", "FeatureExtractor"]
    let family = suffixes.first(where: type.hasSuffix).map { String(type.dropLast($0.count)) }
    guard let processor = family.flatMap({ Self.families[$0] }) else {
      throw .unsupported(
        file: configuration.place,
        place: "image_processor_type",
        feature: "\"\(type.prefix(60))\"",
        advice: "known are those of \(Self.families.keys.sorted().joined(separator: ", ")); state "
          + "\"mean\", \"std\", \"crop_pct\" and \"interpolation\" instead"
      )
    }
    self = processor
  }
}

extension ModelConfiguration {
  /// Height and width of what Hugging Face's processor makes of every image; `nil` where that depends on the
  /// image or nothing states it.
  func processedSize() throws(ImportError) -> [Int]? {
    guard states("do_resize", "size", "do_center_crop", "crop_size") else { return nil }
    let processor = try ImageProcessor(self)
    if let crop = try processorCrop(processor) { return [crop.height, crop.width] }
    guard case .exact(let size) = try processorResize(processor) else { return nil }
    return [size.height, size.width]
  }

  /// Resampling by the names of timm or the codes of PIL.
  fileprivate func interpolation() throws(ImportError) -> Interpolation? {
    let names = Interpolation.allCases.map(\.rawValue).joined(separator: " or ")
    let expected = "\(names) (in \"resample\" 0, 2 or 3)"
    return try agreed(["interpolation", "resample"], expected: expected) { value in
      if let code = value.asInteger { return [0: .nearest, 2: .bilinear, 3: .bicubic][code] }
      return value.asString.flatMap(Interpolation.init)
    }
  }

  fileprivate func refuseBoth() throws(ImportError) {
    guard states("crop_pct"), states("do_resize", "size", "do_center_crop", "crop_size") else {
      return
    }
    throw .unsupported(
      file: place(of: "crop_pct"),
      place: "crop_pct",
      feature: "\"crop_pct\" together with \"size\" or \"crop_size\"",
      advice: "leave the one or the other out: both say how images are resized"
    )
  }

  // Hugging Face

  fileprivate func processorResize(
    _ processor: ImageProcessor
  ) throws(ImportError) -> Preprocessing.Resize {
    guard try flag("do_resize") ?? states("size") else { return .none }
    if let sides = try sidesOrEdge("size") {
      switch sides {
      case .sides(let size): return .exact(size)
      case .edge(let length): return .shorterSide(length)
      case .number(let length):
        let isSquare: Bool? =
          switch processor {
          case .plain: try flag("default_to_square")
          case .square: try flag("default_to_square") ?? true
          case .shorterSide: try flag("default_to_square") ?? false
          }
        if let isSquare {
          let square = Preprocessing.Size(width: length, height: length)
          return isSquare ? .exact(square) : .shorterSide(length)
        }
        throw .unsupported(
          file: place(of: "size"),
          place: "size",
          feature: "one number without \"image_processor_type\"",
          advice: "write {\"height\": \(length), \"width\": \(length)} or "
            + "{\"shortest_edge\": \(length)}"
        )
      }
    }
    let example = "{\"height\": 224, \"width\": 224}"
    throw missing("the size that images are resized to", key: "size", example: example)
  }

  fileprivate func processorCrop(
    _ processor: ImageProcessor
  ) throws(ImportError) -> Preprocessing.Size? {
    let isCropped = try flag("do_center_crop")
    if isCropped == nil, states("crop_size") {
      throw missing("whether images are cropped", key: "do_center_crop", example: "true")
    }
    guard isCropped == true else { return nil }
    switch try sidesOrEdge("crop_size") {
    case .sides(let size): return size
    case .number(let length): return Preprocessing.Size(width: length, height: length)
    case .edge(let length):
      throw .malformed(
        file: place(of: "crop_size"),
        place: "crop_size",
        expected: "{\"height\": …, \"width\": …} or a number",
        found: "{\"shortest_edge\": \(length)}"
      )
    case nil:
      let example = "{\"height\": 224, \"width\": 224}"
      throw missing("the size of the crop", key: "crop_size", example: example)
    }
  }

  private enum SidesOrEdge: Equatable {
    case sides(Preprocessing.Size)
    case edge(Int)
    case number(Int)
  }

  private func sidesOrEdge(_ key: String) throws(ImportError) -> SidesOrEdge? {
    let expected = "{\"height\": …, \"width\": …} or {\"shortest_edge\": …} in pixels"
    return try agreed([key], expected: expected) { value in
      func side(_ value: JSONValue?) -> Int? {
        value?.asInteger.flatMap { (1...Image.sideLimit).contains($0) ? $0 : nil }
      }
      guard let members = value.asMembers else { return side(value).map { .number($0) } }
      let keys = Set(members.filter { $0.value != .null }.keys)
      if keys == ["height", "width"], let height = side(members["height"]),
        let width = side(members["width"])
      {
        return .sides(Preprocessing.Size(width: width, height: height))
      }
      return keys == ["shortest_edge"] ? side(members["shortest_edge"]).map { .edge($0) } : nil
    }
  }

  // timm

  /// The crop over the shorter side: the one for tests where the model takes images of their size.
  fileprivate func cropFraction(_ image: ImageExtents) throws(ImportError) -> Double? {
    let (usual, test) = (try extents("input_size"), try extents("test_input_size"))
    let isTest = test == image.extents && usual != image.extents
    let key = isTest && states("test_crop_pct") ? "test_crop_pct" : "crop_pct"
    return try agreed([key], expected: "a number above 0 and at most 1") { value in
      value.asNumber.flatMap { $0 > 0 && $0 <= 1 ? $0 : nil }
    }
  }

  /// The step before the crop.
  ///
  /// The shorter side becomes ⌊size / crop fraction⌋, or, where `crop_mode` is `squash`, both.
  /// Without a crop fraction an image keeps its size.
  fileprivate func resize(
    to image: [Int],
    cropFraction: Double?
  ) throws(ImportError) -> Preprocessing.Resize {
    guard let cropFraction else { return .none }
    let mode = try agreed(["crop_mode"], expected: "a text", \.asString) ?? "center"
    let extents = image.compactMap { side -> Int? in
      let length = (Double(side) / cropFraction).rounded(.down)
      return length <= Double(Image.sideLimit) ? Int(exactly: length) : nil
    }
    guard extents.count == image.count else {
      throw .malformed(
        file: place(of: "crop_pct"),
        place: "crop_pct",
        expected: "a crop of images of at most \(Image.sideLimit) pixels a side",
        found: "\(cropFraction)"
      )
    }
    switch mode {
    case "center" where image[0] == image[1]:
      return .shorterSide(extents[0])
    case "squash":
      return .exact(Preprocessing.Size(width: extents[1], height: extents[0]))
    default:
      throw .unsupported(
        file: place(of: "crop_mode"),
        place: "crop_mode",
        feature: "\"\(mode)\" for images of \(image)",
        advice: "use \"squash\", or \"center\" with square images"
      )
    }
  }
}
