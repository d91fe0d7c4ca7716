import IntaglioData
import IntaglioGraph
import IntaglioNumerics

extension IntegerONNXWriter {
  /// - Throws: `ExportError`, naming the node.
  mutating func write(_ value: Value) throws(ExportError) {
    let node = graph[value]
    switch node.operation {
    case .input: break
    case .constant(let constant): try self.constant(constant, value)
    case .layout(let layout): append(layout, value)
    case .concat(let axis):
      let parts = try node.operands.map { (part) throws(ExportError) in
        try aligned(part, value)
      }
      build.node("Concat", parts, [.int("axis", axis)], output: tensor(value))
    case .matmul: try product("MatMulInteger", value)
    case .convolution(let geometry): try product("ConvInteger", value, geometry.attributes)
    case .add: try arithmetic("Add", value)
    case .subtract: try arithmetic("Sub", value)
    case .multiply: try arithmetic("Mul", value)
    case .divide: try real("Div", value)
    case .sum(let axis):
      let operand =
        graph.type(of: value).isInteger ? narrow(node.operands[0]) : tensor(node.operands[0])
      let axes = build.constant([axis], .int64, [1])
      build.node("ReduceSum", [operand, axes], output: tensor(value))
    case .mean(let axis):
      let axes = build.constant([axis], .int64, [1])
      build.node("ReduceMean", [tensor(node.operands[0]), axes], output: tensor(value))
    case .softmax: try real("Softmax", value, [.int("axis", -1)])
    case .function(.sigmoid): try real("Sigmoid", value)
    case .function, .rowExponential, .layerNorm, .rmsNorm:
      throw refusal(
        value,
        "\(node.operation.name) on reals beside the integer program",
        "leave it to what reads the model"
      )
    case .quantize(let quantizer): try quantize(value, quantizer)
    case .dequantize(let dequantizer): try dequantize(value, dequantizer)
    case .requantize(let requantizer): try requantize(value, requantizer)
    case .integer(let function): try write(function, value)
    }
  }

  private mutating func write(_ function: IntegerFunction, _ value: Value) throws(ExportError) {
    switch function {
    case .thresholds(let steps): finish(search(steps.tables, wide(operand(value))), value)
    case .lookup(let lookup): self.lookup(value, lookup)
    case .scaledSum(let sum): try scaledSum(value, sum)
    case .norm(let norm): try self.norm(value, norm)
    case .softmax(let softmax): try self.softmax(value, softmax)
    case .rowThresholds(let rows): rowThresholds(value, rows)
    case .quotient(let quotient): try self.quotient(value, quotient)
    }
  }

  func operand(_ value: Value, _ index: Int = 0) -> Value { graph[value].operands[index] }

  // MARK: Integers as they are

  private mutating func constant(_ constant: Tensor, _ value: Value) throws(ExportError) {
    guard let integers = constant.integers else {
      _ = build.doubles(constant.doubles, constant.shape, name: tensor(value))
      return
    }
    _ = build.constant(integers, element(of: value), constant.shape, name: tensor(value))
  }

  private mutating func append(_ layout: Layout, _ value: Value) {
    let input = tensor(operand(value))
    let output = tensor(value)
    func list(_ values: [Int]) -> String { build.constant(values, .int64, [values.count]) }
    switch layout {
    case .reshape(let shape):
      let attributes: [ONNXAttributeProto] = shape.contains(0) ? [.int("allowzero", 1)] : []
      build.node("Reshape", [input, list(shape)], attributes, output: output)
    case .transpose(let permutation):
      build.node("Transpose", [input], [.ints("perm", permutation)], output: output)
    case .slice(let axis, let start, let count):
      let limits = [list([start]), list([start + count]), list([axis])]
      build.node("Slice", [input] + limits, output: output)
    case .broadcast(let shape):
      build.node("Expand", [input, list(shape)], output: output)
    }
  }

  /// A part of a join, in the elements of the whole.
  private mutating func aligned(_ part: Value, _ whole: Value) throws(ExportError) -> String {
    let element = element(of: whole)
    return self.element(of: part) == element ? tensor(part) : build.cast(tensor(part), element)
  }

