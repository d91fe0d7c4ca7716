import IntaglioGraph

/// What one pass of a step reads and leaves: a plan as it can be read and walked.
public struct PlannedPass: Hashable, Sendable, CustomStringConvertible {
  /// What the elements of a pass are.
  public enum Elements: String, Hashable, Sendable, Codable {
    case float32
    case int32
    /// Codes of at most 8 bits, one byte each.
    case codes
  }

  /// The step that it belongs to, from 0.
  public let step: Int
  /// Such as `matmul`, `norm`, `quantize`, `copy`.
  public let name: String
  public let reads: Elements
  public let leaves: Elements

  public var usesFloats: Bool { reads == .float32 || leaves == .float32 }
  public var description: String { "\(step): \(name), \(reads) → \(leaves)" }
}

extension Plan {
  /// Every pass in the order in which it runs.
  public var passes: [PlannedPass] {
    steps.enumerated().flatMap { index, step in step.passes(index) }
  }
}
