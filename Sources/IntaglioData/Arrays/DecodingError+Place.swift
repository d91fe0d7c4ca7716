import FoundationEssentials

extension DecodingError {
  /// What is wrong, and where in the file.
  package var place: String {
    let (context, what): (Context, String) =
      switch self {
      case .typeMismatch(_, let context): (context, "another type")
      case .valueNotFound(_, let context): (context, "no value")
      case .keyNotFound(let key, let context): (context, "no '\(key.stringValue)'")
      case .dataCorrupted(let context): (context, "no JSON of that form")
      @unknown default: (Context(codingPath: [], debugDescription: ""), "something else")
      }
    let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
    return what + (path.isEmpty ? "" : " at \(path.joined(separator: "."))")
  }
}