  /// A value as 32-bit integers.
  mutating func narrow(_ value: Value) -> String {
    element(of: value) == .int32 ? tensor(value) : build.cast(tensor(value), .int32)
  }

  private mutating func arithmetic(_ type: String, _ value: Value) throws(ExportError) {
    guard graph.type(of: value).isInteger else { return try real(type, value) }
    let operands = graph[value].operands.map { narrow($0) }
    build.node(type, operands, output: tensor(value))
  }

  /// Unsigned codes times unsigned codes, both with their zeros: no processor saturates that.
  private mutating func product(
    _ type: String,
    _ value: Value,
    _ attributes: [ONNXAttributeProto] = []
  ) throws(ExportError) {
    guard graph.type(of: value).isInteger else {
      throw refusal(value, "a product of reals", "integerize the model first")
    }
    let (a, b) = (unsigned(operand(value)), unsigned(operand(value, 1)))
    build.node(type, [a.codes, b.codes, a.zero, b.zero], attributes, output: tensor(value))
  }

  /// Codes of up to 8 bits moved up to begin at 0, and where their 0 is then.
  private mutating func unsigned(_ value: Value) -> (codes: String, zero: String) {
    let type = graph.type(of: value).integer ?? .u8
    let zero = type.isSigned ? 1 << (type.bits - 1) : 0
    let place = build.constant([zero], .uint8, [])
    guard zero != 0 else { return (tensor(value), place) }
    if let integers = graph.constant(value)?.integers {
      let shape = graph.type(of: value).shape
      return (build.constant(integers.map { $0 + zero }, .uint8, shape), place)
    }
    let up = build.add(narrow(value), build.constant([zero], .int32, []))
    return (build.cast(up, .uint8), place)
  }

  // MARK: Reals, at both ends

  private mutating func real(
    _ type: String,
    _ value: Value,
    _ attributes: [ONNXAttributeProto] = []
  ) throws(ExportError) {
    build.node(type, graph[value].operands.map { tensor($0) }, attributes, output: tensor(value))
  }

  /// A scale as float64.
  ///
  /// - Throws: where float64 does not hold it.
  private mutating func exactly(_ scale: Scale, _ value: Value) throws(ExportError) -> String {
    let doubles = scale.values.map(\.doubleValue)
    for (number, exact) in zip(doubles, scale.values) where Rational(exactly: number) != exact {
      throw refusal(value, "a scale of \(exact) that float64 does not hold", "use a float32 scale")
    }
    return build.doubles(doubles, scale.shape)
  }

  private mutating func quantize(_ value: Value, _ quantizer: Quantizer) throws(ExportError) {
    let scale = try exactly(quantizer.scale, value)
    let zero = build.doubles(
      quantizer.zeroPoint.values.map { Double($0) },
      quantizer.zeroPoint.shape
    )
    var current = build.divide(tensor(operand(value)), scale)
    let isZero = quantizer.zeroPoint.uniform == 0
    if !isZero, quantizer.placement == .beforeRounding { current = build.add(current, zero) }
    current = build.node("Round", [current])
    if !isZero, quantizer.placement == .afterRounding { current = build.add(current, zero) }
    let range = quantizer.type.range
    let lower = build.doubles([Double(range.lowerBound)], [])
    let upper = build.doubles([Double(range.upperBound)], [])
    current = build.node("Clip", [current, lower, upper])
    finish(current, value)
  }

  private mutating func dequantize(_ value: Value, _ dequantizer: Dequantizer) throws(ExportError) {
    var current = wide(operand(value))
    current = build.add(current, dequantizer.zeroPoint.map { -$0 })
    current = build.cast(current, .double)
    let scale = build.doubles(dequantizer.scale.values.map(\.doubleValue), dequantizer.scale.shape)
    let offset = build.doubles(
      dequantizer.offset.values.map(\.doubleValue),
      dequantizer.offset.shape
    )
    build.node("Add", [build.multiply(current, scale), offset], output: tensor(value))
  }
}
