public import IntaglioGraph
import IntaglioNumerics

/// Computes an integer node whose operands are all constants once, now: the corrections that zero
/// points leave behind constant weights.
///
///     before   constant a, constant b ─ add, subtract, multiply, sum ── y
///
///     after    constant ── y
///
/// Integer arithmetic is exact. A result that leaves 32 bits stays unfolded, and the proof of the
/// whole program reports it. Products of matrices stay: they are what the program is about.
public struct FoldIntegerConstants: RewriteRule {
  public let law = "f(constant, …) = constant"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    let node = graph[value]
    var folds = node.operation.ringOperation != nil
    if case .sum = node.operation { folds = true }
    guard
      folds,
      node.operands.allSatisfy({ graph.constant($0)?.integers != nil }),
      let folded = Self.evaluate(node, in: graph),
      let tensor = Tensor(folded, .i32, shape: graph.type(of: value).shape)
    else { return nil }
    return try graph.append(.constant(tensor), name: graph.name(of: value))
  }

  /// The number of integer operations that a run would carry out.
  public func measure(_ graph: Graph) -> Int {
    graph.live.count { value in
      graph.type(of: value).isInteger && graph.constant(value) == nil
    }
  }

  /// The elements of `node` over constant operands; `nil` when the oracle cannot tell.
  private static func evaluate(_ node: Node, in graph: Graph) -> [Int]? {
    var part = Graph()
    guard
      let operands = try? node.operands.map({ try part.append(graph[$0]) }),
      let result = try? part.append(Node(node.operation, operands))
    else { return nil }
    part.addOutput("folded", result)
    return try? Oracle<Double>(part).run([:])["folded"]?.integers
  }
}
