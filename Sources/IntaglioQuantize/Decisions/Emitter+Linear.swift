package import IntaglioGraph
import IntaglioNumerics

// Linear layers and what they read.

extension Emitter {
  /// Some output channels of a linear layer, and what their multiplication is called behind its name.
  struct Part {
    let columns: [Int]
    let suffix: String
  }

  /// A linear layer on codes.
  ///
  /// - Parameters:
  ///   - value: the multiplication.
  ///   - weights: `[k, n]`, of the float model.
  ///   - part: the output channels that are wanted; all of them when `nil`.
  /// - Returns: the sums.
  /// - Throws: `GraphError` when a decision does not fit: a defect.
  mutating func linear(
    _ value: Value,
    _ weights: Tensor,
    _ part: Part? = nil
  ) throws(GraphError) -> Value {
    let node = source[value]
    guard let input = decisions.inputs[node.operands[0]] else {
      let right = try graph.append(.constant(weights.columns(part?.columns)))
      return try graph.append(node.operation, image(node.operands[0]), right)
    }
    let codes = try inputCodes(node.operands[0], input)
    let factors = try factors(value, input, weights, part)
    let name = source.name(of: value).map { $0 + (part?.suffix ?? "") }
    var sum = try graph.append(node.operation, codes.usual, factors.usual, name: name)
    if let left = codes.outliers, let right = factors.outliers {
      let outliers = name.map { $0 + ".outliers" }
      sum = try graph.append(.add, sum, graph.append(node.operation, left, right, name: outliers))
    }
    let row = Tensor(factors.addends, shape: [factors.addends.count]).columns(part?.columns)
    return try graph.append(.add, sum, graph.append(.constant(row)))
  }

  /// The weights of a linear layer as they are decided, or with the scales of its input in them, and what is
  /// added to all its sums.
  private mutating func factors(
    _ value: Value,
    _ input: ChannelQuantizer,
    _ weights: Tensor,
    _ part: Part?
  ) throws(GraphError) -> (usual: Value, outliers: Value?, addends: [Float]) {
    let columns = part?.columns
    guard let found = decisions.weights[value] else {
      func folded(_ channels: [Int]) throws(GraphError) -> Value {
        try graph.append(.constant(input.folded(weights, channels).columns(columns)))
      }
      return (
        try folded(input.usual),
        input.outliers.isEmpty ? nil : try folded(input.outliers),
        input.addends(weights.floats, columns: weights.shape[1])
      )
    }
    let name = source.name(of: source[value].operands[1]).map { $0 + (part?.suffix ?? "") }
    let usual = try dequantized(found.matrix(input.usual, columns), name: name)
    let outliers = try found.outlierMatrix(columns).map { matrix throws(GraphError) in
      try dequantized(matrix, name: name.map { $0 + ".outliers" })
    }
    return (usual, outliers, found.addends)
  }

  /// Codes of weights as reals, one scale for each output.
  private mutating func dequantized(
    _ matrix: CodeMatrix,
    name: String?
  ) throws(GraphError) -> Value {
    let shape = [matrix.rows, matrix.scales.count]
    guard let tensor = Tensor(matrix.codes, matrix.type, shape: shape) else {
      throw .mismatch(
        operation: "quantize",
        operands: [],
        reason: "a code leaves \(matrix.type)",
        node: name
      )
    }
    let constant = try graph.append(.constant(tensor), name: name)
    let scale = Scale(matrix.scales.map(Rational.init(of:)), shape: [matrix.scales.count])
    return try graph.append(.dequantize(Dequantizer(scale: scale)), constant)
  }

  /// The codes of a linear layer's input, as reals.
  mutating func inputCodes(
    _ value: Value,
    _ quantizer: ChannelQuantizer
  ) throws(GraphError) -> Codes {
    if let known = codes[value] { return known }
    let name = source.label(of: value) + ".codes"
    let found: Codes
    if quantizer.isSplit {
      found = try groupedCodes(value, quantizer, name)
    } else {
      found = Codes(usual: try wholeCodes(value, quantizer, name), outliers: nil)
    }
    codes[value] = found
    return found
  }

