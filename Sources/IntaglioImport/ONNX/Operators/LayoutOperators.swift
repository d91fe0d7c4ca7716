import IntaglioGraph

/// Operators that rearrange: Transpose, Reshape, Flatten, Squeeze, Unsqueeze, Expand, Tile, Concat,
/// DepthToSpace, SpaceToDepth.
enum LayoutOperators {
  static let table: [String: ONNXOperators.Conversion] = [
    "Concat": concat, "DepthToSpace": depthToSpace, "Expand": expand, "Flatten": flatten,
    "Reshape": reshape, "SpaceToDepth": spaceToDepth, "Squeeze": squeeze, "Tile": tile,
    "Transpose": transpose, "Unsqueeze": unsqueeze,
  ]

  /// Axes in reverse order by default.
  static func transpose(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let axes = Array(conversion.shape(of: operand).indices)
    let permutation = try call.node.ints("perm") ?? axes.reversed()
    guard permutation.sorted() == axes else {
      throw call.node.malformed(expected: "a permutation of \(axes)", found: "\(permutation)")
    }
    return [try conversion.layout(.transpose(permutation), of: operand, name: call.node.name)]
  }

  /// Other dimensions: 0 keeps one, unless `allowzero`, and −1 takes what is left.
  static func reshape(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let asked = try call.integers("shape", orInput: 1)
    guard let asked else {
      throw call.node.malformed(expected: "a shape", found: "none")
    }
    let allowsZero = try call.node.int("allowzero") ?? 0 != 0
    let before = conversion.shape(of: operand)
    var target: [Int] = []
    for (axis, extent) in asked.enumerated() {
      let keeps = extent == 0 && !allowsZero
      guard extent >= -1, !keeps || axis < before.count else {
        throw call.node.malformed(expected: "a shape for \(before)", found: "\(asked)")
      }
      target.append(keeps ? before[axis] : extent)
    }
    return [try reshaped(operand, to: target, call, &conversion)]
  }

  /// `operand` in dimensions of which one may be −1.
  private static func reshaped(
    _ operand: ONNXOperand,
    to asked: [Int],
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    let before = conversion.shape(of: operand)
    let count = before.reduce(1, *)
    var target = asked
    let rest = asked.filter { $0 != -1 }
    guard asked.count - rest.count <= 1, ONNXConversion.isSmall(rest) else {
      throw call.node.malformed(expected: "dimensions for \(count) elements", found: "\(asked)")
    }
    let product = rest.reduce(1, *)
    if let open = asked.firstIndex(of: -1), product > 0 { target[open] = count / product }
    guard target.allSatisfy({ $0 >= 0 }), target.reduce(1, *) == count else {
      throw call.node.malformed(
        expected: "dimensions for the \(count) elements of \(before)",
        found: "\(asked)"
      )
    }
    return try conversion.layout(.reshape(target), of: operand, name: call.node.name)
  }

  /// Two axes: everything before `axis` and everything from it on.
  static func flatten(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let shape = conversion.shape(of: operand)
    let axis = try call.node.int("axis") ?? 1
    guard axis >= -shape.count, axis <= shape.count else {
      throw call.node.malformed(expected: "an axis of \(shape)", found: "axis \(axis)")
    }
    let split = axis < 0 ? axis + shape.count : axis
    let target = [shape[..<split].reduce(1, *), shape[split...].reduce(1, *)]
    return [try conversion.layout(.reshape(target), of: operand, name: call.node.name)]
  }

  /// Removes axes of extent 1, all of them by default.
  static func squeeze(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let shape = conversion.shape(of: operand)
    let given = try call.integers("axes", orInput: 1)
    let ones = shape.indices.filter { shape[$0] == 1 }
    let axes = try call.axes(given ?? ones, rank: shape.count)
    guard axes.allSatisfy({ shape[$0] == 1 }) else {
      throw call.node.malformed(expected: "extent 1 at axes \(axes)", found: "\(shape)")
    }
    let target = shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
    return [try conversion.layout(.reshape(target), of: operand, name: call.node.name)]
  }

  /// Inserts axes of extent 1 where the result is to have them.
  static func unsqueeze(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let given = try call.integers("axes", orInput: 1)
    guard let given else { throw call.node.malformed(expected: "axes", found: "none") }
    var target = conversion.shape(of: operand)
    for axis in try call.axes(given, rank: target.count + given.count).sorted() {
      target.insert(1, at: axis)
    }
    return [try conversion.layout(.reshape(target), of: operand, name: call.node.name)]
  }

  /// Stretches by NumPy's rule in both directions: an asked extent of 1 keeps a larger one.
  static func expand(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let before = conversion.shape(of: operand)
    guard let asked = try call.integers(1, "shape") else {
      throw call.node.malformed(expected: "a shape", found: "none")
    }
    guard ONNXConversion.isSmall(asked), let target = Shape.broadcast(before, asked) else {
      throw call.node.malformed(expected: "a shape that \(before) fits", found: "\(asked)")
    }
    return [try conversion.layout(.broadcast(target), of: operand, name: call.node.name)]
  }

