import IntaglioGraph

// What the importers ask of a configuration.

extension ModelConfiguration {
  /// Height and width of the image in pixels, where stated: `img_size` or `image_size` (one number
  /// or two), or `input_size` (channels, height, width).
  func imageSize() throws(ImportError) -> [Int]? {
    func extents(_ value: JSONValue, _ counts: [Int]) -> [Int]? {
      guard let numbers = value.asNumbers, counts.contains(numbers.count) else { return nil }
      let extents = numbers.compactMap { Int(exactly: $0) }.filter { $0 > 0 && $0 <= 1 << 20 }
      return extents.count == numbers.count ? extents : nil
    }
    let square = try setting(["img_size", "image_size"], expected: "a size in pixels") {
      extents($0, [1, 2]).map { $0.count == 1 ? [$0[0], $0[0]] : $0 }
    }
    if let square { return square }
    return try setting(["input_size"], expected: "[channels, height, width]") {
      extents($0, [3]).map { Array($0[1...]) }
    }
  }

  /// Channels, height and width of the image, where all are stated: `input_size`, or `num_channels`
  /// (`in_chans`) beside a size.
  func imageExtents() throws(ImportError) -> ImageExtents? {
    guard let size = try imageSize() else { return nil }
    let first = try setting(["input_size"], expected: "[channels, height, width]") {
      $0.asNumbers.flatMap { $0.count == 3 ? Int(exactly: $0[0]) : nil }
    }
    let stated = try count("in_chans", "num_channels")
    guard let channels = first ?? stated, (1...1 << 20).contains(channels) else { return nil }
    return ImageExtents(channels: channels, size: size)
  }

  /// Compares the extents that are stated with those of the tensors.
  ///
  /// - Throws: `ImportError.malformed`, naming the first that differs.
  func check(_ geometry: ViTGeometry) throws(ImportError) {
    let stated: [(String, Int?, Int)] = [
      ("embed_dim", try count("embed_dim", "hidden_size"), geometry.width),
      ("depth", try count("depth", "num_hidden_layers"), geometry.depth),
      ("num_classes", try count("num_classes", "num_labels"), geometry.classes),
      ("in_chans", try count("in_chans", "num_channels"), geometry.channels),
    ]
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

  /// A LayerNorm's ε.
  func epsilon(default value: Double, _ keys: String...) throws(ImportError) -> Double {
    try setting(keys, expected: "a number from 0 on") { setting in
      setting.asNumber.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    } ?? value
  }

  /// The MLP's activation, where stated, by the names of timm, PyTorch and Hugging Face.
  func activation() throws(ImportError) -> Function? {
    let known: [String: Function] = [
      "gelu": .gelu, "gelu_erf": .gelu, "gelu_tanh": .geluTanh, "gelu_new": .geluTanh,
      "gelu_pytorch_tanh": .geluTanh, "relu": .relu, "silu": .silu, "swish": .silu,
      "hard_swish": .hardSwish, "hardswish": .hardSwish,
    ]
    let names = known.keys.sorted().joined(separator: ", ")
    return try setting(["act_layer", "hidden_act", "activation"], expected: "one of \(names)") {
      $0.asString.flatMap { known[$0.lowercased()] }
    }
  }
}
