import IntaglioData
import IntaglioGraph

/// RotaryEmbedding: pairs of numbers, each turned by an angle of its token.
enum RotaryOperator {
  /// x [b, heads, n, d] or [b, n, heads · d], cosines, sines, positions.
  static func convert(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let (node, steps) = (call.node, ONNXComposition(call))
    var x = try call.operand(0)
    let isFlat = conversion.shape(of: x).count == 3
    if isFlat {
      let heads = try node.int("num_heads") ?? 0
      x = try AttentionSteps(call).split(x, heads: heads, &conversion)
    }
    let shape = conversion.shape(of: x)
    guard shape.count == 4 else {
      throw node.malformed(expected: "[batch, heads, tokens, width]", found: "\(shape)")
    }
    let asked = try node.int("rotary_embedding_dim") ?? 0
    let width = asked == 0 ? shape[3] : asked
    guard width > 0, width <= shape[3], width % 2 == 0 else {
      throw node.malformed(expected: "an even width up to \(shape[3])", found: "\(width)")
    }
    var angles: [ONNXOperand] = []
    for index in 1...2 {
      let extents = [shape[0], shape[2], width / 2]
      angles.append(try self.angles(index, extents, steps, &conversion))
    }
    let turning = try conversion.layout(.slice(axis: 3, start: 0, count: width), of: x, name: nil)
    let isInterleaved = try node.int("interleaved") ?? 0 != 0
    var result = try turned(turning, angles, isInterleaved, steps, &conversion)
    if width < shape[3] {
      let layout = Layout.slice(axis: 3, start: width, count: shape[3] - width)
      let rest = try conversion.layout(layout, of: x, name: nil)
      result = try steps(
        "Concat",
        [result, rest],
        [.integer("axis", 3)],
        name: "\(node.name)/rest",
        in: &conversion
      )
    }
    return [try isFlat ? AttentionSteps(call).joined(result, &conversion) : result]
  }

  /// Cosines or sines [b or 1, 1, n, d/2].
  private static func angles(
    _ index: Int,
    _ shape: [Int],
    _ steps: ONNXComposition,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    var table = try steps.call.operand(index)
    if let positions = steps.call.optional(3) {
      table = try steps("Gather", [table, positions], [.integer("axis", 0)], in: &conversion)
    }
    guard conversion.shape(of: table) == shape else {
      throw steps.call.node.malformed(
        expected: "angles of \(shape)",
        found: "\(conversion.shape(of: table))"
      )
    }
    let target = [shape[0], 1] + shape[1...]
    return try steps.reshaped(table, to: target, in: &conversion)
  }

  private static func turned(
    _ x: ONNXOperand,
    _ angles: [ONNXOperand],
    _ isInterleaved: Bool,
    _ steps: ONNXComposition,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    let shape = conversion.shape(of: x)
    let (rows, half) = (Array(shape[..<3]), shape[3] / 2)
    let pairs = isInterleaved ? [half, 2] : [2, half]
    let parted = try steps.reshaped(x, to: rows + pairs, in: &conversion)
    let axis = isInterleaved ? 4 : 3
    var parts: [ONNXOperand] = []
    for index in 0..<2 {
      let layout = Layout.slice(axis: axis, start: index, count: 1)
      let part = try conversion.layout(layout, of: parted, name: nil)
      parts.append(try steps.reshaped(part, to: rows + [half], in: &conversion))
    }
    let name = steps.call.node.name
    func product(_ part: Int, _ angle: Int) throws(ONNXFault) -> ONNXOperand {
      let operands = [parts[part], angles[angle]]
      return try steps("Mul", operands, name: "\(name)/Mul_\(part)\(angle)", in: &conversion)
    }
    let first = try steps("Sub", [try product(0, 0), try product(1, 1)], in: &conversion)
    let second = try steps("Add", [try product(0, 1), try product(1, 0)], in: &conversion)
    var halves: [ONNXOperand] = []
    for part in [first, second] {
      let target = rows + (isInterleaved ? [half, 1] : [1, half])
      halves.append(try steps.reshaped(part, to: target, in: &conversion))
    }
    let joined = try steps("Concat", halves, [.integer("axis", axis)], name: name, in: &conversion)
    return try steps.reshaped(joined, to: shape, in: &conversion)
  }
}
