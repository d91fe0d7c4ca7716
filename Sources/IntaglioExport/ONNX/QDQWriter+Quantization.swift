import IntaglioData
import IntaglioGraph
import IntaglioNumerics

// Quantizers and dequantizers. QuantizeLinear has scales and zero points along one axis, and zero points
// that are codes; whatever is more general is divided, added or multiplied beside it in float32, in the
// order in which a quantizer is defined, so that the codes stay the same.

extension QDQWriter {
  /// - Throws: `ExportError.noONNXForm` for widths that have no form, or numbers that float32 does not hold.
  mutating func quantize(_ value: Value, _ quantizer: Quantizer) throws(ExportError) {
    guard let element = QDQElement(holding: quantizer.type), element != .int32,
      quantizer.type.bits <= 8 || element.codes == quantizer.type
    else {
      throw refusal(value, "a quantizer to \(quantizer.type)", "use 1 to 8 bits, or 16")
    }
    var (scale, zeroPoint) = (quantizer.scale, quantizer.zeroPoint)
    var steps: [Step] = []
    if quantizer.placement == .beforeRounding, zeroPoint.uniform != 0 {
      steps.append(try step("Div", scale, "scale", value))
      steps.append(shift(zeroPoint, value))
      (scale, zeroPoint) = (Scale(.one), ZeroPoint(0))
    }
    if Self.axis(scale, zeroPoint) == nil, scale.uniform == nil {
      steps.append(try step("Div", scale, "scale", value))
      scale = Scale(.one)
    }
    let codes = element.codes?.range ?? 0...0
    if Self.axis(scale, zeroPoint) == nil || !zeroPoint.values.allSatisfy(codes.contains) {
      steps += try roundedSteps(value, quantizer.type, scale, zeroPoint)
      (scale, zeroPoint) = (Scale(.one), ZeroPoint(0))
    }
    var last = try affine("QuantizeLinear", value, element, scale, zeroPoint)
    last.isNamed = true
    steps.append(last)
    if let limit = limit(to: quantizer.type, element, value) { steps.append(limit) }
    append(steps, from: tensor(graph[value].operands[0]), to: value)
  }

  /// round(x / scale) + zero point as a real, for zero points that are no codes.
  ///
  /// 16-bit codes, whose limits lie beyond everything that the quantizer itself lets through.
  private mutating func roundedSteps(
    _ value: Value,
    _ type: IntegerType,
    _ scale: Scale,
    _ zeroPoint: ZeroPoint
  ) throws(ExportError) -> [Step] {
    let (rounded, range) = (IntegerType.i(16).range, type.range)
    for zero in zeroPoint.values
    where range.lowerBound - zero < rounded.lowerBound
      || range.upperBound - zero > rounded.upperBound
    {
      throw refusal(value, "a zero point of \(zero)", "quantize with a smaller one")
    }
    return [
      try affine("QuantizeLinear", value, .int16, scale, ZeroPoint(0)),
      try affine("DequantizeLinear", value, .int16, Scale(.one), ZeroPoint(0)),
      shift(zeroPoint, value),
    ]
  }

  /// The limits of a type that is narrower than `element`; `nil` where it is not.
  private mutating func limit(
    to type: IntegerType,
    _ element: QDQElement,
    _ value: Value
  ) -> Step? {
    guard element.codes != type else { return nil }
    let name = tensor(value)
    let lower = codes([type.range.lowerBound], element, [], "\(name).lower")
    return Step("Clip", [lower, codes([type.range.upperBound], element, [], "\(name).upper")])
  }

