import ArgumentParser
import Foundation
import Intaglio

/// `NAME=FILE`.
struct ModelArgument: ExpressibleByArgument {
  let name: String
  let source: String

  /// The file to look after: behind the arithmetic, and within a folder.
  var file: String {
    guard let place = try? ModelSource(source).place else { return source }
    switch place {
    case .file(let path): return path
    case .folder(let path):
      let weights = "\(path)/model.safetensors"
      return FileManager.default.fileExists(atPath: weights) ? weights : "\(path)/config.json"
    case .demo, .architecture, .record: return source
    }
  }

  /// `nil` for a name of other than letters, digits, `.`, `_` and `-`, and where one of both is missing.
  init?(argument: String) {
    guard let sign = argument.firstIndex(of: "=") else { return nil }
    name = String(argument[..<sign])
    source = String(argument[argument.index(after: sign)...])
    let isPlain = name.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
          || "._-".unicodeScalars.contains(scalar))
    }
    guard isPlain, !name.isEmpty, name.count <= 64, !source.isEmpty else { return nil }
  }
}
