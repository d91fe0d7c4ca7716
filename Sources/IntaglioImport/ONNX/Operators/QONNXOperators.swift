import IntaglioGraph
import IntaglioNumerics

/// Quantizers of QONNX, as Brevitas and FINN write them: Quant (IntQuant) and BipolarQuant.
///
/// One node is a quantizer and its dequantizer: s·(round(clamp(x / s + z)) − z).
enum QONNXOperators {
  static let table: [String: ONNXOperator] = [
    "BipolarQuant": ONNXOperator([], bipolar),
    "IntQuant": ONNXOperator(["signed", "narrow", "rounding_mode"], quant),
    "Quant": ONNXOperator(["signed", "narrow", "rounding_mode"], quant),
    "Trunc": ONNXOperator(
      ["narrow", "rounding_mode", "signed"],
      { (call, _) throws(ONNXFault) in
        throw call.node.unsupported(
          "dropping bits of sums",
          advice: "export the model with Quant in its place"
        )
      }
    ),
  ]

  /// x, scale, zero point, number of bits.
  private static func quant(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let node = call.node
    let operand = try call.operand(0)
    guard conversion.isReal(operand) else {
      throw node.malformed(expected: "reals to quantize", found: "integers")
    }
    let isSigned = try node.int("signed") ?? 1 != 0
    let isNarrow = try node.int("narrow") ?? 1 != 0
    let mode = try RoundingMode(node)
    let bits = try bits(call)
    let shape = conversion.shape(of: operand)
    let parameters = try QuantizationParameters(stretching: call, over: shape)
    guard bits > 1 || !isSigned else {
      guard parameters.zeroPoint == ZeroPoint(0) else {
        throw node.unsupported("a zero point of two values", advice: "use none")
      }
      return [try signs(operand, scale: parameters.scale, call, &conversion)]
    }
    let limits = self.limits(bits: bits, isSigned: isSigned, isNarrow: isNarrow)
    let inverse = Dequantizer(scale: parameters.scale, zeroPoint: parameters.zeroPoint)
    if case .constant(let constant) = operand {
      let codes = try ConstantCodes(parameters, mode: mode, range: limits).codes(of: constant, node)
      return [try conversion.dequantized(codes, inverse, limits, shape, constant.name, call)]
    }
    guard mode == .halfEven else {
      throw node.unsupported(
        "the rounding mode \(mode.rawValue) of values that depend on the model's input",
        advice: "train and export with ROUND"
      )
    }
    let x = try conversion.real(operand, in: call)
    let quantizer = LimitedQuantizer(
      scale: parameters.scale,
      zeroPoint: parameters.zeroPoint,
      placement: parameters.zeroPoint.placementBeforeRounding,
      range: limits
    )
    guard let codes = try conversion.quantized(x, quantizer, name: node.name) else {
      throw node.unsupported(
        "limits of codes that differ along an axis",
        advice: "use one zero point"
      )
    }
    return [.computed(try conversion.append(.dequantize(inverse), [codes], name: nil))]
  }

  private static func limits(bits: Int, isSigned: Bool, isNarrow: Bool) -> ClosedRange<Int> {
    let half = 1 << (bits - 1)
    let lost = isNarrow ? 1 : 0
    return isSigned ? lost - half...half - 1 : 0...2 * half - 1 - lost
  }

  private static func bits(_ call: ONNXCall) throws(ONNXFault) -> Int {
    guard let number = try call.scalar(3, "number of bits") else {
      throw call.node.malformed(expected: "a number of bits", found: "none")
    }
    guard let bits = Int(exactly: number), (1...16).contains(bits) else {
      throw call.node.unsupported("codes of \(number) bits", advice: "use 1 to 16")
    }
    return bits
  }

  /// x, scale: s where x ≥ 0, else −s.
  private static func bipolar(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    guard conversion.isReal(operand) else {
      throw call.node.malformed(expected: "reals to quantize", found: "integers")
    }
    let shape = conversion.shape(of: operand)
    let parameters = try QuantizationParameters(stretching: call, over: shape, zeroPoint: nil)
    return [try signs(operand, scale: parameters.scale, call, &conversion)]
  }

  /// The sign of every element as a code −1 or 1, with a scale.
  private static func signs(
    _ operand: ONNXOperand,
    scale: Scale,
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    guard scale.values.allSatisfy({ !$0.isNegative }) else {
      throw call.node.malformed(expected: "a positive scale", found: "a negative one")
    }
    let inverse = Dequantizer(scale: scale)
    if case .constant(let constant) = operand {
      let codes = constant.doubles.map { $0 >= 0 ? 1 : -1 }
      let shape = constant.shape
      return try conversion.dequantized(codes, inverse, -1...1, shape, constant.name, call)
    }
    // Codes −2, −1 for what is below 0 by anything that a float of an activation is.
    let tiny = Scale(Rational(exactly: 0x1p-100) ?? .one)
    let x = try conversion.real(operand, in: call)
    let quantizer = Quantizer(.i(2), scale: tiny)
    let codes = try conversion.append(.quantize(quantizer), [x], name: call.node.name)
    let sign = LookupFunction(.i(2), index: .i(2), entries: [-1, -1, 1, 1])
    let signs = try conversion.append(.integer(.lookup(sign)), [codes], name: nil)
    return .computed(try conversion.append(.dequantize(inverse), [signs], name: nil))
  }
}

extension ONNXConversion {
  /// Codes that are known, as a constant of the narrowest type that holds `range`, dequantized.
  mutating func dequantized(
    _ codes: [Int],
    _ dequantizer: Dequantizer,
    _ range: ClosedRange<Int>,
    _ shape: [Int],
    _ name: String?,
    _ call: ONNXCall
  ) throws(ONNXFault) -> ONNXOperand {
    guard let type = IntegerType(holding: range), let tensor = Tensor(codes, type, shape: shape)
    else { throw call.node.malformed(expected: "codes in \(range)", found: "others") }
    try charge(shape, to: call.node)
    let constant = try append(.constant(tensor), [], name: name)
    return .computed(try append(.dequantize(dequantizer), [constant], name: call.node.name))
  }

  /// The codes of `x`; `nil` where no graph says it.
  mutating func quantized(
    _ x: Value,
    _ quantizer: LimitedQuantizer,
    name: String?
  ) throws(ONNXFault) -> Value? {
    try building { (graph) throws(GraphError) in
      guard let node = try quantizer.node(of: x, in: &graph) else { return nil }
      return try graph.append(node, name: name)
    }
  }
}
