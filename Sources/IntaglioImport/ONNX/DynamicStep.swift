import IntaglioGraph

/// A result of `DynamicQuantizeLinear`, or what follows from it, before its scale comes back.
///
/// Scale and zero point of dynamic codes follow from the input's range, so that codes · scale is nearly x. They
/// enter the graph only together: as x itself, which a calibrated program quantizes with a scale that stays.
struct DynamicStep {
  enum Kind {
    case codes
    /// The dynamic scale times a constant.
    case scale(ONNXConstant)
    case zeroPoint
    /// The codes times weights, in units of the dynamic scale.
    case product(DynamicProduct)
  }

  let kind: Kind
  /// What is quantized: equal values have equal codes, scales and zero points.
  let source: Value

  /// The dimensions of this step where x has `shape`.
  func shape(of shape: [Int], in graph: Graph) -> [Int] {
    switch kind {
    case .codes: shape
    case .scale(let factor): factor.shape
    case .zeroPoint: []
    case .product(let product): graph.type(of: product.unit).shape
    }
  }
}

/// x times weights whose scale is yet to come.
struct DynamicProduct {
  /// The product with weights of scale 1.
  let unit: Value
  /// The product with weights of the scale given, one number or one per output; `nil` for other scales.
  let scaled: @Sendable (ONNXConstant, inout ONNXConversion) throws(ONNXFault) -> ONNXOperand?
}

extension DynamicStep {
  static let advice =
    "multiply dynamic codes with constant weights, and the product with their scales; or quantize statically"

  static let note =
    "its activations are quantized with scales that follow from each input: here they stay reals, and "
    + "scales that stay come from calibration images (intaglio quantize MODEL --calibration DIR)"

  static func fault(at place: String?) -> ONNXFault {
    .unsupported(place: place, feature: "codes or a scale of DynamicQuantizeLinear", advice: advice)
  }

  /// The product of a dynamic step with another operand.
  static func multiplied(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    switch (try call.operand(0), try call.operand(1)) {
    case (.dynamic(let step), .constant(let constant)),
      (.constant(let constant), .dynamic(let step)):
      if case .scale(let factor) = step.kind, constant.type.isReal, factor.type == constant.type {
        let product = try ConstantArithmetic(call).apply(.multiply, factor, constant)
        return .dynamic(DynamicStep(kind: .scale(product), source: step.source))
      }
      // A product may take its constants one by one.
      if case .product(let product) = step.kind, constant.type.isReal {
        let inner = product.scaled
        let unit = try times(product.unit, constant, call, &conversion)
        let scaled = DynamicProduct(unit: unit) { (factor, conversion) throws(ONNXFault) in
          let both = try ConstantArithmetic(call).apply(.multiply, factor, constant)
          return try inner(both, &conversion)
        }
        return .dynamic(DynamicStep(kind: .product(scaled), source: step.source))
      }
    case (.dynamic(let a), .dynamic(let b)) where a.source == b.source:
      for (product, scale) in [(a, b), (b, a)] {
        guard case .product(let product) = product.kind, case .scale(let factor) = scale.kind else {
          continue
        }
        if let result = try product.scaled(factor, &conversion) { return result }
        return .computed(try times(product.unit, factor, call, &conversion))
      }
    case (.constant, _), (.computed, _), (.relative, _), (.dynamic, _): break
    }
    throw fault(at: call.node.place)
  }

  private static func times(
    _ value: Value,
    _ factor: ONNXConstant,
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> Value {
    let operands = [value, try conversion.real(.constant(factor), in: call)]
    return try conversion.append(.multiply, operands, name: call.node.name)
  }
}
