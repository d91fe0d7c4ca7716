import IntaglioData
import IntaglioGraph

/// Attention in the operators that it consists of.
struct AttentionSteps {
  let standard: ONNXComposition
  private var call: ONNXCall { standard.call }

  init(_ call: ONNXCall) { standard = ONNXComposition(call) }

  /// [b, n, heads · d] as [b, heads, n, d].
  func split(
    _ operand: ONNXOperand,
    heads: Int,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    let shape = conversion.shape(of: operand)
    guard shape.count == 3, heads > 0, heads <= shape[2], shape[2] % heads == 0 else {
      throw call.node.malformed(
        expected: "[batch, tokens, heads · width] for \(heads) heads",
        found: "\(shape)"
      )
    }
    let target = [shape[0], shape[1], heads, shape[2] / heads]
    let parted = try standard.reshaped(operand, to: target, in: &conversion)
    return try moved(parted, &conversion)
  }

  /// [b, heads, n, d] as [b, n, heads · d].
  func joined(
    _ operand: ONNXOperand,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    let shape = conversion.shape(of: operand)
    let back = try moved(operand, &conversion)
    let target = [shape[0], shape[2], shape[1] * shape[3]]
    return try standard.reshaped(back, to: target, in: &conversion)
  }

  private func moved(
    _ operand: ONNXOperand,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    try standard("Transpose", [operand], [.integers("perm", [0, 2, 1, 3])], in: &conversion)
  }

  /// softmax(q·kᵀ·scale + masks)·v of [b, heads, n, d], zeros for a query whose keys are all masked.
  ///
  /// The scale is 1/√d by default.
  func attend(
    _ parts: [ONNXOperand],
    scale: Float?,
    masks: [ONNXOperand?],
    isCausal: Bool,
    cap: Float = 0,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    let (node, name) = (call.node, call.node.name)
    let shapes = parts.map { conversion.shape(of: $0) }
    guard shapes.count == 3, shapes.allSatisfy({ $0.count == 4 && !$0.contains(0) }),
      shapes[1][2] == shapes[2][2], shapes[1][1] == shapes[2][1], shapes[0][3] == shapes[1][3],
      shapes[0][1] % shapes[1][1] == 0
    else {
      throw node.malformed(
        expected: "queries, keys and values [batch, heads, tokens, width] that fit",
        found: shapes.map { "\($0)" }.joined(separator: ", ")
      )
    }
    let heads = shapes[0][1]
    let keys = try repeated(parts[1], heads: heads, &conversion)
    let values = try repeated(parts[2], heads: heads, &conversion)
    let turned = try standard.transposed(keys, in: &conversion)
    var scores = try standard("MatMul", [parts[0], turned], name: "\(name)/qk", in: &conversion)
    let factor = scale ?? 1 / Float(shapes[0][3]).squareRoot()
    scores = try standard.scaled(scores, by: factor, in: &conversion)
    if cap != 0 {
      scores = try standard.scaled(scores, by: 1 / cap, in: &conversion)
      scores = try standard("Tanh", [scores], in: &conversion)
      scores = try standard.scaled(scores, by: cap, in: &conversion)
    }
    let causal = try isCausal ? self.causal(shapes[0][2], shapes[1][2]) : nil
    var addends: [ONNXOperand] = []
    for case let mask? in masks + [causal] { addends.append(try additive(mask)) }
    let rows = try MaskedRows(addends, call, conversion)
    for mask in rows.masks {
      let before = conversion.shape(of: scores)
      scores = try standard("Add", [scores, mask], in: &conversion)
      guard conversion.shape(of: scores) == before else {
        throw node.malformed(
          expected: "a mask that stretches over \(before)",
          found: "\(conversion.shape(of: mask))"
        )
      }
    }
    let shares = try standard("Softmax", [scores], [.integer("axis", -1)], in: &conversion)
    guard let factor = rows.factor else {
      return try standard("MatMul", [shares, values], name: name, in: &conversion)
    }
    let result = try standard("MatMul", [shares, values], name: "\(name)/v", in: &conversion)
    return try standard("Mul", [result, .constant(factor)], name: name, in: &conversion)
  }

