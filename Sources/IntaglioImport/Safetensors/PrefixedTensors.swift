import IntaglioGraph

/// A checkpoint whose names all begin with a word that says how the model was trained or wrapped, such as
/// `module.`; without that word.
struct PrefixedTensors: TensorSource {
  private let source: any TensorSource
  private let prefix: String

  /// Words of wrappers: data parallel training, compilation, frameworks and hubs.
  private static let wrappers: Set = [
    "module", "_orig_mod", "model", "timm_model", "state_dict", "net", "student", "teacher",
  ]

  /// - Parameter source: any checkpoint.
  /// - Returns: `source` without the words in front of the layer that cuts images into patches; as it is
  ///   where other tensors have other words.
  static func unwrapping(_ source: any TensorSource) -> any TensorSource {
    let layers = ["patch_embed.proj.weight", "embeddings.patch_embeddings.projection.weight"]
    for layer in layers {
      for name in source.names where name.hasSuffix(".\(layer)") {
        let words = name.dropLast(layer.count + 1).split(
          separator: ".",
          omittingEmptySubsequences: false
        )
        let prefix = name.dropLast(layer.count)
        guard words.allSatisfy({ wrappers.contains(String($0)) }),
          source.names.allSatisfy({ $0.hasPrefix(prefix) })
        else { continue }
        return PrefixedTensors(source: source, prefix: String(prefix))
      }
    }
    return source
  }

  var path: String { source.path }
  var notes: [String] { source.notes }
  var names: [String] { source.names.map { String($0.dropFirst(prefix.count)) } }

  func contains(_ name: String) -> Bool { source.contains(prefix + name) }

  func shape(of name: String) throws(ImportError) -> [Int] { try source.shape(of: prefix + name) }

  func real(_ name: String) throws(ImportError) -> Tensor { try source.real(prefix + name) }
}
