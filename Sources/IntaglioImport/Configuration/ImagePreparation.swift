import IntaglioData

/// How an image becomes the input, and where that was learnt.
struct ImagePreparation {
  let preprocessing: Preprocessing
  private(set) var notes: [String] = []

  /// - Throws: `ImportError` for settings that are missing, doubtful, or contradict the model.
  init(
    _ configuration: ModelConfiguration,
    _ image: ImageExtents,
    _ architecture: TimmArchitecture?
  ) throws(ImportError) {
    let evaluation = architecture?.evaluation
    let numbers = try Normalization(configuration, channels: image.channels, evaluation)
    if let architecture, !configuration.states("mean", "image_mean"), numbers.isByConvention {
      notes.append(
        "image preparation by convention for \(architecture.name); the file does not state it"
      )
    }
    notes += numbers.notes
    let geometry = try ResizeAndCrop(configuration, image, evaluation)
    notes += geometry.notes
    do {
      preprocessing = try Preprocessing(
        channels: image.channels,
        resize: geometry.resize,
        crop: geometry.crop,
        interpolation: geometry.interpolation,
        mean: numbers.mean.map { Float($0) },
        std: numbers.std.map { Float($0) }
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

/// Mean and deviation in units of white.
private struct Normalization {
  let mean: [Double]
  let std: [Double]
  /// Whether the deviation or the mean is that of the architecture's published weights.
  let isByConvention: Bool
  private(set) var notes: [String] = []

  /// (pixel / 255 · u − mean) / std becomes (pixel / 255 − mean / u) / (std / u), where u is 255
  /// times the factor by which pixels are rescaled: 1 unless stated otherwise.
  init(
    _ configuration: ModelConfiguration,
    channels: Int,
    _ evaluation: TimmArchitecture.Evaluation?
  ) throws(ImportError) {
    let isRescaled = try configuration.flag("do_rescale") ?? true
    let unit = isRescaled ? try Self.unit(configuration) : 255
    guard try configuration.flag("do_normalize") ?? true else {
      mean = Array(repeating: 0, count: channels)
      std = Array(repeating: 1 / unit, count: channels)
      isByConvention = false
      return
    }
    let example = "[" + Array(repeating: "0.5", count: channels).joined(separator: ", ") + "]"
    // One of the two alone would be joined with a convention.
    let stated = try configuration.list("mean", "image_mean")
    let statedStd = try configuration.list("std", "image_std")
    guard let mean = stated ?? (statedStd == nil ? evaluation?.mean : nil) else {
      throw configuration.missing("the mean of its images", key: "mean", example: example)
    }
    guard let std = statedStd ?? (stated == nil ? evaluation?.std : nil) else {
      throw configuration.missing("the deviation of its images", key: "std", example: example)
    }
    try Self.checkNumbers(mean, std, channels, configuration)
    isByConvention = stated == nil
    if unit == 1, try Self.isIn255(mean, std, configuration) {
      notes.append("mean and std are read in units of 0…255, because no mean of white is above 1")
      self.mean = mean.map { $0 / 255 }
      self.std = std.map { $0 / 255 }
      return
    }
    // Pixels far above white beside numbers in units of white.
    if unit > 2.5, mean.allSatisfy({ $0 <= 1 }), std.allSatisfy({ $0 <= 1 }) {
      let key = isRescaled ? "rescale_factor" : "do_rescale"
      throw .malformed(
        file: configuration.place(of: key),
        place: key,
        expected: (isRescaled ? "1/255" : "true")
          + " where mean and std are in units of white, as \(mean) and \(std) are",
        found: isRescaled ? "\(unit / 255)" : "false: pixels of 0…255"
      )
    }
    self.mean = mean.map { $0 / unit }
    self.std = std.map { $0 / unit }
  }

  private static func unit(_ configuration: ModelConfiguration) throws(ImportError) -> Double {
    let factor = try configuration.agreed(
      ["rescale_factor"],
      expected: "a factor above 0, such as 1/255"
    ) { value in
      value.asNumber.flatMap { $0.isFinite && $0 > 1e-9 && $0 < 1e9 ? $0 : nil }
    }
    guard let factor else { return 1 }
    let unit = 255 * factor
    return abs(unit - 1) < 1e-6 ? 1 : unit
  }

  private static func checkNumbers(
    _ mean: [Double],
    _ std: [Double],
    _ channels: Int,
    _ configuration: ModelConfiguration
  ) throws(ImportError) {
    guard mean.count == channels, std.count == channels else {
      let (key, found) = mean.count == channels ? ("std", std) : ("mean", mean)
      throw .malformed(
        file: configuration.place(of: key, "image_\(key)"),
        place: key,
        expected: "one finite number for each of \(channels) channels",
        found: "\(found)"
      )
    }
    guard mean.allSatisfy({ (0...255).contains($0) }) else {
      throw doubt("mean", mean, "numbers from 0 to 1, in units of white", configuration)
    }
    guard std.allSatisfy({ $0 > 1e-4 && $0 <= 255 }) else {
      throw doubt("std", std, "numbers above 0, in units of white", configuration)
    }
  }

  /// Whether mean and deviation are those of pixels of 0…255: no mean of white is above 1.
  ///
  /// - Throws: where only one of the two is.
  private static func isIn255(
    _ mean: [Double],
    _ std: [Double],
    _ configuration: ModelConfiguration
  ) throws(ImportError) -> Bool {
    let isLargeMean = mean.contains { $0 > 1 }
    if isLargeMean {
      // One unit for all channels; a mean of 0 is in either.
      guard std.allSatisfy({ $0 > 1 }), mean.allSatisfy({ $0 > 1 || $0 == 0 }) else {
        let expected = "numbers from 0 to 1: white is 1, and std is in units of white (\(std))"
        throw doubt("mean", mean, expected, configuration)
      }
      return true
    }
    guard std.allSatisfy({ $0 <= 8 }) else {
      let expected = "numbers in units of white, as the mean \(mean): divide by 255"
      throw doubt("std", std, expected, configuration)
    }
    return false
  }

  private static func doubt(
    _ key: String,
    _ found: [Double],
    _ expected: String,
    _ configuration: ModelConfiguration
  ) -> ImportError {
    .malformed(
      file: configuration.place(of: key, "image_\(key)"),
      place: key,
      expected: expected,
      found: "\(found)"
    )
  }
}

extension ModelConfiguration {
  /// True or false, the same wherever it stands.
  func flag(_ key: String) throws(ImportError) -> Bool? {
    try agreed([key], expected: "true or false", \.asBool)
  }

  /// A list of finite numbers, the same wherever it stands; one number is a list of one.
  func list(_ keys: String...) throws(ImportError) -> [Double]? {
    try agreed(keys, expected: "a list of finite numbers") { value in
      value.asNumbers.flatMap { $0.allSatisfy(\.isFinite) ? $0 : nil }
    }
  }
}
