import IntaglioGraph
import IntaglioNumerics

/// Round, half to even: the middle of a quantizer that is spelled out (`RoundRecognition`).
enum RoundOperator {
  static func round(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    if case .constant(let constant) = operand { return [try rounded(constant, call, &conversion)] }
    let value = try conversion.real(operand, in: call)
    if CodeRecognition.codes(value, in: conversion.graph) != nil { return [operand] }
    let name = call.node.name
    let reals = try conversion.building { (graph) throws(GraphError) in
      try graph.append(try RoundRecognition.rounded(value, name: name, in: &graph))
    }
    return [.computed(reals)]
  }

  /// Known matrices become codes, so that a scale after them makes quantized weights; anything else stays.
  private static func rounded(
    _ constant: ONNXConstant,
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand {
    guard constant.type.isReal else { return .constant(constant) }
    let values = constant.doubles.map { $0.rounded(.toNearestOrEven) }
    let codes = values.compactMap { Int(exactly: $0) }
    if constant.shape.count >= 2, codes.count == values.count, let least = codes.min(),
      let most = codes.max(), let type = IntegerType(holding: least...most), type.bits <= 16
    {
      let inverse = Dequantizer(scale: Scale(.one))
      return try conversion.dequantized(
        codes,
        inverse,
        least...most,
        constant.shape,
        constant.name,
        call
      )
    }
    return .constant(try ConstantCast(call.node).constant(values, constant.type, constant.shape))
  }
}

extension ONNXConversion {
  /// Known codes of a matrix, cast to reals: they stay codes, so that a scale after them makes quantized weights.
  mutating func castWeights(
    _ constant: ONNXConstant,
    to type: ONNXElementType,
    _ call: ONNXCall
  ) throws(ONNXFault) -> ONNXOperand? {
    guard type.isReal, constant.shape.count >= 2, constant.count > 0,
      let code = constant.type.codeType, code.bits <= 16
    else { return nil }
    let codes = try value(of: .constant(constant), in: call)
    let inverse = Dequantizer(scale: Scale(.one))
    return .computed(try append(.dequantize(inverse), [codes], name: call.node.name))
  }

  /// Reals that are whole numbers already, cast to integers of `type`; `nil` for anything else.
  mutating func castCodes(
    _ value: Value,
    to type: ONNXElementType,
    _ call: ONNXCall
  ) throws(ONNXFault) -> ONNXOperand? {
    guard let (codes, zeroPoint) = CodeRecognition.codes(value, in: graph),
      let zero = zeroPoint.uniform
    else { return nil }
    if let constant = graph.constant(codes), let integers = constant.integers {
      let values = integers.map { $0 - zero }
      guard values.allSatisfy({ type.wrapped($0) == $0 }) else { return nil }
      return .constant(ONNXConstant(type, constant.type.shape, .integers(values)))
    }
    guard case .quantize(let quantizer) = graph[codes].operation,
      quantizer.type != RoundRecognition.open
    else { return nil }
    let range = quantizer.type.range
    let moved = range.lowerBound - zero...range.upperBound - zero
    guard let narrow = IntegerType(holding: moved), narrow.range == moved, type.holds(narrow),
      let shifted = RoundRecognition.moved(quantizer, by: -zero)
    else { return nil }
    let own = Quantizer(
      narrow,
      scale: quantizer.scale,
      zeroPoint: shifted,
      placement: quantizer.placement
    )
    let name = graph.name(of: codes) ?? call.node.name
    return .computed(try append(.quantize(own), graph[codes].operands, name: name))
  }
}
