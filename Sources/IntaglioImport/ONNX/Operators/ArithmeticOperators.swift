import IntaglioGraph
import IntaglioNumerics

/// Elementwise arithmetic on two operands, Add, Sub, Mul, Div, Pow, Mod, and on any number of them, Min, Max,
/// Sum, Mean.
enum ArithmeticOperators {
  static let table: [String: ONNXOperators.Conversion] = [
    "Add": binary(.add, .add),
    "Div": binary(.divide, .divide),
    "Max": extremum(.maximum),
    "Mean": mean,
    "Min": extremum(.minimum),
    "Mod": modulo,
    "Mul": product,
    "Pow": power,
    "Sub": difference,
    "Sum": sum,
  ]

  /// Constants meet at once, anything else in the graph.
  private static func binary(
    _ arithmetic: ConstantArithmetic.Operator,
    _ operation: Operation
  ) -> ONNXOperators.Conversion {
    { (call, conversion) throws(ONNXFault) in
      let (a, b) = (try call.operand(0), try call.operand(1))
      if case .constant(let x) = a, case .constant(let y) = b {
        return [.constant(try ConstantArithmetic(call).apply(arithmetic, x, y))]
      }
      if let sum = try shifted(operation, a, b, call, &conversion) { return [sum] }
      let operands = [try conversion.real(a, in: call), try conversion.real(b, in: call)]
      return [.computed(try conversion.append(operation, operands, name: call.node.name))]
    }
  }

  /// Codes as integers of 32 bits or more, and known integers beside them; `nil` for anything else.
  private static func shifted(
    _ operation: Operation,
    _ a: ONNXOperand,
    _ b: ONNXOperand,
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand? {
    guard operation == .add || operation == .subtract, case .computed(let value) = a,
      conversion.graph.type(of: value).isInteger, case .constant(let constant) = b,
      [.int32, .int64].contains(constant.type), let integers = constant.integers,
      let addend = Tensor(integers, .i32, shape: constant.shape)
    else { return nil }
    let other = try conversion.append(.constant(addend), [], name: constant.name)
    let sum = try conversion.append(operation, [value, other], name: call.node.name)
    return .computed(sum)
  }

  private static func product(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    for case .dynamic in [try call.operand(0), try call.operand(1)] {
      return [try DynamicStep.multiplied(call, &conversion)]
    }
    return try binary(.multiply, .multiply)(call, &conversion)
  }

  /// x − max x is a step towards exp(x − max x).
  private static func difference(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    if case .computed(let x) = try call.operand(0), case .relative(let step) = try call.operand(1),
      step.kind == .largest, step.value == x
    {
      return [.relative(RelativeStep(kind: .difference, value: x))]
    }
    return try binary(.subtract, .subtract)(call, &conversion)
  }

  /// The remainder with the sign of the divisor, with `fmod` that of the dividend; of reals with `fmod` alone.
  private static func modulo(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let advice = "it is known for sizes and constants only"
    guard let a = try call.constant(0, "dividend", advice: advice),
      let b = try call.constant(1, "divisor", advice: advice)
    else { throw call.node.malformed(expected: "two inputs", found: "fewer") }
    let truncates = try call.node.int("fmod") ?? 0 != 0
    guard truncates || a.integers != nil else {
      throw call.node.malformed(expected: "fmod = 1 for reals", found: "fmod = 0")
    }
    return [.constant(try ConstantArithmetic(call).apply(truncates ? .remainder : .modulo, a, b))]
  }

  private static func sum(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    var result = try call.operand(0)
    for index in call.operands.indices.dropFirst() {
      let operands = [
        try conversion.real(result, in: call),
        try conversion.real(try call.operand(index), in: call),
      ]
      result = .computed(try conversion.append(.add, operands, name: call.node.name))
    }
    return [result]
  }

  private static func mean(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let total = try conversion.real(try sum(call, &conversion)[0], in: call)
    guard call.operands.count > 1 else { return [.computed(total)] }
    let count = try conversion.number(Double(call.operands.count))
    return [.computed(try conversion.append(.divide, [total, count], name: nil))]
  }

  /// x raised to a constant, the same for every element.
  private static func power(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let x = try call.operand(0)
    if case .constant(let base) = x,
      let exponent = try call.constant(1, "exponent", advice: "use a constant")
    {
      return [.constant(try ConstantArithmetic(call).power(base, exponent))]
    }
    let number: Double? =
      if let known = conversion.dequantizedNumber(call.optional(1)) { known } else {
        try call.scalar(1, "exponent")
      }
    guard let exponent = number else { return [try call.operand(1)] }
    let shape = conversion.shape(of: x)
    guard Shape.broadcast(shape, conversion.shape(of: try call.operand(1))) == shape else {
      throw call.node.unsupported("an exponent that stretches its base", advice: "use one number")
    }
    let value = try conversion.real(x, in: call)
    let name = call.node.name
    if exponent == 1 { return [.computed(value)] }
    let function: Function = exponent == 0.5 ? .squareRoot : .power(exponent)
    return [.computed(try conversion.append(.function(function), [value], name: name))]
  }

  /// The smaller or larger of any number of operands; against one number it is a limit.
  private static func extremum(
    _ arithmetic: ConstantArithmetic.Operator
  ) -> ONNXOperators.Conversion {
    { (call, conversion) throws(ONNXFault) in
      var result = try call.operand(0)
      for index in call.operands.indices.dropFirst() {
        result = try extremum(arithmetic, result, try call.operand(index), call, &conversion)
      }
      return [result]
    }
  }

  private static func extremum(
    _ arithmetic: ConstantArithmetic.Operator,
    _ a: ONNXOperand,
    _ b: ONNXOperand,
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    let name = call.node.name
    if case .constant(let x) = a, case .constant(let y) = b {
      return .constant(try ConstantArithmetic(call).apply(arithmetic, x, y))
    }
    for (variable, other) in [(a, b), (b, a)] {
      guard case .constant(let limit) = other, let number = limit.uniform, !number.isNaN,
        case let shape = conversion.shape(of: variable),
        Shape.broadcast(shape, limit.shape) == shape
      else { continue }
      let clip: Function =
        arithmetic == .minimum
        ? .clip(lower: -.infinity, upper: number) : .clip(lower: number, upper: .infinity)
      let value = try conversion.real(variable, in: call)
      return .computed(try conversion.append(.function(clip), [value], name: name))
    }
    let (x, y) = (try conversion.real(a, in: call), try conversion.real(b, in: call))
    let isLargest = arithmetic == .maximum
    return .computed(try conversion.extremum(x, y, isLargest: isLargest, name: name))
  }
}

extension ONNXConversion {
  /// The one number that dequantized codes of a constant are everywhere, rounded to float32 as DequantizeLinear
  /// does; `nil` for anything else.
  fileprivate func dequantizedNumber(_ operand: ONNXOperand?) -> Double? {
    guard case .computed(let value)? = operand,
      case .dequantize(let dequantizer) = graph[value].operation,
      let codes = graph.constant(graph[value].operands[0])?.integers, let code = codes.first,
      codes.allSatisfy({ $0 == code }), let scale = dequantizer.scale.uniform,
      let zeroPoint = dequantizer.zeroPoint.uniform, dequantizer.offset == Scale(.zero)
    else { return nil }
    return Double(Float((Rational(code - zeroPoint) * scale).doubleValue))
  }
}
