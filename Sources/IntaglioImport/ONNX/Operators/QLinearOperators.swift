import IntaglioData
import IntaglioGraph
import IntaglioNumerics

/// Operators on codes that carry their scales along (QOperator): each is dequantize, the operator, quantize.
enum QLinearOperators {
  static let standard: [String: ONNXOperator] = [
    "QLinearConv": ONNXOperator(QLinearMatrixOperators.window, QLinearMatrixOperators.convolution),
    "QLinearMatMul": ONNXOperator([], QLinearMatrixOperators.matmul),
  ]

  static let contributed: [String: ONNXOperator] = [
    "QGemm": ONNXOperator(["alpha", "transA", "transB"], QLinearMatrixOperators.gemm),
    "QLinearAdd": ONNXOperator([], binary("Add")),
    "QLinearAveragePool": ONNXOperator(
      [
        "auto_pad", "ceil_mode", "channels_last", "count_include_pad", "kernel_shape", "pads",
        "strides",
      ],
      unary(
        "AveragePool",
        passing: ["auto_pad", "ceil_mode", "count_include_pad", "kernel_shape", "pads", "strides"]
      )
    ),
    "QLinearConcat": ONNXOperator(["axis"], concat),
    "QLinearConv": ONNXOperator(
      QLinearMatrixOperators.window.union(["channels_last"]),
      QLinearMatrixOperators.convolution
    ),
    "QLinearGlobalAveragePool": ONNXOperator(["channels_last"], unary("GlobalAveragePool")),
    "QLinearLeakyRelu": ONNXOperator(["alpha"], leakyRelu),
    "QLinearMatMul": ONNXOperator([], QLinearMatrixOperators.matmul),
    "QLinearMul": ONNXOperator([], binary("Mul")),
    "QLinearReduceMean": ONNXOperator(
      ["axes", "keepdims"],
      unary("ReduceMean", passing: ["axes", "keepdims"], version: 13)
    ),
    "QLinearSigmoid": ONNXOperator([], unary("Sigmoid")),
    "QLinearSoftmax": ONNXOperator(["axis", "opset"], softmax),
    "QLinearWhere": ONNXOperator([], select),
  ]

  /// a, scale, zero point, b, scale, zero point, result's scale, result's zero point.
  private static func binary(_ type: String) -> ONNXOperators.Conversion {
    { (call, conversion) throws(ONNXFault) in
      let steps = ONNXComposition(call)
      let a = try steps.dequantized(0, in: &conversion)
      let b = try steps.dequantized(3, in: &conversion)
      let result = try steps(type, [a, b], name: call.node.name, in: &conversion)
      return [try steps.quantized(result, at: 6, like: 0, in: &conversion)]
    }
  }

  /// x, scale, zero point, result's scale, result's zero point.
  private static func unary(
    _ type: String,
    passing attributes: [String] = [],
    version: Int = ONNXComposition.version
  ) -> ONNXOperators.Conversion {
    { (call, conversion) throws(ONNXFault) in
      let steps = ONNXComposition(call)
      try steps.checkChannelsFirst()
      let x = try steps.dequantized(0, in: &conversion)
      let result = try steps(
        type,
        [x],
        call.node.protos(attributes),
        name: call.node.name,
        version: version,
        in: &conversion
      )
      return [try steps.quantized(result, at: 3, like: 0, in: &conversion)]
    }
  }

  /// Result's scale and zero point, then parts with scales and zero points.
  private static func concat(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let steps = ONNXComposition(call)
    guard call.operands.count >= 5, call.operands.count % 3 == 2 else {
      throw call.node.malformed(
        expected: "a scale, a zero point and three inputs for each part",
        found: "\(call.operands.count) inputs"
      )
    }
    var parts: [ONNXOperand] = []
    for index in stride(from: 2, to: call.operands.count, by: 3) {
      parts.append(try steps.dequantized(index, in: &conversion))
    }
    let attributes = call.node.protos(["axis"])
    let result = try steps("Concat", parts, attributes, name: call.node.name, in: &conversion)
    return [try steps.quantized(result, at: 0, like: 2, in: &conversion)]
  }

