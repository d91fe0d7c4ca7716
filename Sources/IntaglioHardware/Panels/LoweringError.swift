/// Why a part of a program cannot become work on panels.
public struct LoweringError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The node that does not fit.
  public let node: String
  /// What about it, and what to do.
  public let reason: String

  public var description: String { "\(node): \(reason)" }
}
