public import IntaglioNumerics

/// Why an integer graph has no plan.
public enum PlanError: Error, Hashable, Sendable, CustomStringConvertible {
  /// An operation that has to be rewritten before a program can run.
  case unsupported(operation: String, node: String, reason: String)
  /// The executor feeds exactly one input.
  case inputs([String])
  case noOutputs
  /// A scale, offset or zero point that float32 or i32 does not hold.
  case constantOutOfRange(what: String, value: String, node: String)
  /// An integer that the runtime does not keep.
  case integer(IntegerType, node: String)
  /// Sums that can leave 32 bits once codes are stored as bytes.
  case accumulator(node: String, depth: Int, magnitude: Int)
  case constant(node: String, reason: String)

  public var description: String {
    switch self {
    case .unsupported(let operation, let node, let reason):
      "\(operation): \(reason) (node \(node))"
    case .inputs(let names):
      "expected one input, found \(names.isEmpty ? "none" : names.joined(separator: ", "))"
    case .noOutputs:
      "expected an output, found none"
    case .constantOutOfRange(let what, let value, let node):
      "\(what): \(value) does not fit its 32 bits (node \(node))"
    case .integer(let type, let node):
      "expected integers of at most 32 signed bits, found \(type) (node \(node))"
    case .accumulator(let node, let depth, let magnitude):
      "matmul: \(depth) products of up to \(magnitude) can leave the 32-bit accumulator"
        + " (node \(node))"
    case .constant(let node, let reason):
      "constant: \(reason) (node \(node))"
    }
  }
}
