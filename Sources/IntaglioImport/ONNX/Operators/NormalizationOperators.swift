import IntaglioGraph

/// Softmax, LayerNormalization and RMSNormalization.
enum NormalizationOperators {
  static let table: [String: ONNXOperators.Conversion] = [
    "LayerNormalization": layerNormalization, "RMSNormalization": rmsNormalization,
    "Softmax": softmax,
  ]

  /// Along one axis since opset 13, the last by default; before, over everything from `axis` on,
  /// by default 1, flattened.
  static func softmax(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let shape = conversion.shape(of: operand)
    let isFlattening = call.node.version < 13
    let axis = try call.axis(
      try call.node.int("axis") ?? (isFlattening ? 1 : -1),
      rank: shape.count
    )
    let value = try conversion.real(operand, in: call)
    let name = call.node.name
    if axis == shape.count - 1 {
      return [.computed(try conversion.append(.softmax, [value], name: name))]
    }
    let (before, after): (Layout, Layout)
    if isFlattening {
      before = .reshape([shape[..<axis].reduce(1, *), shape[axis...].reduce(1, *)])
      after = .reshape(shape)
    } else {
      var permutation = Array(shape.indices)
      permutation.swapAt(axis, shape.count - 1)
      before = .transpose(permutation)
      after = .transpose(permutation)
    }
    let moved = try conversion.append(.layout(before), [value], name: nil)
    let result = try conversion.append(.softmax, [moved], name: name)
    return [.computed(try conversion.append(.layout(after), [result], name: nil))]
  }

  /// Over the axes from `axis` on, which become one; scale and bias stretch over them.
  static func layerNormalization(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    guard !call.node.outputs.dropFirst().contains(where: { !$0.isEmpty }) else {
      throw call.node.unsupported("an output for mean or deviation", advice: "leave it out")
    }
    let shape = conversion.shape(of: try call.operand(0))
    let axis = try call.axis(try call.node.int("axis") ?? -1, rank: shape.count)
    let zero = ONNXConstant(.float, shape[axis...].map { _ in 1 }, .floats([0]))
    let vectors = [try call.operand(1), call.optional(2) ?? .constant(zero)]
    return try norm(call, over: axis, vectors, &conversion) { .layerNorm(epsilon: $0) }
  }

  /// Over the axes from `axis` on, which become one; the scale stretches over them.
  static func rmsNormalization(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let shape = conversion.shape(of: try call.operand(0))
    let axis = try call.axis(try call.node.int("axis") ?? -1, rank: shape.count)
    return try norm(call, over: axis, [try call.operand(1)], &conversion) { .rmsNorm(epsilon: $0) }
  }

  /// `operation` of the first operand over the axes from `axis` on, with ε and `vectors` over them.
  private static func norm(
    _ call: ONNXCall,
    over axis: Int,
    _ vectors: [ONNXOperand],
    _ conversion: inout ONNXConversion,
    _ operation: (Double) -> IntaglioGraph.Operation
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let shape = conversion.shape(of: operand)
    let epsilon = Double(try call.node.float("epsilon") ?? 1e-5)
    guard epsilon.isFinite, epsilon >= 0 else {
      throw call.node.malformed(expected: "epsilon ≥ 0", found: "\(epsilon)")
    }
    let (rows, normalized) = (Array(shape[..<axis]), Array(shape[axis...]))
    let width = normalized.reduce(1, *)
    let flat = try conversion.layout(.reshape(rows + [width]), of: operand, name: nil)
    var operands = [try conversion.real(flat, in: call)]
    for vector in vectors {
      let aligned = try self.vector(vector, over: normalized, call, &conversion)
      operands.append(try conversion.real(aligned, in: call))
    }
    let result = try conversion.append(operation(epsilon), operands, name: call.node.name)
    return [try conversion.layout(.reshape(shape), of: .computed(result), name: nil)]
  }

  /// `operand` stretched over `shape` and laid out in one axis.
  private static func vector(
    _ operand: ONNXOperand,
    over shape: [Int],
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    let width = shape.reduce(1, *)
    let own = conversion.shape(of: operand)
    if own == [width] { return operand }
    // Dimensions of 1 in front may exceed the axes that are normalized over.
    let trimmed = Array(own.suffix(shape.count))
    guard own.dropLast(trimmed.count).allSatisfy({ $0 == 1 }),
      Shape.broadcast(trimmed, shape) == shape
    else {
      throw call.node.malformed(expected: "scale and bias of \(shape)", found: "\(own)")
    }
    let aligned = try conversion.layout(.reshape(trimmed), of: operand, name: nil)
    let stretched = try conversion.layout(.broadcast(shape), of: aligned, name: nil)
    return try conversion.layout(.reshape([width]), of: stretched, name: nil)
  }
}
