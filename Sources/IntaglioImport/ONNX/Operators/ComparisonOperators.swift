import IntaglioGraph

/// Comparisons and logic: all but Where on known operands only, as in shape arithmetic.
enum ComparisonOperators {
  static let table: [String: ONNXOperators.Conversion] = [
    "And": logic(.multiply),
    "Equal": comparison(.equal),
    "Greater": comparison(.greater),
    "GreaterOrEqual": comparison(.greaterOrEqual),
    "Less": comparison(.less),
    "LessOrEqual": comparison(.lessOrEqual),
    "Not": not,
    "Or": logic(.maximum),
    "Where": select,
  ]

  private static func comparison(
    _ comparison: ConstantArithmetic.Comparison
  ) -> ONNXOperators.Conversion {
    { (call, _) throws(ONNXFault) in
      let (a, b) = try known(call)
      return [.constant(try ConstantArithmetic(call).compare(comparison, a, b))]
    }
  }

  /// Logic on 0 and 1: the product is And, the maximum Or.
  private static func logic(
    _ arithmetic: ConstantArithmetic.Operator
  ) -> ONNXOperators.Conversion {
    { (call, _) throws(ONNXFault) in
      let (a, b) = try known(call)
      let cast = ConstantCast(call.node)
      let (x, y) = (try cast.cast(a, to: .uint8), try cast.cast(b, to: .uint8))
      let result = try ConstantArithmetic(call).apply(arithmetic, x, y)
      return [.constant(try cast.cast(result, to: .bool))]
    }
  }

  private static func not(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    guard let constant = try call.constant(0, "condition", advice: conditionAdvice),
      let values = constant.integers
    else {
      throw call.node.malformed(
        expected: "a truth value",
        found: "\(conversion.shape(of: operand))"
      )
    }
    let negated = values.map { $0 == 0 ? 1 : 0 }
    return [.constant(ONNXConstant(.bool, constant.shape, .integers(negated)))]
  }

  private static let conditionAdvice = "make the condition a constant"

  private static func known(
    _ call: ONNXCall
  ) throws(ONNXFault) -> (ONNXConstant, ONNXConstant) {
    _ = try (call.operand(0), call.operand(1))
    let advice = "comparisons are known for sizes and constants only"
    guard let a = try call.constant(0, "first operand", advice: advice),
      let b = try call.constant(1, "second operand", advice: advice)
    else { throw call.node.malformed(expected: "two inputs", found: "fewer") }
    return (a, b)
  }

  /// A known condition; its branches may depend on the model's input.
  ///
  /// A condition that is the same everywhere chooses a branch. A mixed one becomes arithmetic with
  /// a mask of 0 and 1: m·x + (1 − m)·y, where constants are masked beforehand; where y is −∞, with
  /// a mask of 0 and −∞ that is added.
  private static func select(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let (choice, other) = (try call.operand(1), try call.operand(2))
    _ = try call.operand(0)
    guard let condition = try call.constant(0, "condition", advice: conditionAdvice) else {
      return []
    }
    if case .constant(let x) = choice, case .constant(let y) = other {
      return [.constant(try ConstantArithmetic(call).select(condition, x, y))]
    }
    let shape = try commonShape(call, [condition.shape] + [choice, other].map(conversion.shape))
    if let uniform = condition.uniform {
      let branch = uniform != 0 ? choice : other
      return [try conversion.layout(.broadcast(shape), of: branch, name: call.node.name)]
    }
    if let masked = try additive(condition, choice, other, shape, call, &conversion) {
      return [.computed(masked)]
    }
    let truth = condition.integers ?? []
    let masks = [truth.map { $0 != 0 ? Float(1) : 0 }, truth.map { $0 != 0 ? Float(0) : 1 }]
    var terms: [Value] = []
    for (branch, mask) in zip([choice, other], masks) {
      let weights = ONNXConstant(.float, condition.shape, .floats(mask))
      terms.append(try masked(branch, weights, call, &conversion))
    }
    return [.computed(try conversion.append(.add, terms, name: call.node.name))]
  }

  /// A value that is −∞ wherever it is not chosen: x + mask with a mask of 0 and −∞, which is how softmax
  /// is told what to leave out; `nil` for anything else.
  private static func additive(
    _ condition: ONNXConstant,
    _ choice: ONNXOperand,
    _ other: ONNXOperand,
    _ shape: [Int],
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> Value? {
    let isChosen: Bool
    let value: ONNXOperand
    switch (choice, other) {
    case (.computed, .constant(let constant)) where constant.uniform == -.infinity:
      (value, isChosen) = (choice, true)
    case (.constant(let constant), .computed) where constant.uniform == -.infinity:
      (value, isChosen) = (other, false)
    case (.constant, _), (.computed, _), (.relative, _), (.dynamic, _):
      return nil
    }
    guard conversion.shape(of: value) == shape, let truth = condition.integers else { return nil }
    let entries = truth.map { ($0 != 0) == isChosen ? Float(0) : -.infinity }
    let mask = ONNXConstant(.float, condition.shape, .floats(entries))
    let operands = [
      try conversion.real(value, in: call), try conversion.real(.constant(mask), in: call),
    ]
    return try conversion.append(.add, operands, name: call.node.name)
  }

  private static func masked(
    _ branch: ONNXOperand,
    _ mask: ONNXConstant,
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> Value {
    if case .constant(let constant) = branch {
      let zero = try ConstantCast(call.node).constant([0], constant.type, [])
      let condition = try ConstantCast(call.node).cast(mask, to: .bool)
      let kept = try ConstantArithmetic(call).select(condition, constant, zero)
      return try conversion.real(.constant(kept), in: call)
    }
    let value = try conversion.real(branch, in: call)
    let weights = try conversion.value(of: .constant(mask), in: call)
    return try conversion.append(.multiply, [value, weights], name: nil)
  }

  private static func commonShape(
    _ call: ONNXCall,
    _ shapes: [[Int]]
  ) throws(ONNXFault) -> [Int] {
    var result: [Int] = []
    for shape in shapes {
      guard let common = Shape.broadcast(result, shape), ONNXConversion.isSmall(common) else {
        throw call.node.malformed(expected: "shapes that fit", found: "\(shapes)")
      }
      result = common
    }
    return result
  }
}
