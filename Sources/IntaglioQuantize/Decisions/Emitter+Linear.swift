package import IntaglioGraph
import IntaglioNumerics

// Linear layers and what they read.

extension Emitter {
  mutating func linear(
    _ value: Value,
    _ input: ChannelQuantizer,
    _ weights: Tensor
  ) throws(GraphError) -> Value {
    let node = source[value]
    let real = try inputCodes(node.operands[0], input)
    let columns = weights.shape[1]
    let right: Value
    let addends: [Float]
    if let found = decisions.weights[value] {
      right = try append(found, for: node.operands[1], outputs: [columns])
      addends = found.addends
    } else {
      let floats = weights.floats
      right = try graph.append(
        .constant(
          Tensor(
            floats.indices.map { floats[$0] * input.scales[$0 / columns] },
            shape: weights.shape
          )
        )
      )
      addends = input.addends(floats, columns: columns)
    }
    let product = try graph.append(.matmul, real, right, name: source.name(of: value))
    let constant = try graph.append(.constant(Tensor(addends, shape: [columns])))
    return try graph.append(.add, product, constant)
  }

  /// The codes of a linear layer's input, as reals.
  mutating func inputCodes(
    _ value: Value,
    _ quantizer: ChannelQuantizer
  ) throws(GraphError) -> Value {
    if let known = codes[value] { return known }
    let codes: Value
    let name = source.label(of: value) + ".codes"
    if let moved = try quotientCodes(value, quantizer, name) {
      self.codes[value] = moved
      return moved
    }
    if let folded = try foldedNorm(value, quantizer) {
      codes = try graph.append(
        .quantize(Quantizer(quantizer.type, scale: Scale(.one))),
        folded,
        name: name
      )
    } else if let zeros = quantizer.zeros {
      codes = try originCodes(
        value,
        Quantizer(
          quantizer.type,
          scale: quantizer.scale,
          zeroPoint: ZeroPoint(zeros, shape: [zeros.count])
        ),
        name
      )
    } else {
      let lows = Tensor(quantizer.lows.map(-), shape: [quantizer.lows.count])
      let shifted = try graph.append(.add, image(value), graph.append(.constant(lows)))
      codes = try graph.append(
        .quantize(Quantizer(quantizer.type, scale: quantizer.scale)),
        shifted,
        name: name
      )
    }
    let real = try graph.append(.dequantize(Dequantizer(scale: Scale(.one))), codes)
    self.codes[value] = real
    return real
  }

  /// The LayerNorm in front, if there is one, giving numbers in units of codes: γ/s and (β − low)/s.
  mutating func foldedNorm(
    _ value: Value,
    _ quantizer: ChannelQuantizer
  ) throws(GraphError) -> Value? {
    let width = quantizer.scales.count
    var layouts: [Layout] = []
    var norm = value
    while case .layout(let layout) = source[norm].operation,
      source.type(of: norm).shape.last == width,
      source.type(of: source[norm].operands[0]).shape.last == width, layout.keepsLastAxis
    {
      layouts.append(layout)
      norm = source[norm].operands[0]
    }
    guard case .layerNorm = source[norm].operation,
      let gamma = source.constant(source[norm].operands[1])?.doubles,
      let beta = source.constant(source[norm].operands[2])?.doubles,
      gamma.count == width, beta.count == width
    else { return nil }
    let scales = quantizer.scales.map(Double.init)
    let gammas = (0..<width).map { Float(gamma[$0] / scales[$0]) }
    let betas = (0..<width).map { Float((beta[$0] - Double(quantizer.lows[$0])) / scales[$0]) }
    var folded = try graph.append(
      source[norm].operation,
      image(source[norm].operands[0]),
      graph.append(.constant(Tensor(gammas, shape: [width]))),
      graph.append(.constant(Tensor(betas, shape: [width]))),
      name: source.label(of: norm) + ".folded"
    )
    for layout in layouts.reversed() { folded = try graph.append(.layout(layout), folded) }
    return folded
  }

  /// The codes of a quotient behind changes of place: the quantizer stands on the quotient itself, each
  /// element with the scale of the channel that it becomes.
  mutating func quotientCodes(
    _ value: Value,
    _ quantizer: ChannelQuantizer,
    _ name: String
  ) throws(GraphError) -> Value? {
    let (origin, layouts) = source.origin(of: value)
    guard let pair = decisions.products[origin], pair.softmax != nil,
      layouts.allSatisfy(\.keepsEveryElement)
    else { return nil }
    let shape = source.type(of: origin).shape
    var (places, current) = ((0..<Int32(shape.reduce(1, *))).map { $0 }, shape)
    for layout in layouts {
      places = layout.sources(from: current).map { places[Int($0)] }
      current = layout.shape(from: current)
    }
    var channels = [Int](repeating: 0, count: places.count)
    for (position, place) in places.enumerated() {
      channels[Int(place)] = position % quantizer.scales.count
    }
    func spread<T: Hashable>(_ values: [T]) -> Broadcast<T> {
      Broadcast(channels.map { values[$0] }, shape: shape)
    }
    // One constant: what was taken off the values comes back, and the low goes.
    let lows = spread(quantizer.lows)
    let shift = pair.right.center?.combined(lows) { $0 - $1 } ?? lows.map { -$0 }
    guard let quotient = quotients[origin] else { return nil }
    let shifted = try graph.append(.add, quotient, constant(shift))
    let codes = try graph.append(
      .quantize(
        Quantizer(quantizer.type, scale: spread(quantizer.scales).map(Rational.init(of:)))
      ),
      shifted,
      name: name
    )
    var real = try graph.append(.dequantize(Dequantizer(scale: Scale(.one))), codes)
    for layout in layouts { real = try graph.append(.layout(layout), real) }
    return real
  }
}

extension ChannelQuantizer {
  package var scale: Scale { Scale(scales.map(Rational.init(of:)), shape: [scales.count]) }

  /// What the lows of the input add to every sum of weights `[k, n]`.
  package func addends(_ weights: [Float], columns: Int) -> [Float] {
    var sums = [Double](repeating: 0, count: columns)
    for (index, weight) in weights.enumerated() {
      sums[index % columns] += Double(weight) * Double(lows[index / columns])
    }
    return sums.map(Float.init)
  }
}
