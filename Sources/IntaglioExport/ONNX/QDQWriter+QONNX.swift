import IntaglioData
import IntaglioGraph
import IntaglioNumerics

// QONNX: a quantizer and the dequantizer behind it are one node, `Quant`, from reals to reals. It clamps
// and rounds x / scale + zero point, half to even, for any width and any zero point.

extension QDQWriter {
  static let quantDomain = "qonnx.custom_op.general"

  /// A quantizer is written where its codes are read; whoever reads codes as such has no form.
  func checkReaders(of codes: Value, _ live: [Value]) throws(ExportError) {
    for reader in live where graph[reader].operands.contains(codes) {
      if case .dequantize = graph[reader].operation { continue }
      throw refusal(
        reader,
        "\(graph[reader].operation.name) of codes",
        "write 'qdq', or quantize without tables of codes (--without levels)"
      )
    }
    guard !graph.outputs.contains(where: { $0.value == codes }) else {
      throw refusal(codes, "codes as an output", "write 'qdq'")
    }
  }

  /// The `Quant` of a dequantizer: of the quantizer before it, or of weights.
  mutating func quant(_ value: Value, _ dequantizer: Dequantizer) throws(ExportError) {
    let codes = graph[value].operands[0]
    let name = tensor(value)
    guard let type = graph.type(of: codes).integer, type != .i(1) else {
      throw refusal(value, "codes of \(graph.type(of: codes))", "use 2 to 32 bits, or u1")
    }
    var steps: [Step] = []
    let input: String
    if let integers = graph.constant(codes)?.integers {
      input = floats(
        try weights(integers, value, dequantizer),
        graph.type(of: codes).shape,
        "\(name).weights"
      )
    } else if case .quantize(let quantizer) = graph[codes].operation {
      guard quantizer.scale == dequantizer.scale, quantizer.zeroPoint == dequantizer.zeroPoint
      else {
        throw refusal(
          value,
          "a dequantizer with other numbers than its quantizer",
          "write 'qdq'"
        )
      }
      input = tensor(graph[codes].operands[0])
      // An odd zero point inside the rounding turns ties round: these are decided before.
      if quantizer.placement == .afterRounding,
        quantizer.zeroPoint.values.contains(where: { $0 % 2 != 0 })
      {
        steps.append(try quant(value, .i(24), dequantizer.scale, ZeroPoint(0), "rounding"))
      }
    } else {
      throw refusal(
        codes,
        "\(graph[codes].operation.name) between a quantizer and its dequantizer",
        "write 'qdq'"
      )
    }
    steps.append(try quant(value, type, dequantizer.scale, dequantizer.zeroPoint, "quant"))
    if dequantizer.offset.uniform != .zero {
      let offsets = try numbers(dequantizer.offset.values, value, mayBeZero: true)
      steps.append(Step("Add", [floats(offsets, dequantizer.offset.shape, "\(name).offset")]))
    }
    append(steps, from: input, to: value)
  }

  private mutating func quant(
    _ value: Value,
    _ type: IntegerType,
    _ scale: Scale,
    _ zeroPoint: ZeroPoint,
    _ what: String
  ) throws(ExportError) -> Step {
    let name = "\(tensor(value)).\(what)"
    let inputs = [
      floats(try numbers(scale.values, value), scale.shape, "\(name).scale"),
      floats(zeroPoint.values.map { Float($0) }, zeroPoint.shape, "\(name).zero_point"),
      floats([Float(type.bits)], [], "\(name).bits"),
    ]
    return Step(
      "Quant",
      inputs,
      [
        .int("signed", type.isSigned ? 1 : 0), .int("narrow", 0), .string("rounding_mode", "ROUND"),
      ]
    )
  }

  /// Codes of weights as the reals that they mean.
  private func weights(
    _ integers: [Int],
    _ value: Value,
    _ dequantizer: Dequantizer
  ) throws(ExportError) -> [Float] {
    let shape = graph.type(of: value).shape
    let scales = try numbers(dequantizer.scale.values, value)
    let scale = dequantizer.scale.indices(over: shape)
    let zero = dequantizer.zeroPoint.indices(over: shape)
    return integers.indices.map { index in
      let code = integers[index] - dequantizer.zeroPoint.values[Int(zero[index])]
      return Float(code) * scales[Int(scale[index])]
    }
  }
}
