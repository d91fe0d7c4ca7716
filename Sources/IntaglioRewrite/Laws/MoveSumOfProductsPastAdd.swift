public import IntaglioGraph

/// Adds one of two products to what a sum of both is added to.
///
///     before   a ─ dequantize ─┐
///                              ├─ add ─ (+ constants) ─┐
///              b ─ dequantize ─┘                       ├─ add ── y
///                                                   r ─┘
///
///     after    b ─ dequantize ─┐
///                              ├─ add ─┐
///                           r ─┘       ├─ add ── y
///              a ─ dequantize ─ (+ c) ─┘
///
/// A layer of two products (outlier channels beside the others) in front of a residual sum becomes two
/// residual sums of one product each: every stream then has an accumulator and an older stream, and the
/// sum of the two products needs no stream of its own. Exact. r is neither of codes nor constant.
public struct MoveSumOfProductsPastAdd: RewriteRule {
  public let law = "r + ((a + b) + c) = (r + b) + (a + c)"

  public init() {}

  public func rewrite(_ value: Value, in graph: inout Graph) throws(GraphError) -> Value? {
    let node = graph[value]
    guard node.operation.additiveSign == 1 else { return nil }
    for (sum, other) in [(1, 0), (0, 1)] {
      let (joined, older) = (node.operands[sum], node.operands[other])
      guard
        graph.type(of: joined).shape == graph.type(of: older).shape,
        graph.exactConstant(older) == nil,
        graph.withoutAddedConstants(older).map({ graph.dequantized($0.value) == nil }) == true,
        let products = graph.productsOfSum(joined)
      else { continue }
      let inner = try graph.append(.add, older, products.second)
      let first = try graph.addingAgain(joined, products.sum, to: products.first)
      return try graph.append(Node(.add, [inner, first]), name: graph.name(of: value))
    }
    return nil
  }

  /// The sums of two products that are added to something else.
  public func measure(_ graph: Graph) -> Int {
    graph.live.count { value in
      graph[value].operation.additiveSign == 1
        && graph[value].operands.contains { graph.productsOfSum($0) != nil }
    }
  }
}

extension Graph {
  /// The two dequantized products whose sum `value` is, but for constants; and that sum.
  fileprivate func productsOfSum(
    _ value: Value
  ) -> (sum: Value, first: Value, second: Value)? {
    guard let sum = withoutAddedConstants(value)?.value, self[sum].operation.additiveSign == 1
    else { return nil }
    let operands = self[sum].operands
    let shape = type(of: sum).shape
    let areProducts = operands.allSatisfy { operand in
      guard type(of: operand).shape == shape, let codes = dequantized(operand)?.codes else {
        return false
      }
      return self[codes].operation == .matmul
    }
    return areProducts ? (sum, operands[0], operands[1]) : nil
  }

  /// What is added to `inner` on the way to `value`, added to `other` in its place.
  fileprivate mutating func addingAgain(
    _ value: Value,
    _ inner: Value,
    to other: Value
  ) throws(GraphError) -> Value {
    guard value != inner else { return other }
    let node = self[value]
    let isFirst = exactConstant(node.operands[1]) != nil
    let kept = try addingAgain(node.operands[isFirst ? 0 : 1], inner, to: other)
    let operands = isFirst ? [kept, node.operands[1]] : [node.operands[0], kept]
    return try append(Node(node.operation, operands), name: name(of: value))
  }
}
