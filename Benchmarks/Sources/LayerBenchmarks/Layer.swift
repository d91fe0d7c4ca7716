public import Intaglio

/// One layer of a network on its own: integers in, codes out.
public struct Layer: Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    /// Tokens times constant weights, and the quantizer behind.
    case gemm
    /// softmax(q·kᵀ)·v with the quantizers of probabilities and result.
    case attention
    /// LayerNorm of a 16-bit stream, and the quantizer behind.
    case norm
    /// The softmax of accumulators, and the quantizer behind.
    case softmax
    /// GELU of accumulators, and the quantizer behind.
    case thresholds
  }

  public let kind: Kind
  public let name: String
  public let bits: Int
  /// The layer as a model says it, with quantizers and dequantizers.
  public let graph: Graph
  /// Multiply-accumulates; 0 where nothing is multiplied.
  public let macs: Int
  /// Numbers that come out.
  public let elements: Int

  /// What every layer's one input is called.
  public static let input = "x"
  /// The weights' seed.
  private static let seed: UInt64 = 1

  /// Every layer of `kind` in `network` at codes of `bits`.
  ///
  /// - Throws: `GraphError`, which is a defect of the list.
  public static func all(
    _ kind: Kind,
    of network: Network,
    bits: Int
  ) throws(GraphError) -> [Layer] {
    let (tokens, width) = (network.tokens, network.width)
    switch kind {
    case .gemm:
      var layers: [Layer] = []
      for (name, depth, columns) in [
        ("qkv", width, 3 * width), ("proj", width, width), ("fc1", width, network.hidden),
        ("fc2", network.hidden, width),
      ] {
        layers.append(try gemm("\(network.name) \(name)", bits, tokens, depth, columns))
      }
      return layers
    case .attention:
      return [try attention(network, bits)]
    case .norm:
      return [try norm(network.name, bits, rows: tokens, width: width)]
    case .softmax:
      let rows = network.attentions * network.window
      return [try softmax(network.name, bits, rows: rows, width: network.window)]
    case .thresholds:
      return [try steps(network.name, bits, rows: tokens, width: network.hidden)]
    }
  }
}

// The graphs. Scales are such that codes spread over their range.

extension Layer {
  private static func gemm(
    _ name: String,
    _ bits: Int,
    _ rows: Int,
    _ depth: Int,
    _ columns: Int
  ) throws(GraphError) -> Layer {
    var graph = Graph()
    let type = IntegerType(bits: bits, signed: true)
    let x = try graph.codes(type, [1, rows, depth])
    var random = SplitMix64(seed: seed)
    let codes = random.codes(depth * columns, type)
    guard let weights = Tensor(codes, type, shape: [depth, columns]) else {
      preconditionFailure("the codes were drawn from the type's range")
    }
    let w = try graph.append(.constant(weights))
    let real = try graph.append(.dequantize(Dequantizer(scale: Scale(.one))), w)
    let product = try graph.append(.matmul, x, real)
    // An even code of b bits has about the deviation 2^b/√12.
    let deviation = Double(depth).squareRoot() * Double(1 << (2 * bits)) / 12
    let quantizer = Quantizer(type, scale: graph.scale(deviation, bits: bits))
    graph.addOutput("y", try graph.append(.quantize(quantizer), product, name: name))
    return Layer(
      kind: .gemm,
      name: name,
      bits: bits,
      graph: graph,
      macs: rows * depth * columns,
      elements: rows * columns
    )
  }

  private static func attention(_ network: Network, _ bits: Int) throws(GraphError) -> Layer {
    let (count, tokens, width) = (network.attentions, network.window, network.headWidth)
    var graph = Graph()
    let type = IntegerType(bits: bits, signed: true)
    let x = try graph.codes(type, [1, 3 * count, tokens, width])
    var parts: [Value] = []
    for index in 0..<3 {
      let slice = Layout.slice(axis: 1, start: index * count, count: count)
      parts.append(try graph.append(.layout(slice), x))
    }
    let keys = try graph.append(.layout(.transpose([0, 1, 3, 2])), parts[1])
    let scores = try graph.append(.matmul, parts[0], keys)
    let square = Double(1 << (2 * bits)) / 12
    let unit = 1 / (Double(width).squareRoot() * square)
    let scaled = try graph.append(
      .multiply,
      scores,
      try graph.append(.constant(Tensor(scalar: unit)))
    )
    let softmax = try graph.append(.softmax, scaled)
    let probabilities = Quantizer(
      IntegerType(bits: bits, signed: false),
      scale: Scale(Rational(8, over: tokens << bits))
    )
    let p = try graph.append(.quantize(probabilities), softmax, name: "\(network.name) p")
    let real = try graph.append(.dequantize(probabilities.inverse), p)
    let mixed = try graph.append(.matmul, real, parts[2])
    let deviation = (square * 4 / Double(tokens)).squareRoot()
    let quantizer = Quantizer(type, scale: graph.scale(deviation, bits: bits))
    graph.addOutput("y", try graph.append(.quantize(quantizer), mixed, name: network.name))
    return Layer(
      kind: .attention,
      name: network.name,
      bits: bits,
      graph: graph,
      macs: 2 * count * tokens * tokens * width,
      elements: count * tokens * width
    )
  }

