import IntaglioGraph
import IntaglioNumerics

// Products of activations.

extension Emitter {
  mutating func product(
    _ value: Value,
    _ pair: ProductQuantizers
  ) throws(GraphError) -> Value {
    let (node, name) = (source[value], source.label(of: value))
    if let softmax = pair.softmax { return try weighted(value, pair, softmax) }
    let left = try factor(node.operands[0], pair.left, name + ".left")
    let right = try factor(node.operands[1], pair.right, name + ".right")
    let product = try graph.append(.matmul, left, right, name: source.name(of: value))
    // Rows of probabilities sum to one, so what was taken off the values comes back whole; what was
    // taken off keys is the same for all scores of a row.
    guard let center = pair.right.center, center.extent(fromRight: 2) == 1 else { return product }
    return try graph.append(.add, product, constant(center))
  }

  /// P·V with P relative to its rows: exp(x − max x) in codes, times V, over the sum of the codes.
  mutating func weighted(
    _ value: Value,
    _ pair: ProductQuantizers,
    _ softmax: RelativeSoftmax
  ) throws(GraphError) -> Value {
    let (node, name) = (source[value], source.label(of: value))
    let (origin, layouts) = source.origin(of: node.operands[0])
    var real = try graph.append(.rowExponential, image(source[origin].operands[0]))
    if softmax.isSquared { real = try graph.append(.function(.squareRoot), real) }
    let scale = Rational(1, over: softmax.largest)
    var codes = try graph.append(
      .quantize(Quantizer(softmax.type, scale: Scale(scale))),
      real,
      name: source.label(of: origin) + ".codes"
    )
    var unit = scale
    if let levels = softmax.levels {
      let lookup = LookupFunction(.u8, index: softmax.type, entries: levels)
      codes = try graph.append(.integer(.lookup(lookup)), codes)
      unit = Rational(1, over: levels.last ?? 1)
    }
    var left = try graph.append(.dequantize(Dequantizer(scale: Scale(unit))), codes)
    for layout in layouts { left = try graph.append(.layout(layout), left) }
    let right = try factor(node.operands[1], pair.right, name + ".right")
    let product = try graph.append(.matmul, left, right, name: source.name(of: value))
    let axis = graph.type(of: left).shape.count - 1
    let sum = try graph.append(.sum(axis: axis), left)
    let quotient = try graph.append(.divide, product, sum)
    quotients[value] = quotient
    guard let center = pair.right.center else { return quotient }
    return try graph.append(.add, quotient, constant(center))
  }

  mutating func factor(
    _ value: Value,
    _ factor: ProductQuantizers.Factor,
    _ name: String
  ) throws(GraphError) -> Value {
    let scale = factor.scale.map(Rational.init(of:))
    let quantizer = Quantizer(factor.type, scale: scale)
    let codes: Value
    if let center = factor.center {
      let shifted = try graph.append(.add, image(value), constant(center.map { -$0 }))
      codes = try graph.append(.quantize(quantizer), shifted, name: name)
    } else {
      codes = try originCodes(value, quantizer, name)
    }
    return try graph.append(.dequantize(Dequantizer(scale: scale)), codes)
  }
}
