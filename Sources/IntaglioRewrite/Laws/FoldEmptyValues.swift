public import IntaglioGraph
import IntaglioNumerics

/// Leaves out what has no elements.
///
///     before   a ─────────┐                 before   f(…) ── y, an extent of y is 0
///                         ├─ concat ── y
///              ∅ ─────────┘
///
///     after    a ── y                       after    constant ∅ ── y
///
/// A part of a concatenation with an extent of 0 adds nothing, and a result with no elements is known. A
/// product or a sum over no elements is zero. So no other law meets a scale that stretches over nothing:
/// exporters leave such parts behind for register tokens or prompts that a model does not use.
public struct FoldEmptyValues: RewriteRule {
  public let law = "concat(a, ∅) = a; f(∅) = ∅; Σ over ∅ = 0"

  public init() {}

  /// How many live nodes this changes.
  public func measure(_ graph: Graph) -> Int {
    graph.live.count { Self.image(of: $0, in: graph) != nil }
  }

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    switch Self.image(of: value, in: graph) {
    case nil: return nil
    case .parts(let parts):
      let name = graph.name(of: value)
      if parts.count == 1 { return try graph.append(graph[parts[0]], name: name) }
      return try graph.append(Node(graph[value].operation, parts), name: name)
    case .empty(let tensor):
      return try graph.append(.constant(tensor), name: graph.name(of: value))
    case .zero(let tensor):
      let zero = try graph.append(.constant(tensor))
      let shape = graph.type(of: value).shape
      return try graph.append(.layout(.broadcast(shape)), zero, name: graph.name(of: value))
    }
  }

  private enum Image {
    /// The operands that have elements.
    case parts([Value])
    /// No elements.
    case empty(Tensor)
    /// One zero, to be stretched over the result.
    case zero(Tensor)
  }

  private static func image(of value: Value, in graph: Graph) -> Image? {
    let (node, type) = (graph[value], graph.type(of: value))
    let isEmpty = node.operands.map { graph.type(of: $0).count == 0 }
    if type.count == 0 {
      guard !node.operands.isEmpty, let none = tensor(type.element, [], type.shape) else {
        return nil
      }
      return .empty(none)
    }
    guard isEmpty.contains(true) else { return nil }
    if case .concat = node.operation {
      return .parts(node.operands.filter { graph.type(of: $0).count > 0 })
    }
    // A sum of nothing is zero; whatever else has no elements where an operand has none.
    var sums = node.operation.isMatrixMultiplication
    if case .sum = node.operation { sums = true }
    return sums ? tensor(type.element, [0], []).map { .zero($0) } : nil
  }

  /// A constant; `nil` for an element type that constants do not have.
  private static func tensor(
    _ element: ValueType.Element,
    _ integers: [Int],
    _ shape: [Int]
  ) -> Tensor? {
    switch element {
    case .real: Tensor(integers.map(Float.init), shape: shape)
    case .integer(let type):
      type.isSigned || type.bits < 32 ? Tensor(integers, type, shape: shape) : nil
    }
  }
}
