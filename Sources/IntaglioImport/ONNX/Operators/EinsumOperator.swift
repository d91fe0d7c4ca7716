import IntaglioGraph

/// Einsum: sums of products of any number of operands, as layouts, products of matrices and sums.
///
/// Operands are taken in from left to right. A label that only the operands so far have and nothing asks for
/// later is summed at once; labels of both that go on are batch axes; those of both that end are contracted.
enum EinsumOperator {
  static let table: [String: ONNXOperators.Conversion] = ["Einsum": einsum]

  /// A value and the label of each of its axes.
  private struct Term {
    var operand: ONNXOperand
    var labels: [EinsumEquation.Label]
  }

  private static func einsum(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    guard let text = try call.node.string("equation") else {
      throw call.node.malformed(expected: "an equation", found: "none")
    }
    var shapes: [[Int]] = []
    for index in call.operands.indices {
      shapes.append(conversion.shape(of: try call.operand(index)))
    }
    guard let equation = EinsumEquation(text, shapes: shapes) else {
      throw call.node.unsupported(
        "the equation \(text) for operands of \(shapes)",
        advice: "give every axis of an operand a label of its own, of one extent everywhere"
      )
    }
    guard var result = try term(0, equation, call, &conversion) else {
      throw call.node.malformed(expected: "an operand", found: "none")
    }
    for index in shapes.indices {
      let later = Set(equation.operands[min(index + 1, shapes.count)...].joined())
        .union(equation.result)
      if index > 0, let next = try term(index, equation, call, &conversion) {
        result = try product(result, next, needed: later, equation, call, &conversion)
      } else {
        result = try summed(result, keeping: later, call, &conversion)
      }
    }
    let order = equation.result.compactMap { result.labels.firstIndex(of: $0) }
    let name = call.node.name
    return [try conversion.layout(.transpose(order), of: result.operand, name: name)]
  }

  private static func term(
    _ index: Int,
    _ equation: EinsumEquation,
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> Term? {
    guard equation.operands.indices.contains(index) else { return nil }
    return Term(operand: try call.operand(index), labels: equation.operands[index])
  }

  /// Without the labels that nobody needs.
  private static func summed(
    _ term: Term,
    keeping needed: Set<EinsumEquation.Label>,
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> Term {
    let gone = term.labels.indices.filter { !needed.contains(term.labels[$0]) }
    if gone.isEmpty { return term }
    var value = try conversion.real(term.operand, in: call)
    for axis in gone { value = try conversion.append(.sum(axis: axis), [value], name: nil) }
    let kept = term.labels.indices.filter { !gone.contains($0) }
    let shape = kept.map { conversion.graph.type(of: value).shape[$0] }
    let operand = try conversion.layout(.reshape(shape), of: .computed(value), name: nil)
    return Term(operand: operand, labels: kept.map { term.labels[$0] })
  }

  private static func product(
    _ a: Term,
    _ b: Term,
    needed: Set<EinsumEquation.Label>,
    _ equation: EinsumEquation,
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> Term {
    let a = try summed(a, keeping: needed.union(b.labels), call, &conversion)
    let b = try summed(b, keeping: needed.union(a.labels), call, &conversion)
    let shared = a.labels.filter(b.labels.contains)
    let batch = shared.filter(needed.contains)
    let inner = shared.filter { !needed.contains($0) }
    let left = a.labels.filter { !shared.contains($0) }
    let right = b.labels.filter { !shared.contains($0) }
    func extents(_ labels: [EinsumEquation.Label]) -> [Int] {
      labels.map { equation.extents[$0] ?? 1 }
    }
    let name = call.node.name
    func arranged(
      _ term: Term,
      _ labels: [EinsumEquation.Label],
      _ shape: [Int]
    ) throws(ONNXFault) -> Value {
      let order = labels.compactMap { term.labels.firstIndex(of: $0) }
      let turned = try conversion.layout(.transpose(order), of: term.operand, name: nil)
      return try conversion.real(
        try conversion.layout(.reshape(shape), of: turned, name: nil),
        in: call
      )
    }
    let whole = extents(batch + left + right)
    let result: Value
    if inner.isEmpty {
      let ones = [Int](repeating: 1, count: right.count)
      let x = try arranged(a, batch + left, extents(batch + left) + ones)
      let gap = [Int](repeating: 1, count: left.count)
      let y = try arranged(b, batch + right, extents(batch) + gap + extents(right))
      result = try conversion.append(.multiply, [x, y], name: name)
    } else {
      let (m, k, n) = (
        extents(left).reduce(1, *), extents(inner).reduce(1, *), extents(right).reduce(1, *)
      )
      let x = try arranged(a, batch + left + inner, extents(batch) + [m, k])
      let y = try arranged(b, batch + inner + right, extents(batch) + [k, n])
      result = try conversion.append(.matmul, [x, y], name: name)
    }
    let operand = try conversion.layout(.reshape(whole), of: .computed(result), name: nil)
    return Term(operand: operand, labels: batch + left + right)
  }
}
