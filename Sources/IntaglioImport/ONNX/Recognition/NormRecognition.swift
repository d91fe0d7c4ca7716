import IntaglioGraph

/// Recognizes layer and RMS normalization in elementary steps, one step at a time.
///
/// ```
/// d = x − mean(x)          normalized: d / √(mean(d²) + ε)   → layerNorm(x, 1, 0)
///                          scaled:     layerNorm(x, 1, 0)·γ  → layerNorm(x, γ, 0)
///                          shifted:    layerNorm(x, γ, 0)+β  → layerNorm(x, γ, β)
/// any other d              normalized: d / √(mean(d²) + ε)   → rmsNorm(d, 1)
///                          scaled:     rmsNorm(d, 1)·γ       → rmsNorm(d, γ)
/// ```
/// The quotient may also be a product with 1/√(…).
enum NormRecognition {
  /// The normalization that the division `node` completes.
  static func normalized(_ node: Node, in graph: inout Graph) throws(GraphError) -> Node? {
    try normalized(node.operands[0], over: node.operands[1], in: &graph)
  }

  /// The normalization that the multiplication `node` with a reciprocal root completes.
  static func multiplied(_ node: Node, in graph: inout Graph) throws(GraphError) -> Node? {
    for (value, factor) in [(0, 1), (1, 0)].map({ (node.operands[$0], node.operands[$1]) }) {
      if let root = reciprocal(graph[factor], in: graph),
        let norm = try normalized(value, over: root, in: &graph)
      {
        return norm
      }
    }
    return nil
  }

  /// The x of a `node` that is 1/x.
  private static func reciprocal(_ node: Node, in graph: Graph) -> Value? {
    if node.operation == .function(.reciprocal) || node.operation == .function(.power(-1)) {
      return node.operands[0]
    }
    guard node.operation == .divide, graph.uniformReal(node.operands[0]) == 1 else { return nil }
    return node.operands[1]
  }

  private static func normalized(
    _ numerator: Value,
    over root: Value,
    in graph: inout Graph
  ) throws(GraphError) -> Node? {
    guard let epsilon = epsilon(under: root, of: numerator, in: graph),
      let width = graph.type(of: numerator).shape.last, width <= 1 << 20,
      graph.type(of: root).shape.count <= graph.type(of: numerator).shape.count
    else { return nil }
    let ones = Tensor([Float](repeating: 1, count: width), shape: [width])
    let gamma = try graph.append(.constant(ones))
    guard let x = centered(numerator, in: graph) else {
      return Node(.rmsNorm(epsilon: epsilon), [numerator, gamma])
    }
    let zeros = Tensor([Float](repeating: 0, count: width), shape: [width])
    let beta = try graph.append(.constant(zeros))
    return Node(.layerNorm(epsilon: epsilon), [x, gamma, beta])
  }

  /// The normalization with a γ that the multiplication `node` adds.
  static func scaled(_ node: Node, in graph: inout Graph) throws(GraphError) -> Node? {
    guard let (norm, gamma) = affine(node, in: graph), graph.uniformReal(norm.operands[1]) == 1,
      norm.operands.dropFirst(2).allSatisfy({ graph.uniformReal($0) == 0 })
    else { return nil }
    return Node(norm.operation, [norm.operands[0], gamma] + norm.operands.dropFirst(2))
  }

  /// The normalization with a β that the addition `node` adds.
  static func shifted(_ node: Node, in graph: Graph) -> Node? {
    guard let (norm, beta) = affine(node, in: graph), norm.operands.count == 3,
      graph.uniformReal(norm.operands[2]) == 0
    else { return nil }
    return Node(norm.operation, [norm.operands[0], norm.operands[1], beta])
  }

  /// A normalization and one constant per element of its last axis, in either order.
  private static func affine(_ node: Node, in graph: Graph) -> (norm: Node, vector: Value)? {
    let (a, b) = (node.operands[0], node.operands[1])
    for (value, vector) in [(a, b), (b, a)] {
      let shape = graph.type(of: value).shape
      guard graph[value].operation.isNormalization, shape.count > 1, let width = shape.last,
        graph.type(of: vector).shape == [width],
        isConstant(vector, in: graph)
      else { continue }
      return (graph[value], vector)
    }
    return nil
  }

  /// Whether `value` is a constant or a dequantized one.
  private static func isConstant(_ value: Value, in graph: Graph) -> Bool {
    if case .dequantize = graph[value].operation {
      return graph.constant(graph[value].operands[0]) != nil
    }
    return graph.constant(value) != nil
  }

  /// The `x` of x − mean(x) over the last axis.
  private static func centered(_ value: Value, in graph: Graph) -> Value? {
    guard let operands = graph.operands(of: value, { $0 == .subtract }) else { return nil }
    let last = graph.type(of: operands[0]).shape.count - 1
    return graph[operands[1]] == Node(.mean(axis: last), [operands[0]]) ? operands[0] : nil
  }

  /// The ε of √(mean(deviation²) + ε).
  private static func epsilon(
    under root: Value,
    of deviation: Value,
    in graph: Graph
  ) -> Double? {
    let last = graph.type(of: deviation).shape.count - 1
    guard
      let sum = graph.operands(of: root, { $0 == .function(.squareRoot) })?.first,
      let addends = graph.operands(of: sum, { $0 == .add })
    else { return nil }
    for (variance, epsilon) in [(addends[0], addends[1]), (addends[1], addends[0])] {
      guard let number = graph.uniformReal(epsilon), number >= 0,
        graph[variance].operation == .mean(axis: last),
        let square = graph[variance].operands.first,
        Product(square, in: graph).isSquare(of: deviation)
      else { continue }
      return number
    }
    return nil
  }
}

extension Product {
  /// Whether this is nothing but `value` twice.
  func isSquare(of value: Value) -> Bool {
    isUnscaled && factors == [value: 2]
  }
}
