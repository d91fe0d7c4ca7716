import IntaglioGraph
import IntaglioNumerics

// Convolutions of any geometry.

extension Emitter {
  /// A convolution on codes.
  ///
  /// - Parameters:
  ///   - value: the convolution.
  ///   - image: what was decided of its input.
  ///   - weights: `[o, c / groups, h, w]`, of the float model.
  ///   - groups: its groups.
  /// - Returns: the sums.
  /// - Throws: `GraphError` when a decision does not fit: a defect.
  mutating func windows(
    _ value: Value,
    _ image: ImageQuantizer,
    _ weights: Tensor,
    groups: Int
  ) throws(GraphError) -> Value {
    let node = source[value]
    let real = try codes(of: node.operands[0], image)
    guard let found = decisions.weights[value] else {
      let folded = Tensor(image.folded(weights, groups: groups), shape: weights.shape)
      let right = try graph.append(.constant(folded))
      return try graph.append(node.operation, real, right, name: source.name(of: value))
    }
    let right = try append(found, for: node.operands[1], outputs: [weights.shape[0], 1, 1, 1])
    let product = try graph.append(node.operation, real, right, name: source.name(of: value))
    guard found.addends.contains(where: { $0 != 0 }) else { return product }
    let addends = Tensor(found.addends, shape: [weights.shape[0], 1, 1])
    return try graph.append(.add, product, graph.append(.constant(addends)))
  }

  /// The codes of what convolutions read, less their zero, as reals.
  private mutating func codes(
    of value: Value,
    _ image: ImageQuantizer
  ) throws(GraphError) -> Value {
    if let known = imageCodes[value] { return known }
    let scale = Scale(image.scales.map(Rational.init(of:)), shape: [image.scales.count, 1, 1])
    let zero = ZeroPoint(image.zero)
    let codes = try graph.append(
      .quantize(Quantizer(image.type, scale: scale, zeroPoint: zero)),
      self.image(value),
      name: source.label(of: value) + ".codes"
    )
    let real = try graph.append(
      .dequantize(Dequantizer(scale: Scale(.one), zeroPoint: zero)),
      codes
    )
    imageCodes[value] = real
    return real
  }
}
