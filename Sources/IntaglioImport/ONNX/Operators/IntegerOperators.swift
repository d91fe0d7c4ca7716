import IntaglioData
import IntaglioGraph

/// Products of codes whose scales stand elsewhere, and dynamic quantization.
///
/// A product of integers enters as that of the same numbers as reals; the factors after it make it what it
/// means. What is quantized dynamically enters as it was before (`DynamicStep`).
enum IntegerOperators {
  static let standard: [String: ONNXOperator] = [
    "ConvInteger": ONNXOperator(QLinearMatrixOperators.window, convolution),
    "DynamicQuantizeLinear": ONNXOperator([], dynamic),
    "MatMulInteger": ONNXOperator([], matmul),
  ]

  static let contributed: [String: ONNXOperator] = [
    "DynamicQuantizeMatMul": ONNXOperator([], dynamicProduct),
    "MatMulIntegerToFloat": ONNXOperator([], floatProduct),
  ]

  /// Codes, their scale and their zero point.
  private static func dynamic(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let x = try conversion.real(try call.operand(0), in: call)
    conversion.note(DynamicStep.note)
    let one = ONNXConstant(.float, [], .floats([1]))
    let kinds: [DynamicStep.Kind] = [.codes, .scale(one), .zeroPoint]
    return kinds.map { .dynamic(DynamicStep(kind: $0, source: x)) }
  }

  /// a, b, zero point of a, zero point of b.
  private static func matmul(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let steps = ONNXComposition(call)
    let one = ONNXConstant(.float, [], .floats([1]))
    let weights = IntegerWeights(try call.operand(1), zeroPoint: call.optional(3), axis: -1)
    if let step = try dynamicCodes(call) {
      let x = ONNXOperand.computed(step.source)
      return [
        try product(step, call, &conversion) { (factor, conversion) throws(ONNXFault) in
          guard let w = try weights.dequantized(factor, steps, &conversion) else { return nil }
          return try steps("MatMul", [x, w], name: call.node.name, in: &conversion)
        }
      ]
    }
    let rank = conversion.shape(of: try call.operand(0)).count
    let rows = IntegerWeights(
      try call.operand(0),
      zeroPoint: call.optional(2),
      axis: rank > 1 ? rank - 2 : 0
    )
    guard let a = try rows.dequantized(one, steps, &conversion),
      let b = try weights.dequantized(one, steps, &conversion)
    else { throw call.node.malformed(expected: "codes and zero points", found: "others") }
    return [try steps("MatMul", [a, b], name: call.node.name, in: &conversion)]
  }

  /// x, w, zero point of x, zero point of w.
  private static func convolution(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let steps = ONNXComposition(call)
    let one = ONNXConstant(.float, [], .floats([1]))
    let attributes = call.node.protos(QLinearMatrixOperators.window.sorted())
    let weights = IntegerWeights(try call.operand(1), zeroPoint: call.optional(3), axis: 0)
    if let step = try dynamicCodes(call) {
      let x = ONNXOperand.computed(step.source)
      return [
        try product(step, call, &conversion) { (factor, conversion) throws(ONNXFault) in
          // One number per channel stands along an axis of the result, not along the last.
          guard factor.count == 1, let w = try weights.dequantized(factor, steps, &conversion)
          else { return nil }
          return try steps("Conv", [x, w], attributes, name: call.node.name, in: &conversion)
        }
      ]
    }
    let image = IntegerWeights(try call.operand(0), zeroPoint: call.optional(2), axis: 0)
    guard let x = try image.dequantized(one, steps, &conversion),
      let w = try weights.dequantized(one, steps, &conversion)
    else { throw call.node.malformed(expected: "codes and zero points", found: "others") }
    return [try steps("Conv", [x, w], attributes, name: call.node.name, in: &conversion)]
  }

  /// The dynamic codes in input 0, whose zero point has to be input 2.
  private static func dynamicCodes(_ call: ONNXCall) throws(ONNXFault) -> DynamicStep? {
    guard case .dynamic(let step) = try call.operand(0) else { return nil }
    guard case .codes = step.kind, case .dynamic(let zero)? = call.optional(2),
      case .zeroPoint = zero.kind, zero.source == step.source
    else { throw DynamicStep.fault(at: call.node.place) }
    return step
  }

  private static func product(
    _ step: DynamicStep,
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion,
    _ scaled:
      @escaping @Sendable (ONNXConstant, inout ONNXConversion) throws(ONNXFault) ->
      ONNXOperand?
  ) throws(ONNXFault) -> ONNXOperand {
    let one = ONNXConstant(.float, [], .floats([1]))
    guard case .computed(let unit)? = try scaled(one, &conversion) else {
      throw call.node.malformed(expected: "codes and zero points", found: "others")
    }
    let product = DynamicProduct(unit: unit, scaled: scaled)
    return .dynamic(DynamicStep(kind: .product(product), source: step.source))
  }

