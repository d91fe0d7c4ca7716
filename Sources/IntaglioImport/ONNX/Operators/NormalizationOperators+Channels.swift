import IntaglioGraph

/// Normalizations that scale and shift channels, axis 1, and L1 and L2 norms along an axis.
extension NormalizationOperators {
  static let channelTable: [String: ONNXOperators.Conversion] = [
    "GroupNormalization": groupNormalization, "InstanceNormalization": instanceNormalization,
    "LpNormalization": lpNormalization,
  ]

  /// x / ‖x‖ along an axis; p = 2 unless it is 1.
  private static func lpNormalization(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let axis = try call.axis(
      try call.node.int("axis") ?? -1,
      rank: conversion.shape(of: operand).count
    )
    let power = try call.node.int("p") ?? 2
    guard [1, 2].contains(power) else {
      throw call.node.malformed(expected: "p = 1 or 2", found: "\(power)")
    }
    let x = try conversion.real(operand, in: call)
    let parts =
      power == 1
      ? try conversion.append(.function(.absolute), [x], name: nil)
      : try conversion.append(.multiply, [x, x], name: nil)
    var norm = try conversion.append(.sum(axis: axis), [parts], name: nil)
    if power == 2 { norm = try conversion.append(.function(.squareRoot), [norm], name: nil) }
    // Where all are zero, so is the result.
    let limit = Function.clip(lower: Double(Float.leastNormalMagnitude), upper: .infinity)
    norm = try conversion.append(.function(limit), [norm], name: nil)
    return [.computed(try conversion.append(.divide, [x, norm], name: call.node.name))]
  }

  /// Every channel of every sample by itself.
  private static func instanceNormalization(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let shape = conversion.shape(of: try call.operand(0))
    guard shape.count > 2 else {
      throw call.node.malformed(expected: "[batch, channels, …]", found: "\(shape)")
    }
    return try grouped(call, groups: shape[1], &conversion)
  }

  /// Groups of channels; scale and shift for every channel since opset 21, for every group before.
  private static func groupNormalization(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let shape = conversion.shape(of: try call.operand(0))
    guard let groups = try call.node.int("num_groups"), shape.count > 1, groups > 0,
      shape[1] % groups == 0
    else {
      throw call.node.malformed(expected: "num_groups that divides the channels", found: "others")
    }
    return try grouped(call, groups: groups, &conversion)
  }

  private static func grouped(
    _ call: ONNXCall,
    groups: Int,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let shape = conversion.shape(of: operand)
    let epsilon = Double(try call.node.float("epsilon") ?? 1e-5)
    let width = shape.dropFirst().reduce(1, *) / max(1, groups)
    guard epsilon >= 0, epsilon.isFinite, width > 0, call.isFoldable([width]) else {
      throw call.node.malformed(expected: "epsilon ≥ 0 and elements", found: "\(epsilon), \(shape)")
    }
    let rows = try conversion.layout(.reshape([shape[0], groups, width]), of: operand, name: nil)
    let gamma = Tensor([Float](repeating: 1, count: width), shape: [width])
    let beta = Tensor([Float](repeating: 0, count: width), shape: [width])
    let operands = [
      try conversion.real(rows, in: call), try conversion.append(.constant(gamma), [], name: nil),
      try conversion.append(.constant(beta), [], name: nil),
    ]
    let name = call.node.name
    let norm = try conversion.append(.layerNorm(epsilon: epsilon), operands, name: name)
    let back = try conversion.layout(.reshape(shape), of: .computed(norm), name: nil)
    var value = try conversion.real(back, in: call)
    for (index, operation) in [(1, IntaglioGraph.Operation.multiply), (2, .add)] {
      let column = try perChannel(try call.operand(index), groups, shape, call, &conversion)
      value = try conversion.append(operation, [value, column], name: nil)
    }
    return [.computed(value)]
  }

  /// One number for every channel or group as one for every channel, `[c, 1, …]`.
  private static func perChannel(
    _ operand: ONNXOperand,
    _ groups: Int,
    _ shape: [Int],
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> Value {
    let channels = shape[1]
    let own = conversion.shape(of: operand)
    guard own == [channels] || own == [groups] else {
      throw call.node.malformed(expected: "[\(channels)] numbers", found: "\(own)")
    }
    var vector = operand
    if own != [channels] {
      let each = channels / groups
      vector = try conversion.layout(.reshape([groups, 1]), of: vector, name: nil)
      vector = try conversion.layout(.broadcast([groups, each]), of: vector, name: nil)
    }
    let column = [channels] + [Int](repeating: 1, count: shape.count - 2)
    let aligned = try conversion.layout(.reshape(column), of: vector, name: nil)
    return try conversion.real(aligned, in: call)
  }
}
