public import IntaglioGraph

/// Adds everything that is added to scores at once, right before softmax.
///
///     before   scores ─ (+ bias) ─ reshape ─ (+ mask) ─ reshape ─ softmax ── p
///
///     after    scores ─ reshape ─ reshape ─ (+ (bias and mask)) ─ softmax ── p
///
/// Attention in windows adds a table of relative positions and a mask in other dimensions each. What is
/// added right before softmax becomes integers in the unit of the scores; what changes along more than one
/// axis elsewhere has no scale to join. Exact but for the rounding of the constants' sum.
public struct JoinAddedScores: RewriteRule {
  public let law = "layout(s + a) + b = layout(s) + (layout(a) + b)"

  public init() {}

  /// Constants and changes of place between what is added first and softmax, but for the last constant.
  public func measure(_ graph: Graph) -> Int {
    graph.live.reduce(0) { $0 + (Chain($1, in: graph)?.excess ?? 0) }
  }

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    guard let chain = Chain(value, in: graph), chain.excess > 0 else { return nil }
    var scores = chain.scores
    var (sum, shape) = ([Double]?.none, graph.type(of: scores).shape)
    for step in chain.steps {
      switch step {
      case .layout(let layout):
        scores = try graph.append(.layout(layout), scores)
        sum = sum.map { numbers in layout.sources(from: shape).map { numbers[Int($0)] } }
        shape = layout.shape(from: shape)
      case .constant(let tensor):
        let numbers = tensor.doubles
        let addend = Shape.broadcastSources(from: tensor.shape, to: shape).map { numbers[Int($0)] }
        sum = sum.map { zip($0, addend).map(+) } ?? addend
      }
    }
    let constant = Tensor((sum ?? []).map(Float.init), shape: shape)
    let added = try graph.append(.add, scores, graph.append(.constant(constant)))
    return try graph.append(Node(graph[value].operation, [added]), name: graph.name(of: value))
  }

  /// What stands between scores and their softmax.
  private struct Chain {
    enum Step {
      case layout(Layout)
      case constant(Tensor)
    }

    let scores: Value
    /// First to last; the first is a constant.
    let steps: [Step]

    init?(_ softmax: Value, in graph: Graph) {
      guard graph[softmax].operation.seesDifferences else { return nil }
      var (value, steps) = (graph[softmax].operands[0], [Step]())
      var found: (value: Value, steps: [Step])?
      walk: while true {
        let node = graph[value]
        switch node.operation {
        case .layout(.reshape(let shape)):
          steps.insert(.layout(.reshape(shape)), at: 0)
          value = node.operands[0]
        case .layout(.transpose(let axes)):
          steps.insert(.layout(.transpose(axes)), at: 0)
          value = node.operands[0]
        case .add:
          guard let side = node.operands.firstIndex(where: { graph.constant($0) != nil }),
            let tensor = graph.constant(node.operands[side]), !tensor.type.isInteger,
            graph.type(of: node.operands[1 - side]).shape == graph.type(of: value).shape
          else { break walk }
          steps.insert(.constant(tensor), at: 0)
          value = node.operands[1 - side]
          found = (value, steps)
        default:
          break walk
        }
      }
      guard let found else { return nil }
      (scores, self.steps) = found
    }

    /// What stands between the first constant and softmax.
    var excess: Int { steps.count - 1 }
  }
}
