public import IntaglioGraph

/// One local law: a node and its operands on the left, a value that means the same on the right.
///
/// How to write one: a file named by the motion (`MoveXPastY`, `AbsorbXIntoY`, `CollapseRepeatedX`),
/// the algebra in `law`, a before/after drawing, one `guard` per condition. `rewrite` appends the
/// new nodes and returns the one that takes the place of `value`; `graph.inherit` hands the name and
/// the bound of the old node to the new one that does its work. In the tests every law passes
/// `checkRule` and has one negative test per guard.
public protocol RewriteRule: Sendable {
  /// The law in one line, as the report prints it.
  var law: String { get }

  /// A value equal to `value`, or `nil` where the law does not apply.
  func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value?

  /// What every application lowers, so that rewriting ends.
  func measure(_ graph: Graph) -> Int
}

extension RewriteRule {
  public func measure(_ graph: Graph) -> Int { graph.realWork }

  /// The type's name: `MoveDequantizePastMatmul`.
  public var name: String { "\(Self.self)" }
}

extension Graph {
  /// How much is left to do on reals.
  ///
  /// Every live node that consumes or produces reals counts; a dequantization or a source does not. A convolution counts for the nodes it is lowered to.
  public var realWork: Int {
    live.reduce(0) { total, value in
      let node = self[value]
      let touchesReals =
        !type(of: value).isInteger || node.operands.contains { !type(of: $0).isInteger }
      guard touchesReals else { return total }
      if node.operation.family == .source { return total }
      if case .dequantize = node.operation { return total }
      if case .convolution = node.operation { return total + 16 }
      return total + 1
    }
  }

  /// Hands the name and the bound of `old` to `new`, which now does its work.
  mutating func inherit(_ old: Value, by new: Value) throws(GraphError) {
    if let name = name(of: old) { try append(self[new], name: name) }
    if let bound = bounds[old] { setBound(bound, of: new) }
  }

  /// The same graph with `rules` applied at every node, operands first, until none applies, and
  /// without what no output needs.
  ///
  /// - Throws: `GraphError` when a rule builds a node that does not type-check: a defect of the rule.
  public func rewritten(by rules: [any RewriteRule]) throws(GraphError) -> Graph {
    var graph = self
    while true {
      var changed = false
      graph = try graph.copied { copy, _, value throws(GraphError) in
        var image = value
        while let simpler = try copy.firstRewrite(of: image, by: rules) {
          image = simpler
          changed = true
        }
        return image
      }
      if !changed { return try graph.pruned() }
    }
  }

  /// The live part of the graph alone.
  public func pruned() throws(GraphError) -> Graph {
    try copied { _, _, value throws(GraphError) in value }
  }

  /// A copy of the live nodes in which `transform` may put another value in the place of each.
  ///
  /// It is given the copy, the value here and its image there.
  func copied(
    _ transform: (inout Graph, Value, Value) throws(GraphError) -> Value
  ) throws(GraphError) -> Graph {
    var copy = Graph()
    var images: [Value: Value] = [:]
    for value in live {
      let node = self[value]
      // A live value's operands are live and stand before it.
      let operands = node.operands.compactMap { images[$0] }
      let image = try copy.append(Node(node.operation, operands), name: name(of: value))
      if let bound = bounds[value] { copy.setBound(bound, of: image) }
      images[value] = try transform(&copy, value, image)
    }
    for output in outputs {
      if let image = images[output.value] { copy.addOutput(output.name, image) }
    }
    return copy
  }

  private mutating func firstRewrite(
    of value: Value,
    by rules: [any RewriteRule]
  ) throws(GraphError) -> Value? {
    for rule in rules {
      if let other = try rule.rewrite(value, in: &self), other != value { return other }
    }
    return nil
  }
}
