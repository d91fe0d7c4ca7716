/// Why there is no architecture as asked for.
public enum ArchitectureError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Neither a file nor an architecture.
  case unknown(name: String)
  case bits(found: Int)
  /// An extent must be a multiple of `step` from `step` to `limit`.
  case extent(what: String, step: Int, limit: Int, found: Int)

  public var description: String {
    switch self {
    case .unknown(let name):
      "\(name): no such file, and no architecture of that name; known are "
        + ViTArchitecture.names.joined(separator: ", ")
    case .bits(let found):
      "bits: expected 2 to 8, found \(found)"
    case .extent(let what, let step, let limit, let found):
      "\(what): expected "
        + (step == 1 ? "\(step) to \(limit)" : "a multiple of \(step) from \(step) to \(limit)")
        + ", found \(found)"
    }
  }
}
