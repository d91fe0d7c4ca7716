import IntaglioGraph

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Elementwise functions that only constants have: what is left of tables of angles, of masks and of bits.
enum KnownFunctionOperators {
  static let table: [String: ONNXOperators.Conversion] = [
    "Acos": real { acos($0) }, "Acosh": real { acosh($0) }, "Asin": real { asin($0) },
    "Asinh": real { asinh($0) }, "Atan": real { atan($0) }, "Atanh": real { atanh($0) },
    "BitShift": shift, "BitwiseAnd": bits(.and), "BitwiseNot": inverted, "BitwiseOr": bits(.or),
    "BitwiseXor": bits(.exclusiveOr), "Cos": real { cos($0) }, "Cosh": real { cosh($0) },
    "IsInf": infinite, "IsNaN": test { $0.isNaN }, "Sign": sign, "Sin": real { sin($0) },
    "Sinh": real { sinh($0) }, "Tan": real { tan($0) }, "Xor": exclusiveOr,
  ]

  private static let advice = "it is known for constants only"

  /// Input `index`, which must be known.
  static func known(_ call: ONNXCall, _ index: Int = 0) throws(ONNXFault) -> ONNXConstant {
    _ = try call.operand(index)
    guard let constant = try call.constant(index, "operand", advice: advice)
    else {
      throw call.node.malformed(expected: "an input number \(index + 1)", found: "none")
    }
    return constant
  }

  private static func reals(_ call: ONNXCall) throws(ONNXFault) -> ONNXConstant {
    let operand = try known(call)
    guard operand.type.isReal else {
      throw call.node.malformed(expected: "reals", found: operand.type.name)
    }
    return operand
  }

  private static func real(
    _ function: @escaping @Sendable (Double) -> Double
  ) -> ONNXOperators.Conversion {
    { (call, _) throws(ONNXFault) in
      let operand = try reals(call)
      let values = operand.doubles.map(function)
      return [.constant(try ConstantCast(call.node).constant(values, operand.type, operand.shape))]
    }
  }

  private static func test(
    _ holds: @escaping @Sendable (Double) -> Bool
  ) -> ONNXOperators.Conversion {
    { (call, _) throws(ONNXFault) in
      let operand = try reals(call)
      let truth = operand.doubles.map { holds($0) ? 1 : 0 }
      return [.constant(ONNXConstant(.bool, operand.shape, .integers(truth)))]
    }
  }

  private static func infinite(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let above = try call.node.int("detect_positive") ?? 1 != 0
    let below = try call.node.int("detect_negative") ?? 1 != 0
    return try test { $0 == .infinity && above || $0 == -.infinity && below }(call, &conversion)
  }

  private static func sign(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try known(call)
    if let values = operand.integers {
      let signs = values.map { $0.signum() }
      return [.constant(ONNXConstant(operand.type, operand.shape, .integers(signs)))]
    }
    return try real { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }(call, &conversion)
  }

  private static func bits(_ operation: ConstantArithmetic.Operator) -> ONNXOperators.Conversion {
    { (call, _) throws(ONNXFault) in
      let (a, b) = (try known(call), try known(call, 1))
      guard a.integers != nil else {
        throw call.node.malformed(expected: "integers", found: a.type.name)
      }
      return [.constant(try ConstantArithmetic(call).apply(operation, a, b))]
    }
  }

  private static func inverted(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try known(call)
    guard let values = operand.integers else {
      throw call.node.malformed(expected: "integers", found: operand.type.name)
    }
    let results = values.map { operand.type.wrapped(~$0) }
    return [.constant(ONNXConstant(operand.type, operand.shape, .integers(results)))]
  }

  private static func exclusiveOr(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let cast = ConstantCast(call.node)
    let a = try cast.cast(try cast.cast(try known(call), to: .bool), to: .uint8)
    let b = try cast.cast(try cast.cast(try known(call, 1), to: .bool), to: .uint8)
    let result = try ConstantArithmetic(call).apply(.exclusiveOr, a, b)
    return [.constant(try cast.cast(result, to: .bool))]
  }

  /// By as many bits as the second operand says, of unsigned integers.
  private static func shift(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let (a, b) = try ConstantArithmetic(call).stretched(try known(call), try known(call, 1))
    let direction = try call.node.string("direction") ?? ""
    guard let x = a.integers, let y = b.integers, !a.type.isSigned, a.type.bits <= 32,
      ["LEFT", "RIGHT"].contains(direction)
    else {
      throw call.node.malformed(
        expected: "unsigned integers of at most 32 bits, and a direction LEFT or RIGHT",
        found: "\(a.type.name), \(direction)"
      )
    }
    let results = zip(x, y).map { value, count in
      count >= 32 ? 0 : a.type.wrapped(direction == "LEFT" ? value << count : value >> count)
    }
    return [.constant(ONNXConstant(a.type, a.shape, .integers(results)))]
  }
}
