import IntaglioGraph
import IntaglioNumerics

/// QuantizeLinear and DequantizeLinear, per tensor and per axis.
///
/// Integer constants stay integers: a quantized weight is a constant of codes and a `dequantize`.
/// A real constant that is quantized becomes its codes.
enum QuantizationOperators {
  static let table: [String: ONNXOperators.Conversion] = [
    "DequantizeLinear": dequantize, "QuantizeLinear": quantize,
  ]

  /// clamp(round(x / scale) + zero point), ties to even.
  ///
  /// The codes have the type of the zero point, else that of `output_dtype`, else uint8.
  static func quantize(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    guard conversion.isReal(operand) else {
      throw call.node.malformed(expected: "reals to quantize", found: "integers")
    }
    let type = try codeType(call, operand: nil)
    let parameters = try QuantizationParameters(call, shape: conversion.shape(of: operand))
    let quantizer = Quantizer(type, scale: parameters.scale, zeroPoint: parameters.zeroPoint)
    if case .constant(let constant) = operand {
      return [.constant(try codes(of: constant, quantizer, call))]
    }
    let value = try conversion.real(operand, in: call)
    let name = call.node.name
    return [.computed(try conversion.append(.quantize(quantizer), [value], name: name))]
  }

  /// scale · (q − zero point).
  static func dequantize(
    _ call: ONNXCall,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> [ONNXOperand] {
    let operand = try call.operand(0)
    let found: IntegerType? =
      switch operand {
      case .constant(let constant): constant.type.codeType
      case .computed(let value): conversion.graph.type(of: value).integer
      case .relative, .dynamic: nil
      }
    guard let found else {
      throw call.node.malformed(
        expected: "integers of at most 32 bits to dequantize",
        found: "another element type"
      )
    }
    let type = try codeType(call, operand: found)
    guard type == found || isLimited(operand, type, conversion.graph) else {
      throw call.node.malformed(expected: "a zero point of \(found)", found: "\(type)")
    }
    if let blocks = try inBlocks(call, operand, &conversion) { return [blocks] }
    let parameters = try QuantizationParameters(call, shape: conversion.shape(of: operand))
    let dequantizer = Dequantizer(scale: parameters.scale, zeroPoint: parameters.zeroPoint)
    let value = try conversion.value(of: operand, in: call)
    let name = call.node.name
    return [.computed(try conversion.append(.dequantize(dequantizer), [value], name: name))]
  }

  /// Whether `operand` are the codes of a quantizer that a limit made narrower: the file keeps them in `type`.
  private static func isLimited(
    _ operand: ONNXOperand,
    _ type: IntegerType,
    _ graph: Graph
  ) -> Bool {
    guard case .computed(let value) = operand, let found = graph.type(of: value).integer else {
      return false
    }
    return type.bits >= 8 && type.range.lowerBound <= found.range.lowerBound
      && type.range.upperBound >= found.range.upperBound
  }

  /// Known codes whose scales stand in blocks along the axis; `nil` for anything else.
  private static func inBlocks(
    _ call: ONNXCall,
    _ operand: ONNXOperand,
    _ conversion: inout ONNXConversion
  ) throws(ONNXFault) -> ONNXOperand? {
    guard case .constant(let codes) = operand, let size = try call.node.int("block_size"), size > 0,
      size <= ONNXTensorDecoder.largestCount,
      let scales = try call.constant(1, "scale", advice: QuantizationParameters.advice),
      scales.shape.count == codes.shape.count, !codes.shape.isEmpty
    else { return nil }
    let axis = try call.axis(try call.node.int("axis") ?? 1, rank: codes.shape.count)
    let zeroPoints = try call.constant(2, "zero point", advice: QuantizationParameters.advice)
    conversion.note(BlockOperators.note)
    return .constant(
      try BlockOperators.dequantized(
        codes,
        scales: scales,
        zeroPoints: zeroPoints,
        axis: axis,
        size: size,
        call.node
      )
    )
  }

  /// The type of the codes: that of the zero point, else that of the operand or attribute.
  private static func codeType(
    _ call: ONNXCall,
    operand: IntegerType?
  ) throws(ONNXFault) -> IntegerType {
    if let zeroPoint = try call.constant(
      2,
      "zero point",
      advice: QuantizationParameters.advice
    ) {
      if let type = zeroPoint.type.codeType { return type }
      throw call.node.unsupported("codes of \(zeroPoint.type.name)", advice: "use int8 or uint8")
    }
    if let operand { return operand }
    guard let number = try call.node.int("output_dtype"), number != 0 else { return .u8 }
    if let type = Int32(exactly: number).flatMap({ ONNXElementType(rawValue: $0)?.codeType }) {
      return type
    }
    throw call.node.unsupported("codes of element type number \(number)", advice: "use int8")
  }

  /// The codes that `quantizer` makes of a constant.
  private static func codes(
    of constant: ONNXConstant,
    _ quantizer: Quantizer,
    _ call: ONNXCall
  ) throws(ONNXFault) -> ONNXConstant {
    guard let type = ONNXElementType(codes: quantizer.type) else {
      throw call.node.unsupported("codes of \(quantizer.type)", advice: "use int8 or uint8")
    }
    let values = constant.doubles
    let scales = quantizer.scale.values.map { ($0, $0.doubleValue) }
    let scaleIndices = quantizer.scale.indices(over: constant.shape)
    let zeroPoints = quantizer.zeroPoint.expanded(over: constant.shape)
    let range = quantizer.type.range
    var codes: [Int] = []
    codes.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      let (exact, scale) = scales[Int(scaleIndices[index])]
      guard let rounded = roundedRatio(value, exact, scale) else {
        throw call.node.malformed(expected: "finite numbers to quantize", found: "\(value)")
      }
      codes.append(min(max(rounded + zeroPoints[index], range.lowerBound), range.upperBound))
    }
    return ONNXConstant(type, constant.shape, .integers(codes), name: constant.name)
  }

  /// x / scale, rounded half to even and limited to ±2⁴⁰; `nil` for a number that is not finite.
  private static func roundedRatio(_ x: Double, _ exact: Rational, _ scale: Double) -> Int? {
    guard x.isFinite else { return nil }
    let quotient = x / scale
    guard abs(quotient) < 0x1p40 else { return quotient < 0 ? -(1 << 40) : 1 << 40 }
    let below = quotient.rounded(.down)
    // Only within the division's rounding error of a tie does the exact ratio have to decide.
    if abs(quotient - below - 0.5) > 0x1p-10 { return Int(quotient.rounded()) }
    return Rational(exactly: x).map { Int(($0 / exact).roundedHalfEven) }
  }
}
