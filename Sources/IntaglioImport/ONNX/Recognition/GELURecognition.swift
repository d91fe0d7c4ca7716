import IntaglioGraph

/// Recognizes the GELU, exact and with tanh, and x·sigmoid(x), at their last multiplication.
///
/// - `x · ½ · (1 + erf(x / √2))`, as exporters write `torch.nn.GELU()`
/// - `x · ½ · (1 + tanh(√(2/π) · (x + 0.044715 · x³)))`
/// - `x · sigmoid(x)`
struct GELURecognition {
  let graph: Graph

  /// The function that `node` completes, `nil` for none.
  func match(_ node: Node) -> Node? {
    for gate in Product(node, in: graph).factors.keys.sorted() {
      guard let (function, x) = function(gatedBy: gate) else { continue }
      let product = Product(node, in: graph, atom: x)
      let isWhole = product.factors == [x: 1, gate: 1] && keepsShape(of: x, node)
      let isScaled =
        function == .silu ? product.isUnscaled : product.hasCoefficient(0.5)
      if isWhole, isScaled { return Node(.function(function), [x]) }
    }
    return nil
  }

  /// A function has the dimensions of its operand; a product that stretches it is something else.
  private func keepsShape(of x: Value, _ node: Node) -> Bool {
    let shapes = node.operands.map { graph.type(of: $0).shape }
    return Shape.broadcast(shapes[0], shapes[1]) == graph.type(of: x).shape
  }

  /// The function that `x` times this gate makes, up to a factor ½, and `x`.
  private func function(gatedBy gate: Value) -> (Function, x: Value)? {
    if case .function(.sigmoid) = graph[gate].operation {
      return (.silu, graph[gate].operands[0])
    }
    guard let inner = addend(of: gate, besides: 1) else { return nil }
    if let argument = graph.operands(of: inner, { $0 == .function(.erf) })?.first {
      let product = Product(argument, in: graph, depth: 1)
      guard let x = product.onlyFactor, product.hasCoefficient(0.5.squareRoot()) else {
        return nil
      }
      return (.gelu, x)
    }
    if let argument = graph.operands(of: inner, { $0 == .function(.tanh) })?.first {
      return operand(ofTanhArgument: argument).map { (.geluTanh, $0) }
    }
    return nil
  }

  /// The `x` of √(2/π)·(x + 0.044715·x³).
  private func operand(ofTanhArgument value: Value) -> Value? {
    let argument = Product(value, in: graph, depth: 1)
    guard let sum = argument.onlyFactor, argument.hasCoefficient((2 / Double.pi).squareRoot()),
      let addends = graph.operands(of: sum, { $0 == .add })
    else { return nil }
    for (x, cubic) in [(addends[0], addends[1]), (addends[1], addends[0])] {
      let cube = Product(cubic, in: graph, atom: x)
      if cube.factors == [x: 3], cube.hasCoefficient(0.044715) { return x }
    }
    return nil
  }

  /// The other operand of a sum with the constant `number`.
  private func addend(of value: Value, besides number: Double) -> Value? {
    guard let operands = graph.operands(of: value, { $0 == .add }) else { return nil }
    if graph.uniformReal(operands[1]) == number { return operands[0] }
    if graph.uniformReal(operands[0]) == number { return operands[1] }
    return nil
  }
}
