import IntaglioGraph
import IntaglioNumerics

/// Elementwise arithmetic on two operands: Add, Sub, Mul, Div, Pow, Min, Max, Mod.
enum ArithmeticOperators {
  static let table: [String: ONNXOperators.Conversion] = [
    "Add": binary(.add, .add),
    "Div": binary(.divide, .divide),
    "Max": extremum(.maximum),
    "Min": extremum(.minimum),
    "Mod": modulo,
    "Mul": product,
    "Pow": power,
    "Sub": difference,
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

  private static func modulo(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let advice = "it is known for sizes and constants only"
    guard let a = try call.constant(0, "dividend", advice: advice),
      let b = try call.constant(1, "divisor", advice: advice),
      a.integers != nil, try call.node.int("fmod") ?? 0 == 0
    else {
      throw call.node.unsupported("Mod of reals", advice: "use it on integers")
    }
    return [.constant(try ConstantArithmetic(call).apply(.modulo, a, b))]
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
    guard let exponent = try call.scalar(1, "exponent") else { return [try call.operand(1)] }
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

  /// The smaller or larger of any number of operands; beyond constants only against one number.
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
    switch (a, b) {
    case (.constant(let x), .constant(let y)):
      return .constant(try ConstantArithmetic(call).apply(arithmetic, x, y))
    case (let variable, .constant(let limit)), (.constant(let limit), let variable):
      let shape = conversion.shape(of: variable)
      guard let number = limit.uniform, Shape.broadcast(shape, limit.shape) == shape else {
        throw call.node.unsupported("a limit per element", advice: "use one number")
      }
      let clip: Function =
        arithmetic == .minimum
        ? .clip(lower: -.infinity, upper: number) : .clip(lower: number, upper: .infinity)
      let value = try conversion.real(variable, in: call)
      return .computed(try conversion.append(.function(clip), [value], name: call.node.name))
    case (.computed, _), (.relative, _), (.dynamic, _):
      throw call.node.unsupported(
        "the \(call.node.type) of two values that both depend on the model's input",
        advice: "compare with a constant"
      )
    }
  }
}
