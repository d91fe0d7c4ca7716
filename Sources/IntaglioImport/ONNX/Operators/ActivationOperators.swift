import IntaglioGraph
import IntaglioNumerics

/// Activation functions with attributes: Clip, Gelu, HardSigmoid, Swish.
extension FunctionOperators {
  /// Limits are attributes before opset 11 and inputs after.
  static func clip(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let node = call.node
    let isOld = node.version < 11
    let lower = isOld ? try node.float("min").map(Double.init) : try call.scalar(1, "lower limit")
    let upper = isOld ? try node.float("max").map(Double.init) : try call.scalar(2, "upper limit")
    if lower == nil && upper == nil { return [try call.operand(0)] }
    if let lower, let upper, !(lower <= upper) {
      throw node.malformed(expected: "lower ≤ upper limit", found: "\(lower) and \(upper)")
    }
    if case .constant(let constant) = try call.operand(0) {
      return [.constant(constant.limited(lower ?? -.infinity, upper ?? .infinity))]
    }
    if let codes = try narrowed(call, lower, upper, &conversion) { return [codes] }
    let value = try conversion.real(try call.operand(0), in: call)
    let clip = Function.clip(lower: lower ?? -.infinity, upper: upper ?? .infinity)
    return [.computed(try conversion.append(.function(clip), [value], name: node.name))]
  }

  /// The codes of a quantizer, limited further (QCDQ): a quantizer with these limits.
  ///
  /// `nil` for anything else. clamp(clamp(c, 0, 255), 0, 15) = clamp(c, 0, 15).
  private static func narrowed(
    _ call: ONNXCall,
    _ lower: Double?,
    _ upper: Double?,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand? {
    guard case .computed(let value) = try call.operand(0),
      case .quantize(let quantizer) = conversion.graph[value].operation
    else { return nil }
    let range = quantizer.type.range
    let low = max(lower ?? -.infinity, Double(range.lowerBound))
    let high = min(upper ?? .infinity, Double(range.upperBound))
    guard let least = Int(exactly: low), let most = Int(exactly: high), least <= most else {
      return nil
    }
    let narrow = LimitedQuantizer(
      scale: quantizer.scale,
      zeroPoint: quantizer.zeroPoint,
      placement: quantizer.placement,
      range: least...most
    )
    let name = conversion.graph.name(of: value) ?? call.node.name
    let x = conversion.graph[value].operands[0]
    return try conversion.quantized(x, narrow, name: name).map { .computed($0) }
  }

  static func gelu(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let function: Function
    switch try call.node.string("approximate") ?? "none" {
    case "none": function = .gelu
    case "tanh": function = .geluTanh
    case let other:
      throw call.node.malformed(expected: "approximate none or tanh", found: other)
    }
    let value = try conversion.real(try call.operand(0), in: call)
    let name = call.node.name
    return [.computed(try conversion.append(.function(function), [value], name: name))]
  }

  /// clip(alpha·x + beta, 0, 1).
  static func hardSigmoid(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let alpha = Tensor([try call.node.float("alpha") ?? 0.2], shape: [])
    let beta = Tensor([try call.node.float("beta") ?? 0.5], shape: [])
    var value = try conversion.real(try call.operand(0), in: call)
    let slope = try conversion.append(.constant(alpha), [], name: nil)
    value = try conversion.append(.multiply, [value, slope], name: nil)
    let shift = try conversion.append(.constant(beta), [], name: nil)
    value = try conversion.append(.add, [value, shift], name: nil)
    let clip = Function.clip(lower: 0, upper: 1)
    return [.computed(try conversion.append(.function(clip), [value], name: call.node.name))]
  }

  /// x·sigmoid(alpha·x).
  static func swish(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let x = try conversion.real(try call.operand(0), in: call)
    var inner = x
    if let alpha = try call.node.float("alpha"), alpha != 1 {
      let factor = try conversion.append(.constant(Tensor([alpha], shape: [])), [], name: nil)
      inner = try conversion.append(.multiply, [x, factor], name: nil)
    }
    let gate = try conversion.append(.function(.sigmoid), [inner], name: nil)
    return [.computed(try conversion.append(.multiply, [x, gate], name: call.node.name))]
  }
}
