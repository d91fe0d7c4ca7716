package import IntaglioGraph
package import IntaglioNumerics

/// Writes a float graph again, or the part between two cuts, with what has been decided of it.
package struct Emitter {
  package let source: Graph
  package let decisions: Decisions
  package private(set) var graph = Graph()
  /// The same values in `graph`; of a layer's input as it is before its quantizer.
  package private(set) var images: [Value: Value] = [:]
  /// Products over the sums of their rows, before what was taken off the values comes back.
  private var quotients: [Value: Value] = [:]
  /// The codes of linear inputs, as reals in units of codes.
  package private(set) var codes: [Value: Value] = [:]

  /// The name of the input of a part.
  package static let cut = "cut"

  /// - Parameters:
  ///   - source: a float graph.
  ///   - decisions: what takes the place of what.
  ///   - start: the cut that the part begins behind; `nil` for the whole graph.
  ///   - targets: the values that are wanted, all behind `start`.
  /// - Throws: `GraphError` when a decision does not fit its layer: a defect.
  package init(
    _ source: Graph,
    _ decisions: Decisions,
    from start: Value? = nil,
    to targets: [Value]
  ) throws(GraphError) {
    (self.source, self.decisions) = (source, decisions)
    for value in Self.needed(source, start, targets) {
      if value == start {
        images[value] = try graph.append(.input(name: Self.cut, source.type(of: value)))
      } else {
        images[value] = try emit(value)
      }
    }
  }

  /// The whole graph with its decisions and its outputs.
  package static func whole(_ source: Graph, _ decisions: Decisions) throws(GraphError) -> Graph {
    var emitter = try Emitter(source, decisions, to: source.outputs.map(\.value))
    for output in source.outputs {
      if let image = emitter.images[output.value] { emitter.graph.addOutput(output.name, image) }
    }
    return emitter.graph
  }

  private static func needed(_ source: Graph, _ start: Value?, _ targets: [Value]) -> [Value] {
    var isNeeded = [Bool](repeating: false, count: source.nodes.count)
    for target in targets { isNeeded[target.index] = true }
    for index in source.nodes.indices.reversed() where isNeeded[index] {
      if let start, start.index == index { continue }
      for operand in source.nodes[index].operands { isNeeded[operand.index] = true }
    }
    return source.values.filter { isNeeded[$0.index] }
  }

  /// - Precondition: what is asked for stands before what is emitted.
  private func image(_ value: Value) throws(GraphError) -> Value {
    guard let image = images[value] else {
      throw .mismatch(
        operation: "quantize",
        operands: [],
        reason: "an operand stands behind its reader",
        node: source.label(of: value)
      )
    }
    return image
  }

  private mutating func emit(_ value: Value) throws(GraphError) -> Value {
    let node = source[value]
    if let pair = decisions.products[value] { return try product(value, pair) }
    if case .matmul = node.operation, let input = decisions.inputs[node.operands[0]],
      let weights = source.constant(node.operands[1])
    {
      return try linear(value, input, weights)
    }
    if case .convolution = node.operation, let pixels = decisions.pixels,
      let weights = source.constant(node.operands[1])
    {
      return try patches(value, pixels, weights)
    }
    var operands: [Value] = []
    for operand in node.operands { operands.append(try image(operand)) }
    return try graph.append(Node(node.operation, operands), name: source.name(of: value))
  }

  // MARK: Linear layers

  private mutating func linear(
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
      guard let tensor = Tensor(found.codes, found.type, shape: weights.shape) else {
        throw .mismatch(
          operation: "quantize",
          operands: [],
          reason: "a code leaves \(found.type)",
          node: source.label(of: value)
        )
      }
      let codes = try graph.append(.constant(tensor), name: source.name(of: node.operands[1]))
      let scale = Scale(found.scales.map(Rational.init(of:)), shape: [columns])
      right = try graph.append(.dequantize(Dequantizer(scale: scale)), codes)
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
  private mutating func inputCodes(
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
      codes = try graph.append(
        .quantize(
          Quantizer(
            quantizer.type,
            scale: quantizer.scale,
            zeroPoint: ZeroPoint(zeros, shape: [zeros.count])
          )
        ),
        try image(value),
        name: name
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
  private mutating func foldedNorm(
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
  private mutating func quotientCodes(
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

  // MARK: Products

  private mutating func product(
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
  private mutating func weighted(
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

  private mutating func factor(
    _ value: Value,
    _ factor: ProductQuantizers.Factor,
    _ name: String
  ) throws(GraphError) -> Value {
    var real = try image(value)
    if let center = factor.center {
      real = try graph.append(.add, real, constant(center.map { -$0 }))
    }
    let scale = factor.scale.map(Rational.init(of:))
    let codes = try graph.append(
      .quantize(Quantizer(factor.type, scale: scale)),
      real,
      name: name
    )
    return try graph.append(.dequantize(Dequantizer(scale: scale)), codes)
  }

  private mutating func constant(_ numbers: Broadcast<Float>) throws(GraphError) -> Value {
    try graph.append(.constant(Tensor(numbers.values, shape: numbers.shape)))
  }

  // MARK: The patch embedding

  private mutating func patches(
    _ value: Value,
    _ pixels: PixelQuantizer,
    _ weights: Tensor
  ) throws(GraphError) -> Value {
    let node = source[value]
    let planes = [pixels.scales.count, 1, 1]
    let shifted = try graph.append(
      .add,
      image(node.operands[0]),
      graph.append(.constant(Tensor(pixels.lows.map(-), shape: planes)))
    )
    let codes = try graph.append(
      .quantize(
        Quantizer(.u8, scale: Scale(pixels.scales.map(Rational.init(of:)), shape: planes))
      ),
      shifted,
      name: source.label(of: value) + ".pixels"
    )
    let real = try graph.append(.dequantize(Dequantizer(scale: Scale(.one))), codes)
    self.codes[node.operands[0]] = real
    let outputs = [weights.shape[0], 1, 1]
    let right: Value
    let addends: [Float]
    if let found = decisions.weights[value] {
      guard let tensor = Tensor(found.codes, found.type, shape: weights.shape) else {
        throw .mismatch(
          operation: "quantize",
          operands: [],
          reason: "a code leaves \(found.type)",
          node: source.label(of: value)
        )
      }
      let scale = Scale(found.scales.map(Rational.init(of:)), shape: outputs + [1])
      right = try graph.append(
        .dequantize(Dequantizer(scale: scale)),
        graph.append(.constant(tensor), name: source.name(of: node.operands[1]))
      )
      addends = found.addends
    } else {
      let folded = pixels.folded(weights)
      right = try graph.append(.constant(Tensor(folded.weights, shape: weights.shape)))
      addends = folded.addends
    }
    let product = try graph.append(
      node.operation,
      real,
      right,
      name: source.name(of: value)
    )
    return try graph.append(
      .add,
      product,
      graph.append(.constant(Tensor(addends, shape: outputs)))
    )
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

extension PixelQuantizer {
  /// Weights `[o, c, h, w]` for pixels in place of prepared numbers, and what is added to the sums.
  package func folded(_ weights: Tensor) -> (weights: [Float], addends: [Float]) {
    let (outputs, planes) = (weights.shape[0], weights.shape[1])
    let area = weights.shape[2] * weights.shape[3]
    let floats = weights.floats
    var addends = [Double](repeating: 0, count: outputs)
    let folded = floats.indices.map { index in
      let plane = index / area % planes
      addends[index / (area * planes)] += Double(floats[index]) * Double(lows[plane])
      return floats[index] * scales[plane]
    }
    return (folded, addends.map(Float.init))
  }
}

extension Rational {
  /// A float exactly; 1 for what is no number, which no decision holds.
  package init(of float: Float) { self = Rational(exactly: float) ?? .one }
}

extension Layout {
  /// Whether elements change their places alone: none is dropped, none repeated.
  package var keepsEveryElement: Bool {
    switch self {
    case .reshape, .transpose: true
    case .slice, .broadcast: false
    }
  }

  /// Whether every row of the last axis stays a row, in the same order.
  package var keepsLastAxis: Bool {
    switch self {
    case .reshape: true
    case .transpose(let permutation): permutation.last == permutation.count - 1
    case .slice: true
    case .broadcast: true
    }
  }
}
