import IntaglioGraph

/// Activation functions that the graph writes as several: Celu, Elu, LeakyRelu, LogSoftmax, Mish, PRelu,
/// Selu, Softplus, Softsign.
enum UnitOperators {
  static let table: [String: ONNXOperators.Conversion] = [
    "Celu": celu,
    "Elu": { (call, conversion) throws(ONNXFault) in
      let alpha = Double(try call.node.float("alpha") ?? 1)
      return try exponentialUnit(call, &conversion, alpha: alpha, rate: 1, gamma: 1)
    },
    "LeakyRelu": leaky, "LogSoftmax": logSoftmax, "Mish": mish, "PRelu": parametric,
    "Selu": { (call, conversion) throws(ONNXFault) in
      let alpha = Double(try call.node.float("alpha") ?? 1.67326319217681884765625)
      let gamma = Double(try call.node.float("gamma") ?? 1.05070102214813232421875)
      return try exponentialUnit(call, &conversion, alpha: alpha, rate: 1, gamma: gamma)
    },
    "Softplus": softplus, "Softsign": softsign,
  ]

  private static func celu(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let alpha = Double(try call.node.float("alpha") ?? 1)
    guard alpha != 0 else { throw call.node.malformed(expected: "alpha ≠ 0", found: "0") }
    return try exponentialUnit(call, &conversion, alpha: alpha, rate: 1 / alpha, gamma: 1)
  }

  /// γ·(relu(x) + α·(exp(rate·min(x, 0)) − 1)).
  private static func exponentialUnit(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion,
    alpha: Double,
    rate: Double,
    gamma: Double
  ) throws(ONNXFault) -> [ONNXOperand] {
    let x = try conversion.real(try call.operand(0), in: call)
    let positive = try conversion.append(.function(.relu), [x], name: nil)
    let limit = Function.clip(lower: -.infinity, upper: 0)
    var negative = try conversion.append(.function(limit), [x], name: nil)
    negative = try conversion.scaled(negative, by: rate)
    negative = try conversion.append(.function(.exp), [negative], name: nil)
    let one = try conversion.number(1)
    negative = try conversion.append(.subtract, [negative, one], name: nil)
    negative = try conversion.scaled(negative, by: alpha)
    let name = call.node.name
    let sum = try conversion.append(.add, [positive, negative], name: gamma == 1 ? name : nil)
    return [.computed(try conversion.scaled(sum, by: gamma, name: name))]
  }

  private static func leaky(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let slope = try conversion.number(Double(try call.node.float("alpha") ?? 0.01))
    return try sloped(call, slope, &conversion)
  }

  /// The slope may stretch over x, but x not over the slope.
  private static func parametric(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let (shape, slope) = (conversion.shape(of: try call.operand(0)), try call.operand(1))
    guard Shape.broadcast(shape, conversion.shape(of: slope)) == shape else {
      throw call.node.malformed(
        expected: "a slope that stretches over \(shape)",
        found: "\(conversion.shape(of: slope))"
      )
    }
    return try sloped(call, try conversion.real(slope, in: call), &conversion)
  }

  /// relu(x) + slope·min(x, 0).
  private static func sloped(
    _ call: ONNXCall,
    _ slope: Value,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let x = try conversion.real(try call.operand(0), in: call)
    let positive = try conversion.append(.function(.relu), [x], name: nil)
    let limit = Function.clip(lower: -.infinity, upper: 0)
    let negative = try conversion.append(.function(limit), [x], name: nil)
    let scaled = try conversion.append(.multiply, [negative, slope], name: nil)
    return [.computed(try conversion.append(.add, [positive, scaled], name: call.node.name))]
  }

  private static func softplus(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let x = try conversion.real(try call.operand(0), in: call)
    return [.computed(try softplus(x, call.node.name, &conversion))]
  }

  /// log(1 + exp x) as relu(x) + log(1 + exp(−|x|)), which no large x takes to infinity.
  private static func softplus(
    _ x: Value,
    _ name: String?,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> Value {
    let positive = try conversion.append(.function(.relu), [x], name: nil)
    var rest = try conversion.append(.function(.absolute), [x], name: nil)
    rest = try conversion.append(.function(.negate), [rest], name: nil)
    rest = try conversion.append(.function(.exp), [rest], name: nil)
    rest = try conversion.append(.add, [rest, try conversion.number(1)], name: nil)
    rest = try conversion.append(.function(.log), [rest], name: nil)
    return try conversion.append(.add, [positive, rest], name: name)
  }

  /// x·tanh(softplus(x)).
  private static func mish(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let x = try conversion.real(try call.operand(0), in: call)
    let inner = try softplus(x, nil, &conversion)
    let gate = try conversion.append(.function(.tanh), [inner], name: nil)
    return [.computed(try conversion.append(.multiply, [x, gate], name: call.node.name))]
  }

  /// x / (1 + |x|).
  private static func softsign(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let x = try conversion.real(try call.operand(0), in: call)
    let magnitude = try conversion.append(.function(.absolute), [x], name: nil)
    let one = try conversion.number(1)
    let divisor = try conversion.append(.add, [magnitude, one], name: nil)
    return [.computed(try conversion.append(.divide, [x, divisor], name: call.node.name))]
  }

  private static func logSoftmax(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let softmax = try NormalizationOperators.softmax(call, &conversion)
    let value = try conversion.real(softmax[0], in: call)
    return [.computed(try conversion.append(.function(.log), [value], name: nil))]
  }
}
