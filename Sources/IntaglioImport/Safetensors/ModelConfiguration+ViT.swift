import IntaglioGraph

// What the importers ask of a configuration.

extension ModelConfiguration {
  /// Compares the dimensions that are stated with those of the tensors.
  ///
  /// - Throws: `ImportError.malformed`, naming the first that differs.
  func check(_ geometry: ViTGeometry) throws(ImportError) {
    let stated: [(String, Int?, Int)] = [
      ("embed_dim", try count("embed_dim", "hidden_size"), geometry.width),
      ("depth", try count("depth", "num_hidden_layers"), geometry.depth),
      ("num_classes", try classCount(), geometry.classes ?? 0),
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

  /// How many classes are stated; 0 for a model without a head.
  private func classCount() throws(ImportError) -> Int? {
    try setting(["num_classes", "num_labels"], expected: "a whole number from 0 on") { value in
      value.asInteger.flatMap { (0...Int(Int32.max)).contains($0) ? $0 : nil }
    }
  }

  /// A LayerNorm's ε.
  func epsilon(default value: Double, _ keys: String...) throws(ImportError) -> Double {
    try setting(keys, expected: "a number from 0 on") { setting in
      setting.asNumber.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    } ?? value
  }

  /// The MLP's activation, where stated, by the names of timm, PyTorch and Hugging Face.
  func activation() throws(ImportError) -> Activation? {
    let names = Activation.known.keys.sorted().joined(separator: ", ")
    return try setting(["act_layer", "hidden_act", "activation"], expected: "one of \(names)") {
      $0.asString.flatMap {
        Activation.known[String($0.split(separator: ".").last ?? "").lowercased()]
      }
    }
  }
}