  /// a, b, scale of b, zero point of b, bias.
  private static func dynamicProduct(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let steps = ONNXComposition(call)
    let x = try conversion.real(try call.operand(0), in: call)
    conversion.note(DynamicStep.note)
    let weights = IntegerWeights(try call.operand(1), zeroPoint: call.optional(3), axis: -1)
    return [
      try product(.computed(x), weights, scale: 2, bias: 4, steps, &conversion)
    ]
  }

  /// a, b, their scales, their zero points, bias.
  private static func floatProduct(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let steps = ONNXComposition(call)
    let weights = IntegerWeights(try call.operand(1), zeroPoint: call.optional(5), axis: -1)
    let a: ONNXOperand
    if case .dynamic(let codes) = try call.operand(0) {
      guard case .codes = codes.kind, case .dynamic(let scale) = try call.operand(2),
        case .scale(let factor) = scale.kind, factor.uniform == 1, scale.source == codes.source,
        case .dynamic(let zero)? = call.optional(4), case .zeroPoint = zero.kind,
        zero.source == codes.source
      else { throw DynamicStep.fault(at: call.node.place) }
      a = .computed(codes.source)
    } else {
      let scale = try call.constant(2, "scale", advice: QuantizationParameters.advice)
      let rank = conversion.shape(of: try call.operand(0)).count
      let rows = IntegerWeights(
        try call.operand(0),
        zeroPoint: call.optional(4),
        axis: rank > 1 ? rank - 2 : 0
      )
      guard let scale, let codes = try rows.dequantized(scale, steps, &conversion) else {
        throw call.node.malformed(expected: "a scale and codes", found: "others")
      }
      a = codes
    }
    return [try product(a, weights, scale: 3, bias: 6, steps, &conversion)]
  }

  private static func product(
    _ a: ONNXOperand,
    _ weights: IntegerWeights,
    scale: Int,
    bias: Int,
    _ steps: ONNXComposition,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    let call = steps.call
    guard let scale = try call.constant(scale, "scale", advice: QuantizationParameters.advice),
      let b = try weights.dequantized(scale, steps, &conversion)
    else {
      throw call.node.malformed(expected: "a scale per tensor or per column", found: "others")
    }
    let product = try steps("MatMul", [a, b], name: call.node.name, in: &conversion)
    guard let bias = call.optional(bias) else { return product }
    return try steps("Add", [product, bias], in: &conversion)
  }
}

/// Codes with a zero point, which may have one number per index of `axis`.
struct IntegerWeights: Sendable {
  private let codes: ONNXOperand
  private let zeroPoint: ONNXOperand?
  private let axis: Int

  init(_ codes: ONNXOperand, zeroPoint: ONNXOperand?, axis: Int) {
    self.codes = codes
    self.zeroPoint = zeroPoint
    self.axis = axis
  }

  /// The codes with `scale`, one number or a list along the axis; `nil` for other scales.
  func dequantized(
    _ scale: ONNXConstant,
    _ steps: ONNXComposition,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand? {
    let node = steps.call.node
    var scale = scale.count == 1 ? scale.reshaped([]) : scale
    guard scale.shape.count <= 1 else { return nil }
    var zero: ONNXConstant?
    switch zeroPoint {
    case nil: break
    case .constant(let constant)?: zero = constant.count == 1 ? constant.reshaped([]) : constant
    case .computed?, .relative?, .dynamic?:
      throw node.unsupported(
        "a zero point that depends on the model's input",
        advice: QuantizationParameters.advice
      )
    }
    if let known = zero, known.shape != scale.shape {
      guard known.shape.count <= 1, known.count == 1 || scale.count == 1 else { return nil }
      // A number and a list: the number for all.
      let count = max(known.count, scale.count)
      if known.count == 1 {
        zero = known.gathered(repeatElement(0, count: count), shape: [count])
      } else {
        scale = scale.gathered(repeatElement(0, count: count), shape: [count])
      }
    }
    let rank = conversion.shape(of: codes).count
    let along = axis < 0 ? axis + rank : axis
    guard rank > along, along >= 0 else { return nil }
    return try steps(
      "DequantizeLinear",
      [codes, .constant(scale), zero.map(ONNXOperand.constant)],
      [.integer("axis", along)],
      name: "\(node.name)/DequantizeLinear",
      in: &conversion
    )
  }
}