  /// Repeats along each axis.
  static func tile(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    var operand = try call.operand(0)
    let shape = conversion.shape(of: operand)
    guard let repeats = try call.integers(1, "list of repeats"), repeats.count == shape.count,
      ONNXConversion.isSmall(repeats), repeats.allSatisfy({ $0 > 0 })
    else { throw call.node.malformed(expected: "a repeat ≥ 1 for every axis", found: "others") }
    for (axis, count) in repeats.enumerated() where count > 1 {
      // [a, b] becomes [a, 1, b], then [a, count, b], then [a · count, b].
      let extents = conversion.shape(of: operand)
      let (rows, rest) = (Array(extents[..<axis]), Array(extents[axis...]))
      operand = try conversion.layout(.reshape(rows + [1] + rest), of: operand, name: nil)
      operand = try conversion.layout(.broadcast(rows + [count] + rest), of: operand, name: nil)
      let joined = rows + [count * rest[0]] + rest.dropFirst()
      operand = try conversion.layout(.reshape(joined), of: operand, name: call.node.name)
    }
    return [operand]
  }

  /// Channels become pixels of blocks: `[b, n·n·c, h, w]` becomes `[b, c, h·n, w·n]`; in mode CRD channels
  /// stand outermost.
  static func depthToSpace(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let shape = conversion.shape(of: operand)
    let mode = try call.node.string("mode") ?? "DCR"
    guard let block = try call.node.int("blocksize"), (1...1 << 15).contains(block),
      shape.count == 4, shape[1] % (block * block) == 0, ["DCR", "CRD"].contains(mode)
    else {
      throw call.node.malformed(
        expected: "[batch, blocksize²·channels, height, width], and a mode DCR or CRD",
        found: "\(shape), \(mode)"
      )
    }
    let (channels, rows, columns) = (shape[1] / (block * block), shape[2], shape[3])
    let isOuter = mode == "CRD"
    let parts = isOuter ? [channels, block, block] : [block, block, channels]
    let target = [shape[0], channels, rows * block, columns * block]
    return try rearranged(
      operand,
      [shape[0]] + parts + [rows, columns],
      isOuter ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2],
      target,
      call,
      &conversion
    )
  }

  /// Pixels of blocks become channels: `[b, c, h, w]` becomes `[b, n·n·c, h/n, w/n]`.
  static func spaceToDepth(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let shape = conversion.shape(of: operand)
    guard let block = try call.node.int("blocksize"), (1...1 << 15).contains(block),
      shape.count == 4, shape[2] % block == 0, shape[3] % block == 0
    else {
      throw call.node.malformed(
        expected: "[batch, channels, height, width] of blocks",
        found: "\(shape)"
      )
    }
    let (rows, columns) = (shape[2] / block, shape[3] / block)
    return try rearranged(
      operand,
      [shape[0], shape[1], rows, block, columns, block],
      [0, 3, 5, 1, 2, 4],
      [shape[0], shape[1] * block * block, rows, columns],
      call,
      &conversion
    )
  }

  private static func rearranged(
    _ operand: ONNXOperand,
    _ parts: [Int],
    _ permutation: [Int],
    _ target: [Int],
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let split = try conversion.layout(.reshape(parts), of: operand, name: nil)
    let turned = try conversion.layout(.transpose(permutation), of: split, name: nil)
    return [try conversion.layout(.reshape(target), of: turned, name: call.node.name)]
  }

  /// All operands one after the other.
  static func concat(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operands = call.operands.compactMap { $0 }
    let shape = conversion.shape(of: try call.operand(0))
    guard let asked = try call.node.int("axis") else {
      throw call.node.malformed(expected: "the attribute axis", found: "none")
    }
    let axis = try call.axis(asked, rank: shape.count)
    return [
      try conversion.concat(operands, axis: axis, in: call, name: call.node.name)
    ]
  }
}

extension ONNXConversion {
  /// `operands` one after the other along `axis`; constants stay constants, and parts of extent 0
  /// are left out.
  mutating func concat(
    _ all: [ONNXOperand],
    axis: Int,
    in call: ONNXCall,
    name: String?
  ) throws(ONNXFault) -> ONNXOperand {
    let operands = try nonEmpty(all, axis: axis, in: call)
    let constants = operands.compactMap { operand in
      if case .constant(let constant) = operand { constant } else { nil }
    }
    if constants.count == operands.count {
      return .constant(try ConstantConcat(call, axis: axis).joined(constants))
    }
    if operands.count == 1 { return operands[0] }
    var values: [Value] = []
    for operand in operands { values.append(try value(of: operand, in: call)) }
    return .computed(try append(.concat(axis: axis), values, name: name))
  }

  /// The operands that have elements along `axis`; one at least.
  ///
  /// - Throws: `malformed` where one that has none does not fit the others all the same.
  private func nonEmpty(
    _ operands: [ONNXOperand],
    axis: Int,
    in call: ONNXCall
  ) throws(ONNXFault) -> [ONNXOperand] {
    let kept = operands.filter { shape(of: $0).dropFirst(axis).first != 0 }
    guard let first = kept.first, kept.count < operands.count else {
      return kept.isEmpty ? Array(operands.prefix(1)) : operands
    }
    var expected = shape(of: first)
    expected[axis] = 0
    for operand in operands where shape(of: operand).dropFirst(axis).first == 0 {
      guard shape(of: operand) == expected, isReal(operand) == isReal(first) else {
        throw call.node.malformed(
          expected: "dimensions that agree except at axis \(axis)",
          found: "\(shape(of: operand)) and \(shape(of: first))"
        )
      }
    }
    return kept
  }
}
