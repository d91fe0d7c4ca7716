/// Why a node cannot stand in a graph.
///
/// Reads like a compiler's message: what, expected, found, where.
public enum GraphError: Error, Hashable, Sendable, CustomStringConvertible {
  case arity(operation: String, expected: Int, found: Int, node: String?)
  /// Operands that do not go together, such as `[197, 64] · [32, 197]`.
  case mismatch(operation: String, operands: [ValueType], reason: String, node: String?)
  /// An attribute that no operand of this type allows.
  case attribute(operation: String, operand: ValueType, reason: String, node: String?)
  /// A result with a negative extent or more elements than a value may have.
  case extent(operation: String, shape: [Int], node: String?)

  public var description: String {
    switch self {
    case .arity(let operation, let expected, let found, let node):
      "\(operation): expected \(expected) operand\(expected == 1 ? "" : "s"), found \(found)"
        + Self.place(node)
    case .mismatch(let operation, let operands, let reason, let node):
      "\(operation): \(operands.map(\.description).joined(separator: " and ")) do not fit: \(reason)"
        + Self.place(node)
    case .attribute(let operation, let operand, let reason, let node):
      "\(operation) of \(operand): \(reason)" + Self.place(node)
    case .extent(let operation, let shape, let node):
      "\(operation): expected dimensions from 0 on and at most \(Shape.countLimit) elements, "
        + "found \(shape)" + Self.place(node)
    }
  }

  private static func place(_ node: String?) -> String { node.map { " (node \($0))" } ?? "" }
}
