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