  /// Keys or values of fewer heads, each for several heads of the queries.
  private func repeated(
    _ operand: ONNXOperand,
    heads: Int,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    let shape = conversion.shape(of: operand)
    if shape[1] == heads { return operand }
    let count = heads / shape[1]
    let rest = Array(shape[2...])
    let parted = try standard.reshaped(
      operand,
      to: [shape[0], shape[1], 1] + rest,
      in: &conversion
    )
    let target = ONNXConstant([shape[0], shape[1], count] + rest)
    let stretched = try standard("Expand", [parted, .constant(target)], in: &conversion)
    return try standard.reshaped(stretched, to: [shape[0], heads] + rest, in: &conversion)
  }

  /// No token sees one after it.
  private func causal(_ rows: Int, _ columns: Int) throws(ONNXFault) -> ONNXOperand {
    guard call.isFoldable([rows, columns]) else {
      throw call.node.malformed(expected: "few tokens", found: "\(rows) and \(columns)")
    }
    let entries = (0..<rows * columns).map { $0 % columns <= $0 / columns ? Float(0) : -.infinity }
    return .constant(ONNXConstant(.float, [rows, columns], .floats(entries)))
  }

  /// A mask of truth values as 0 and −∞.
  private func additive(_ mask: ONNXOperand) throws(ONNXFault) -> ONNXOperand {
    guard case .constant(let constant) = mask, constant.type == .bool, let truth = constant.integers
    else { return mask }
    let entries = truth.map { $0 != 0 ? Float(0) : -.infinity }
    return .constant(ONNXConstant(.float, constant.shape, .floats(entries)))
  }

  /// Queries, keys and values of MultiHeadAttention, whatever is packed: [b, n, heads, 3, d], or keys and values
  /// as [b, n, heads, 2, d].
  func unpacked(_ conversion: inout ONNXConversion) throws(ONNXFault) -> [ONNXOperand] {
    let first = try call.operand(0)
    switch (call.optional(1), call.optional(2)) {
    case (let keys?, let values?): return [first, keys, values]
    case (nil, nil): return try unpacked(first, count: 3, &conversion)
    case (let packed?, nil): return [first] + (try unpacked(packed, count: 2, &conversion))
    case (nil, _?):
      throw call.node.malformed(expected: "keys beside values", found: "none")
    }
  }

  private func unpacked(
    _ operand: ONNXOperand,
    count: Int,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let shape = conversion.shape(of: operand)
    guard shape.count == 5, shape[3] == count else {
      throw call.node.malformed(
        expected: "[batch, tokens, heads, \(count), width]",
        found: "\(shape)"
      )
    }
    var parts: [ONNXOperand] = []
    for index in 0..<count {
      let layout = Layout.slice(axis: 3, start: index, count: 1)
      let part = try conversion.layout(layout, of: operand, name: nil)
      let target = [shape[0], shape[1], shape[2] * shape[4]]
      parts.append(try standard.reshaped(part, to: target, in: &conversion))
    }
    return parts
  }

  /// A bias of all three widths one after the other, added to each.
  func biased(
    _ parts: [ONNXOperand],
    _ bias: ONNXOperand,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let widths = parts.map { conversion.shape(of: $0) }
    guard widths.allSatisfy({ $0.count == 3 }),
      conversion.shape(of: bias) == [widths.map { $0[2] }.reduce(0, +)]
    else {
      throw call.node.malformed(
        expected: "a bias of queries, keys and values of [batch, tokens, width]",
        found: "\(conversion.shape(of: bias))"
      )
    }
    var (result, start): ([ONNXOperand], Int) = ([], 0)
    for (part, shape) in zip(parts, widths) {
      let layout = Layout.slice(axis: 0, start: start, count: shape[2])
      let own = try conversion.layout(layout, of: bias, name: nil)
      result.append(try standard("Add", [part, own], in: &conversion))
      start += shape[2]
    }
    return result
  }
}