  /// - Throws: `ExportError.noONNXForm` for codes that have no form, or numbers that float32 does not hold.
  mutating func dequantize(_ value: Value, _ dequantizer: Dequantizer) throws(ExportError) {
    let operand = graph[value].operands[0]
    let element = try element(of: operand)
    let (scale, zeroPoint) = (dequantizer.scale, dequantizer.zeroPoint)
    var steps: [Step] = []
    let codes = element == .int32 ? 0...0 : element.codes?.range ?? 0...0
    if Self.axis(scale, zeroPoint) != nil, zeroPoint.values.allSatisfy(codes.contains) {
      steps.append(try affine("DequantizeLinear", value, element, scale, zeroPoint))
    } else {
      steps.append(try affine("DequantizeLinear", value, element, Scale(.one), ZeroPoint(0)))
      if zeroPoint.uniform != 0 {
        guard element != .int32, zeroPoint.values.allSatisfy({ $0.magnitude < 1 << 23 }) else {
          throw refusal(
            value,
            "a zero point that float32 does not take off exactly",
            "fold it away"
          )
        }
        steps.append(shift(zeroPoint.map { -$0 }, value))
      }
      if scale.uniform != .one { steps.append(try step("Mul", scale, "scale", value)) }
    }
    steps[steps.count - 1].isNamed = true
    if dequantizer.offset.uniform != .zero {
      steps.append(try step("Add", dequantizer.offset, "offset", value))
    }
    append(steps, from: tensor(operand), to: value)
  }

  /// A table of codes by index: its two's complement, since a negative index counts from the end.
  mutating func lookup(_ value: Value, _ lookup: LookupFunction) throws(ExportError) {
    let negative = -lookup.index.range.lowerBound
    let entries = Array(lookup.entries[negative...] + lookup.entries[..<negative])
    let element = try element(of: value)
    let (end, operand) = (tensor(value), tensor(graph[value].operands[0]))
    let table = codes(entries, element, [entries.count], "\(end).table")
    let index = unique("\(end)/Cast")
    let type = Int(QDQElement.int64.rawValue)
    append("Cast", [operand], [.int("to", type)], name: index, output: index)
    append(
      "Gather",
      [table, index],
      [.int("axis", 0)],
      name: graph.name(of: value) ?? "",
      output: end
    )
  }

  // MARK: Numbers

  /// A node of both kinds, whose parameters vary along one axis at most.
  private mutating func affine(
    _ type: String,
    _ value: Value,
    _ element: QDQElement,
    _ scale: Scale,
    _ zeroPoint: ZeroPoint
  ) throws(ExportError) -> Step {
    let name = tensor(value)
    let shape = Shape.broadcast(scale.shape, zeroPoint.shape) ?? []
    // [n, 1, 1] are n numbers for the third axis from the right.
    let extents = shape.isEmpty ? [] : [shape[0]]
    let numbers = try self.numbers(scale.expanded(over: shape), value)
    var inputs = [floats(numbers, extents, "\(name).scale")]
    // Zeros are the default, but they say of which type the codes are.
    if type == "QuantizeLinear" || zeroPoint.uniform != 0 {
      inputs.append(
        codes(zeroPoint.expanded(over: shape), element, extents, "\(name).zero_point")
      )
    }
    let axis = graph.type(of: value).shape.count - shape.count
    return Step(type, inputs, shape.isEmpty ? [] : [.int("axis", axis)])
  }

  /// How far from the right the axis stands along which both vary, 0 where nothing does; `nil` for several.
  private static func axis(_ scale: Scale, _ zeroPoint: ZeroPoint) -> Int? {
    guard let shape = Shape.broadcast(scale.shape, zeroPoint.shape),
      shape.dropFirst().allSatisfy({ $0 == 1 })
    else { return nil }
    return shape.count
  }

  /// Arithmetic with exact numbers as floats.
  private mutating func step(
    _ type: String,
    _ numbers: Scale,
    _ what: String,
    _ value: Value
  ) throws(ExportError) -> Step {
    let values = try self.numbers(numbers.values, value, mayBeZero: type == "Add")
    return Step(type, [floats(values, numbers.shape, "\(tensor(value)).\(what)")])
  }

  private mutating func shift(_ zeroPoint: ZeroPoint, _ value: Value) -> Step {
    let numbers = zeroPoint.values.map { Float($0) }
    return Step("Add", [floats(numbers, zeroPoint.shape, "\(tensor(value)).shift")])
  }

  func numbers(
    _ exact: [Rational],
    _ value: Value,
    mayBeZero: Bool = false
  ) throws(ExportError) -> [Float] {
    let numbers = exact.map(\.floatValue)
    for (number, exact) in zip(numbers, exact)
    where !number.isFinite || number == 0 && !mayBeZero {
      throw refusal(value, "the scale \(exact.doubleValue)", "float32 does not hold it")
    }
    return numbers
  }
}
