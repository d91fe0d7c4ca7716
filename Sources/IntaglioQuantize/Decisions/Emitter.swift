package import IntaglioGraph
package import IntaglioNumerics

/// Writes a float graph again, or the part between two cuts, with what has been decided of it.
package struct Emitter {
  package let source: Graph
  package let decisions: Decisions
  package internal(set) var graph = Graph()
  /// The same values in `graph`; of a layer's input as it is before its quantizer.
  package internal(set) var images: [Value: Value] = [:]
  /// Products over the sums of their rows, before what was taken off the values comes back.
  var quotients: [Value: Value] = [:]
  /// The codes of linear inputs, as reals in units of codes.
  package internal(set) var codes: [Value: Codes] = [:]
  /// The codes of what convolutions read, less their zero, as reals.
  var imageCodes: [Value: Value] = [:]

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
    for value in Self.needed(source, decisions, start, targets) {
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

  private static func needed(
    _ source: Graph,
    _ decisions: Decisions,
    _ start: Value?,
    _ targets: [Value]
  ) -> [Value] {
    var isNeeded = [Bool](repeating: false, count: source.nodes.count)
    for target in targets { isNeeded[target.index] = true }
    for index in source.nodes.indices.reversed() where isNeeded[index] {
      if let start, start.index == index { continue }
      for operand in source.nodes[index].operands {
        // Channels in groups are made again from what their layer reads.
        var hidden: Value?
        if case .matmul = source.nodes[index].operation, decisions.inputs[operand]?.isSplit == true
        {
          hidden = source.hiddenMultiplication(behind: operand)
        }
        isNeeded[hidden.map { source[$0].operands[0].index } ?? operand.index] = true
      }
    }
    return source.values.filter { isNeeded[$0.index] }
  }

  /// - Precondition: what is asked for stands before what is emitted.
  func image(_ value: Value) throws(GraphError) -> Value {
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
    if case .matmul = node.operation, decisions.inputs[node.operands[0]] != nil,
      let weights = source.constant(node.operands[1])
    {
      return try linear(value, weights)
    }
    if case .convolution(let geometry) = node.operation,
      let weights = source.constant(node.operands[1])
    {
      let pads = geometry.padding.contains { $0 != 0 }
      if !pads, let pixels = decisions.pixels[node.operands[0]] {
        return try patches(value, pixels, weights, groups: geometry.groups)
      }
      if let image = decisions.images[node.operands[0]] {
        return try windows(value, image, weights, groups: geometry.groups)
      }
    }
    var operands: [Value] = []
    for operand in node.operands { operands.append(try image(operand)) }
    return try graph.append(Node(node.operation, operands), name: source.name(of: value))
  }

  /// The codes of a layer's weights as reals, one scale for each output.
  ///
  /// - Parameters:
  ///   - codes: what was decided.
  ///   - weights: the operand that they stand for.
  ///   - outputs: the shape of the scales.
  /// - Returns: the dequantized weights.
  /// - Throws: `GraphError` when a code does not fit: a defect.
  mutating func append(
    _ codes: WeightCodes,
    for weights: Value,
    outputs: [Int]
  ) throws(GraphError) -> Value {
    guard let tensor = Tensor(codes.codes, codes.type, shape: source.type(of: weights).shape) else {
      throw .mismatch(
        operation: "quantize",
        operands: [],
        reason: "a code leaves \(codes.type)",
        node: source.label(of: weights)
      )
    }
    let constant = try graph.append(.constant(tensor), name: source.name(of: weights))
    let scale = Scale(codes.scales.map(Rational.init(of:)), shape: outputs)
    return try graph.append(.dequantize(Dequantizer(scale: scale)), constant)
  }

  mutating func constant(_ numbers: Broadcast<Float>) throws(GraphError) -> Value {
    try graph.append(.constant(Tensor(numbers.values, shape: numbers.shape)))
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
