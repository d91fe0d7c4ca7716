import IntaglioGraph
import IntaglioNumerics

/// The integer terms that zero points leave behind a product of codes.
///
///     Σₖ (aᵢₖ − z)(bₖⱼ − w) = Σₖ aᵢₖbₖⱼ − Σₖ z·bₖⱼ − Σₖ aᵢₖ·w + Σₖ z·w
///
/// A term of constants folds to a constant, so weights with a zero point on the activations cost one
/// integer per column; a zero point against codes known only at run time becomes a row or column sum.
struct ZeroPointCorrection {
  private let left: Dequantized
  private let right: Dequantized

  init(_ left: Dequantized, _ right: Dequantized) {
    self.left = left
    self.right = right
  }

  /// The product plus its corrections; the product itself when both zero points are zero.
  func apply(to product: Value, in graph: inout Graph) throws(GraphError) -> Value {
    let (z, w) = (left.dequantizer.zeroPoint, right.dequantizer.zeroPoint)
    var result = product
    if z.uniform != 0 {
      result = try graph.append(.subtract, result, try columnTerm(z, in: &graph))
    }
    if w.uniform != 0 {
      result = try graph.append(.subtract, result, try rowTerm(w, in: &graph))
    }
    if z.uniform != 0, w.uniform != 0 {
      result = try graph.append(.add, result, try constantTerm(z, w, in: &graph))
    }
    return result
  }

  /// Σₖ z·bₖⱼ: `[…, m or 1, n]`.
  private func columnTerm(_ z: ZeroPoint, in graph: inout Graph) throws(GraphError) -> Value {
    let b = right.codes
    let axis = graph.type(of: b).shape.count - 2
    if z.extent(fromRight: 1) == 1 {
      let sums = try graph.append(.sum(axis: axis), b)
      return try graph.multiply(sums, by: z)
    }
    // Along k: z stands beside the rows of b.
    let upright = Array(z.shape.dropLast(2)) + [z.extent(fromRight: 1), 1]
    let weighted = try graph.multiply(b, by: Broadcast(z.values, shape: upright))
    return try graph.append(.sum(axis: graph.type(of: weighted).shape.count - 2), weighted)
  }

  /// Σₖ aᵢₖ·w: `[…, m, n or 1]`.
  private func rowTerm(_ w: ZeroPoint, in graph: inout Graph) throws(GraphError) -> Value {
    let a = left.codes
    let axis = graph.type(of: a).shape.count - 1
    if w.extent(fromRight: 2) == 1 {
      let sums = try graph.append(.sum(axis: axis), a)
      return try graph.multiply(sums, by: w)
    }
    let lying = Array(w.shape.dropLast(2)) + [1, w.extent(fromRight: 2)]
    let weighted = try graph.multiply(a, by: Broadcast(w.values, shape: lying))
    return try graph.append(.sum(axis: graph.type(of: weighted).shape.count - 1), weighted)
  }

  /// Σₖ z·w: `[…, m or 1, n or 1]`.
  private func constantTerm(
    _ z: ZeroPoint,
    _ w: ZeroPoint,
    in graph: inout Graph
  ) throws(GraphError) -> Value {
    let depth = graph.type(of: left.codes).shape.last ?? 0
    let (rows, columns) = (z.extent(fromRight: 2), w.extent(fromRight: 1))
    let batches = Shape.broadcast(Array(z.shape.dropLast(2)), Array(w.shape.dropLast(2))) ?? []
    let a = z.expanded(over: batches + [rows, depth])
    let b = w.expanded(over: batches + [depth, columns])
    var sums: [Int] = []
    for matrix in 0..<batches.reduce(1, *) {
      for row in 0..<rows {
        for column in 0..<columns {
          sums.append(
            (0..<depth).reduce(0) { sum, k in
              sum + a[(matrix * rows + row) * depth + k]
                * b[(matrix * depth + k) * columns + column]
            }
          )
        }
      }
    }
    return try graph.appendConstant(Broadcast(sums, shape: batches + [rows, columns]))
  }
}

extension Graph {
  /// An i32 constant of the broadcast's own shape.
  mutating func appendConstant(_ integers: Broadcast<Int>) throws(GraphError) -> Value {
    guard let tensor = Tensor(integers.values, .i32, shape: integers.shape) else {
      throw .mismatch(
        operation: "constant",
        operands: [ValueType(.integer(.i32), integers.shape)],
        reason: "an element leaves 32 bits",
        node: nil
      )
    }
    return try append(.constant(tensor))
  }

  /// `value` times a constant; `value` itself where the constant is 1.
  fileprivate mutating func multiply(
    _ value: Value,
    by factor: Broadcast<Int>
  ) throws(GraphError) -> Value {
    if factor.uniform == 1 { return value }
    return try append(.multiply, value, try appendConstant(factor))
  }
}