  private static func norm(
    _ name: String,
    _ bits: Int,
    rows: Int,
    width: Int
  ) throws(GraphError) -> Layer {
    var graph = Graph()
    let x = try graph.codes(.i(16), [1, rows, width])
    var random = SplitMix64(seed: seed)
    let gamma = (0..<width).map { _ in Float.random(in: 0.75..<1.25, using: &random) }
    let beta = (0..<width).map { _ in Float.random(in: -0.1..<0.1, using: &random) }
    let norm = try graph.append(
      .layerNorm(epsilon: 1e-6),
      x,
      try graph.append(.constant(Tensor(gamma, shape: [width]))),
      try graph.append(.constant(Tensor(beta, shape: [width])))
    )
    let quantizer = Quantizer(.i(bits), scale: graph.scale(1, bits: bits))
    graph.addOutput("y", try graph.append(.quantize(quantizer), norm, name: name))
    return Layer(kind: .norm, name: name, bits: bits, graph: graph, rows: rows, width: width)
  }

  private static func softmax(
    _ name: String,
    _ bits: Int,
    rows: Int,
    width: Int
  ) throws(GraphError) -> Layer {
    var graph = Graph()
    let x = try graph.codes(.i(16), [1, rows, width], scale: Rational(1, over: 1 << 13))
    let softmax = try graph.append(.softmax, x)
    let quantizer = Quantizer(.u(bits), scale: Scale(Rational(8, over: width << bits)))
    graph.addOutput("y", try graph.append(.quantize(quantizer), softmax, name: name))
    return Layer(kind: .softmax, name: name, bits: bits, graph: graph, rows: rows, width: width)
  }

  private static func steps(
    _ name: String,
    _ bits: Int,
    rows: Int,
    width: Int
  ) throws(GraphError) -> Layer {
    var graph = Graph()
    let x = try graph.codes(.i(16), [1, rows, width], scale: Rational(1, over: 1 << 13))
    let active = try graph.append(.function(.gelu), x)
    let quantizer = Quantizer(.u(bits), scale: Scale(Rational(4, over: 1 << bits)))
    graph.addOutput("y", try graph.append(.quantize(quantizer), active, name: name))
    return Layer(kind: .thresholds, name: name, bits: bits, graph: graph, rows: rows, width: width)
  }

  private init(kind: Kind, name: String, bits: Int, graph: Graph, rows: Int, width: Int) {
    self.init(
      kind: kind,
      name: name,
      bits: bits,
      graph: graph,
      macs: 0,
      elements: rows * width
    )
  }
}

extension Graph {
  /// The input as reals.
  fileprivate mutating func codes(
    _ type: IntegerType,
    _ shape: [Int],
    scale: Rational = .one
  ) throws(GraphError) -> Value {
    let input = Operation.input(name: Layer.input, ValueType(.integer(type), shape))
    let codes = try append(input, name: Layer.input)
    return try append(.dequantize(Dequantizer(scale: Scale(scale))), codes)
  }

  /// A quantizer's scale for normal numbers of that deviation: codes up to two deviations.
  fileprivate func scale(_ deviation: Double, bits: Int) -> Scale {
    Scale(Rational(exactly: deviation * 2 / Double(1 << (bits - 1))) ?? .one)
  }
}

extension SplitMix64 {
  /// Even draws of integers of `type`, as many below zero as above where it is signed, so that sums
  /// of products do not drift.
  mutating func codes(_ count: Int, _ type: IntegerType) -> [Int] {
    let most = type.range.upperBound
    return (0..<count).map { _ in Int.random(in: (type.isSigned ? -most : 0)...most, using: &self) }
  }
}