  /// The codes of an input that is one tensor.
  private mutating func wholeCodes(
    _ value: Value,
    _ quantizer: ChannelQuantizer,
    _ name: String
  ) throws(GraphError) -> Value {
    if let moved = try quotientCodes(value, quantizer, name) { return moved }
    let codes: Value
    if let folded = try foldedNorm(value, quantizer) {
      codes = try graph.append(
        .quantize(Quantizer(quantizer.type, scale: Scale(.one))),
        folded,
        name: name
      )
    } else if quantizer.zeros != nil {
      let even = quantizer.even(Array(quantizer.scales.indices), quantizer.type)
      let whole = try originCodes(value, even, quantizer.levels == nil ? name : name + ".even")
      codes =
        try quantizer.levels.map { levels throws(GraphError) in
          try leveled(whole, levels, even.type, name)
        } ?? whole
    } else {
      let lows = Tensor(quantizer.lows.map(-), shape: [quantizer.lows.count])
      let shifted = try graph.append(.add, image(value), graph.append(.constant(lows)))
      codes = try graph.append(
        .quantize(Quantizer(quantizer.type, scale: quantizer.scale)),
        shifted,
        name: name
      )
    }
    return try graph.append(.dequantize(Dequantizer(scale: Scale(.one))), codes)
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

/// Codes `[rows, n]` with a scale for each of n columns.
struct CodeMatrix {
  let type: IntegerType
  let codes: [Int]
  let scales: [Float]

  var rows: Int { codes.count / max(scales.count, 1) }
}

extension WeightCodes {
  /// The rows of these input channels and these columns, all where `nil`.
  func matrix(_ channels: [Int], _ columns: [Int]?) -> CodeMatrix {
    let columns = columns ?? Array(scales.indices)
    return CodeMatrix(
      type: type,
      codes: channels.flatMap { row in columns.map { codes[row * scales.count + $0] } },
      scales: columns.map { scales[$0] }
    )
  }

  /// The outliers' rows, of these columns.
  func outlierMatrix(_ columns: [Int]?) -> CodeMatrix? {
    guard let outliers else { return nil }
    let columns = columns ?? Array(scales.indices)
    let rows = outliers.codes.count / max(scales.count, 1)
    return CodeMatrix(
      type: Outliers.type,
      codes: (0..<rows).flatMap { row in
        columns.map { outliers.codes[row * scales.count + $0] }
      },
      scales: columns.map { outliers.scales[$0] }
    )
  }
}

extension Tensor {
  /// These elements of the last axis; all where `nil`.
  func columns(_ columns: [Int]?) -> Tensor {
    guard let columns, let width = shape.last, width > 0 else { return self }
    let numbers = floats
    return Tensor(
      (0..<count / width).flatMap { row in columns.map { numbers[row * width + $0] } },
      shape: shape.dropLast() + [columns.count]
    )
  }
}

extension ChannelQuantizer {
  /// The channels whose weights `[k, n]`, with the scales in them, are far larger than those of most: what
  /// would take up the range of every row.
  func outliers(of weights: Tensor) -> [Int] {
    let (floats, columns) = (weights.floats, weights.shape[1])
    let largest = scales.indices.map { row in
      floats[row * columns..<(row + 1) * columns].reduce(0) { max($0, $1.magnitude) } * scales[row]
    }
    let median = largest.sorted()[largest.count / 2]
    let found = largest.indices.filter { largest[$0] > 8 * median }
    // Where many are large none stands out.
    return found.count * 16 <= largest.count ? found : []
  }

  /// The rows of these channels of weights `[k, n]`, for inputs in units of codes.
  func folded(_ weights: Tensor, _ channels: [Int]) -> Tensor {
    let (floats, columns) = (weights.floats, weights.shape[1])
    return Tensor(
      channels.flatMap { row in
        floats[row * columns..<(row + 1) * columns].map { $0 * scales[row] }
      },
      shape: [channels.count, columns]
    )
  }

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
