public import IntaglioGraph
import IntaglioNumerics

extension Graph {
  /// The softmaxes whose result goes into a multiplication of matrices without a quantizer, in the order
  /// of computation.
  public var softmaxesWithoutQuantizer: [Value] {
    var found: Set<Value> = []
    for value in live where self[value].operation.isMatrixMultiplication {
      for operand in self[value].operands {
        let source = withoutLayouts(operand)
        if self[source].operation == .softmax { found.insert(source) }
      }
    }
    return found.sorted()
  }

  /// The same graph with a quantizer behind every softmax that goes into a multiplication without one.
  ///
  ///     before   softmax ── y
  ///
  ///     after    softmax ─ quantize(1/(2^bits − 1)) ─ dequantize ── y
  ///
  /// Probabilities lie between 0 and 1, so no calibration is needed. This changes the model: each probability
  /// by at most half a step.
  ///
  /// - Precondition: `bits` is 2 to 8.
  func quantizingSoftmaxes(bits: Int) throws(GraphError) -> Graph {
    precondition((2...8).contains(bits), "codes of 2 to 8 bits")
    let found = Set(softmaxesWithoutQuantizer)
    guard !found.isEmpty else { return self }
    let type = IntegerType.u(bits)
    let quantizer = Quantizer(type, scale: Scale(Rational(1, over: type.range.upperBound)))
    return try copied { copy, value, image throws(GraphError) in
      guard found.contains(value) else { return image }
      let name = self.name(of: value).map { $0 + ".codes" }
      let codes = try copy.append(.quantize(quantizer), image, name: name)
      return try copy.append(.dequantize(quantizer.inverse), codes)
    }
  }
}