  /// As the softmax of the operator set that the attribute names.
  private static func softmax(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let steps = ONNXComposition(call)
    guard let version = try call.node.int("opset"), version > 0 else {
      throw call.node.malformed(expected: "the attribute opset", found: "none")
    }
    let x = try steps.dequantized(0, in: &conversion)
    let result = try steps(
      "Softmax",
      [x],
      call.node.protos(["axis"]),
      name: call.node.name,
      version: version,
      in: &conversion
    )
    return [try steps.quantized(result, at: 3, like: 0, in: &conversion)]
  }

  /// max(x, 0) − alpha·max(−x, 0).
  private static func leakyRelu(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let steps = ONNXComposition(call)
    let x = try steps.dequantized(0, in: &conversion)
    let slope = ONNXConstant(.float, [], .floats([try call.node.float("alpha") ?? 0.01]))
    let above = try steps("Relu", [x], in: &conversion)
    let mirrored = try steps("Neg", [x], in: &conversion)
    let below = try steps("Relu", [mirrored], name: "\(call.node.name)/Relu_1", in: &conversion)
    let scaled = try steps("Mul", [below, .constant(slope)], in: &conversion)
    let result = try steps("Sub", [above, scaled], name: call.node.name, in: &conversion)
    return [try steps.quantized(result, at: 3, like: 0, in: &conversion)]
  }

  /// Condition, x with scale and zero point, y with scale and zero point, result's.
  private static func select(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let steps = ONNXComposition(call)
    let x = try steps.dequantized(1, in: &conversion)
    let y = try steps.dequantized(4, in: &conversion)
    let condition = try call.operand(0)
    let result = try steps("Where", [condition, x, y], name: call.node.name, in: &conversion)
    return [try steps.quantized(result, at: 7, like: 1, in: &conversion)]
  }
}

extension ONNXComposition {
  /// Input `index` with the scale and zero point in the two inputs after it; a list of scales varies along
  /// `axis`.
  func dequantized(
    _ index: Int,
    axis: Int = 0,
    in conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    let operands = [try call.operand(index), try call.operand(index + 1), call.optional(index + 2)]
    return try self(
      "DequantizeLinear",
      operands,
      [.integer("axis", axis)],
      name: "\(call.node.name)/DequantizeLinear_\(index)",
      in: &conversion
    )
  }

  /// `result` with the scale and zero point in inputs `index` and `index + 1`; codes of the type of input
  /// `model` where there is no zero point.
  func quantized(
    _ result: ONNXOperand,
    at index: Int,
    like model: Int,
    in conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    var attributes: [ONNXAttributeProto] = []
    let zeroPoint = call.optional(index + 1)
    if zeroPoint == nil, let type = conversion.codeType(of: try call.operand(model)),
      let element = ONNXElementType(codes: type)
    {
      attributes = [.integer("output_dtype", Int(element.rawValue))]
    }
    let operands = [result, try call.operand(index), zeroPoint]
    return try self("QuantizeLinear", operands, attributes, in: &conversion)
  }

  /// - Throws: `unsupported` for images with their channels last.
  func checkChannelsFirst() throws(ONNXFault) {
    guard try call.node.int("channels_last") ?? 0 == 0 else {
      throw call.node.unsupported(
        "an image with its channels last",
        advice: "quantize the model without the optimization for NHWC"
      )
    }
  }
}

extension ONNXConversion {
  /// The integer type of codes, `nil` for reals and what is wider than 32 bits.
  func codeType(of operand: ONNXOperand) -> IntegerType? {
    switch operand {
    case .constant(let constant): constant.type.codeType
    case .computed(let value): graph.type(of: value).integer
    case .relative, .dynamic: nil
    }
  }
}
