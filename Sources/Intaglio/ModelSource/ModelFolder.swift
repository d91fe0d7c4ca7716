import Foundation

/// A folder as model hubs lay it out: weights, and `config.json` with what they cannot tell.
struct ModelFolder {
  let path: String

  /// What Intaglio reads, the first one that is there.
  private static let models = [
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
    "pytorch_model.bin.index.json", "model.pth", "model.pt", "model.onnx", "onnx/model.onnx",
  ]
  /// Weights in other forms, and what to do with them.
  private static let others: [(name: String, advice: String)] = [
    ("tf_model.h5", "weights of TensorFlow are not read; convert them to model.safetensors"),
    ("flax_model.msgpack", "weights of Flax are not read; convert them to model.safetensors"),
  ]
  /// The model in the folder.
  ///
  /// - Throws: `ModelSourceError.folder` when there is none, or more than one.
  func model() throws(ModelSourceError) -> String {
    if let snapshot { return try ModelFolder(path: snapshot).model() }
    guard has("config.json") else { throw .folder(path: path, .noConfiguration(found: files)) }
    if let name = Self.models.first(where: has) { return file(name) }
    if files.count == 1 { return file(files[0]) }
    if files.count > 1 { throw .folder(path: path, .several(files)) }
    if let other = Self.others.first(where: { has($0.name) }) {
      throw .folder(path: path, .other(name: other.name, advice: other.advice))
    }
    throw .folder(path: path, .nothing(expected: Self.models))
  }

  /// The version of the model that a folder of Hugging Face's cache (`models--NAME`) has, where it is one:
  /// the one that `refs/main` names, or the only one.
  private var snapshot: String? {
    guard !has("config.json"), has("snapshots") else { return nil }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: file("snapshots"))) ?? []
    let main = (try? String(contentsOfFile: file("refs/main"), encoding: .utf8)) ?? ""
    let named = main.trimmingCharacters(in: .whitespacesAndNewlines)
    let chosen = names.contains(named) ? named : names.count == 1 ? names[0] : nil
    return chosen.map { file("snapshots/\($0)") }
  }

  private func file(_ name: String) -> String {
    path.hasSuffix("/") ? path + name : "\(path)/\(name)"
  }

  private func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  /// Names that end like models, in order.
  private var files: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { name in
      [".safetensors", ".onnx", ".intaglio", ".pth", ".pt", ".bin"].contains {
        name.hasSuffix($0) && name != $0
      }
    }.sorted()
  }
}

/// Why a folder is no model.
public enum ModelFolderFault: Hashable, Sendable, CustomStringConvertible {
  case noConfiguration(found: [String])
  case several([String])
  case other(name: String, advice: String)
  case nothing(expected: [String])

  public var description: String {
    switch self {
    case .noConfiguration(let found):
      "a folder without config.json is no model folder; "
        + (found.isEmpty
          ? "expected a model file"
          : "name the file in it: " + found.prefix(4).joined(separator: ", "))
    case .several(let names):
      "a model folder with \(names.count) models; name one of them: "
        + names.prefix(4).joined(separator: ", ")
    case .other(let name, let advice): "found \(name): \(advice)"
    case .nothing(let expected):
      "a model folder without a model; expected " + expected.joined(separator: ", ")
    }
  }
}
