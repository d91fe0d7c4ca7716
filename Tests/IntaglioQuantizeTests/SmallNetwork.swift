import IntaglioGraph
import IntaglioNumerics

/// Small networks of kinds other than a plain Vision Transformer, with weights from a seed: an image
/// `x [1, 3, 8, 8]`, patches of 4 pixels, 8 channels, 2 heads.
enum SmallNetwork: String, CaseIterable {
  case twoHeads, meanPooling, postNorm, queryKeyNorms, rootMeanSquareNorms, mixer, weightsOnTheLeft
  case unitWeights, headWeights, convolutionInside, preparedPixels, turnedPixels, cutPixels,
    perceptron
  case windows, classAttention, latentQueries, linearAttention

  /// The model's input for pixels p: x = p/127.5 − 1.
  static func samples(_ count: Int, seed: UInt64 = 5) -> [[Float]] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      let level = generator.unit() * 60
      return (0..<192).map { position in
        let slope = Float(position % 8) * generator.unit() * 9
        return min(255, max(0, (127 + level + slope + generator.unit() * 40).rounded())) / 127.5 - 1
      }
    }
  }

  func graph(seed: UInt64 = 3) throws -> Graph {
    var builder = NetworkBuilder(seed: seed)
    try builder.build(self)
    return builder.graph
  }
}

/// Layers as exporters write them.
struct NetworkBuilder {
  var graph = Graph()
  private var generator: SplitMix64
  private static let (tokens, width, heads) = (4, 8, 2)

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  mutating func constant(_ shape: [Int], _ scale: Float, around center: Float = 0) throws -> Value {
    let numbers = (0..<shape.reduce(1, *)).map { _ in center + scale * generator.unit() }
    return try graph.append(.constant(Tensor(numbers, shape: shape)))
  }

  private mutating func layout(_ layout: Layout, _ x: Value) throws -> Value {
    try graph.append(.layout(layout), x)
  }

  private mutating func reshape(_ x: Value, _ shape: [Int]) throws -> Value {
    try layout(.reshape(shape), x)
  }

  private mutating func linear(_ x: Value, _ inputs: Int, _ outputs: Int) throws -> Value {
    let weights = try constant([inputs, outputs], 2 / Float(inputs).squareRoot())
    return try graph.append(.add, graph.append(.matmul, x, weights), constant([outputs], 0.3))
  }

  mutating func norm(_ x: Value, _ width: Int = Self.width) throws -> Value {
    let (gamma, beta) = (try constant([width], 0.5, around: 1), try constant([width], 0.3))
    return try graph.append(.layerNorm(epsilon: 1e-6), x, gamma, beta)
  }

  private mutating func rms(_ x: Value, _ width: Int = Self.width) throws -> Value {
    try graph.append(.rmsNorm(epsilon: 1e-6), x, constant([width], 0.5, around: 1))
  }

  private mutating func patches(_ x: Value, kernel: Int = 4) throws -> Value {
    let weights = try constant([Self.width, 3, kernel, kernel], 0.4)
    let embedded = try graph.append(
      .convolution(Convolution(strides: [kernel, kernel])),
      x,
      weights
    )
    let count = (8 / kernel) * (8 / kernel)
    let flat = try reshape(embedded, [1, Self.width, count])
    let tokens = try layout(.transpose([0, 2, 1]), flat)
    return try graph.append(.add, tokens, constant([1, count, Self.width], 0.3))
  }

  private mutating func heads(_ x: Value, _ batch: Int, _ tokens: Int) throws -> Value {
    let parts = try reshape(x, [batch, tokens, Self.heads, Self.width / Self.heads])
    return try layout(.transpose([0, 2, 1, 3]), parts)
  }

  private mutating func attention(
    _ q: Value,
    _ k: Value,
    _ v: Value,
    batch: Int = 1,
    tokens: Int,
    added: (inout NetworkBuilder, Value) throws -> Value = { $1 }
  ) throws -> Value {
    let keys = try layout(.transpose([0, 1, 3, 2]), k)
    let scores = try graph.append(
      .multiply,
      graph.append(.matmul, q, keys),
      constant([], 0, around: 0.5)
    )
    let softmax = try graph.append(.softmax, added(&self, scores))
    let mixed = try graph.append(.matmul, softmax, v)
    let joined = try reshape(layout(.transpose([0, 2, 1, 3]), mixed), [batch, tokens, Self.width])
    return try linear(joined, Self.width, Self.width)
  }

  private mutating func selfAttention(
    _ x: Value,
    batch: Int = 1,
    tokens: Int = Self.tokens,
    normed: (inout NetworkBuilder, Value) throws -> Value = { $1 },
    added: (inout NetworkBuilder, Value) throws -> Value = { $1 }
  ) throws -> Value {
    var parts: [Value] = []
    for index in 0..<3 {
      let part = try heads(linear(x, Self.width, Self.width), batch, tokens)
      parts.append(index < 2 ? try normed(&self, part) : part)
    }
    return try attention(
      parts[0],
      parts[1],
      parts[2],
      batch: batch,
      tokens: tokens,
      added: added
    )
  }

  private mutating func mlp(_ x: Value) throws -> Value {
    let hidden = try graph.append(.function(.gelu), linear(x, Self.width, 12))
    return try linear(hidden, 12, Self.width)
  }

  private mutating func block(_ x: Value) throws -> Value {
    let middle = try graph.append(.add, x, selfAttention(norm(x)))
    return try graph.append(.add, middle, mlp(norm(middle)))
  }

  private mutating func pooled(_ x: Value, _ width: Int = Self.width) throws -> Value {
    try reshape(graph.append(.mean(axis: 1), x), [1, width])
  }

  private mutating func head(_ x: Value, _ token: Int = 0) throws -> Value {
    let row = try reshape(layout(.slice(axis: 1, start: token, count: 1), x), [1, Self.width])
    return try linear(row, Self.width, 5)
  }

  private mutating func answer(_ x: Value) throws { graph.addOutput("logits", x) }

  mutating func build(_ kind: SmallNetwork) throws {
    let x = try graph.append(.input(name: "x", ValueType(.real, [1, 3, 8, 8])))
    switch kind {
    case .twoHeads:
      let end = try norm(block(patches(x)))
      let sum = try graph.append(.add, head(end, 0), head(end, 1))
      try answer(graph.append(.multiply, sum, constant([], 0, around: 0.5)))
    case .meanPooling: try answer(linear(pooled(norm(block(patches(x)))), Self.width, 5))
    case .postNorm:
      var y = try norm(patches(x))
      y = try norm(graph.append(.add, selfAttention(y), y))
      try answer(head(norm(graph.append(.add, mlp(y), y))))
    case .queryKeyNorms:
      let start = try patches(x)
      let y = try selfAttention(norm(start)) { try $0.norm($1, Self.width / Self.heads) }
      try answer(head(norm(graph.append(.add, start, y))))
    case .rootMeanSquareNorms:
      let start = try patches(x)
      let middle = try graph.append(.add, start, selfAttention(rms(start)))
      try answer(head(rms(graph.append(.add, middle, mlp(rms(middle))))))
    case .mixer, .weightsOnTheLeft, .unitWeights, .headWeights, .linearAttention:
      try answer(head(norm(odd(kind, patches(x)))))
    case .convolutionInside:
      let start = try block16(patches(x, kernel: 2))
      let image = try reshape(layout(.transpose([0, 2, 1]), norm(start)), [1, Self.width, 4, 4])
      let merged = try graph.append(
        .convolution(Convolution(strides: [2, 2])),
        image,
        constant([Self.width, Self.width, 2, 2], 0.3)
      )
      let tokens = try layout(.transpose([0, 2, 1]), reshape(merged, [1, Self.width, 4]))
      try answer(head(norm(block(tokens))))
    case .preparedPixels:
      let shifted = try graph.append(.subtract, x, constant([1, 3, 1, 1], 0.2))
      let scaled = try graph.append(.divide, shifted, constant([1, 3, 1, 1], 0.1, around: 0.5))
      try answer(head(norm(block(patches(scaled)))))
    case .turnedPixels:
      let last = try layout(.transpose([0, 2, 3, 1]), x)
      let scaled = try graph.append(.multiply, last, constant([3], 0.1, around: 2))
      try answer(head(norm(block(patches(layout(.transpose([0, 3, 1, 2]), scaled))))))
    case .cutPixels:
      let split = try layout(.transpose([0, 2, 4, 3, 5, 1]), reshape(x, [1, 3, 2, 4, 2, 4]))
      try answer(head(norm(block(linear(reshape(split, [1, 4, 48]), 48, Self.width)))))
    case .perceptron:
      var y = try reshape(x, [1, 192])
      for (inputs, outputs) in [(192, 16), (16, 12)] {
        y = try graph.append(.function(.relu), linear(y, inputs, outputs))
      }
      try answer(linear(y, 12, 5))
    case .windows: try answer(linear(pooled(norm(windows(patches(x, kernel: 2)))), Self.width, 5))
    case .classAttention:
      let y = try block(patches(x))
      let token = try constant([1, 1, Self.width], 1)
      let all = try norm(graph.append(.concat(axis: 1), token, y))
      let first = try layout(.slice(axis: 1, start: 0, count: 1), all)
      let attended = try attention(
        heads(linear(first, Self.width, Self.width), 1, 1),
        heads(linear(all, Self.width, Self.width), 1, 5),
        heads(linear(all, Self.width, Self.width), 1, 5),
        tokens: 1
      )
      let middle = try graph.append(.add, token, attended)
      try answer(head(norm(graph.append(.add, middle, mlp(norm(middle))))))
    case .latentQueries:
      let y = try norm(block(patches(x)))
      let attended = try attention(
        constant([1, Self.heads, 1, Self.width / Self.heads], 1.5),
        heads(linear(y, Self.width, Self.width), 1, 4),
        heads(linear(y, Self.width, Self.width), 1, 4),
        tokens: 1
      )
      try answer(head(attended))
    }
  }

  /// A block on 16 tokens: an MLP alone.
  private mutating func block16(_ x: Value) throws -> Value {
    try graph.append(.add, x, mlp(norm(x)))
  }

  /// `x` and one layer whose weights, or what it multiplies, lie otherwise than usual.
  private mutating func odd(_ kind: SmallNetwork, _ x: Value) throws -> Value {
    let (t, d, h) = (Self.tokens, Self.width, Self.heads)
    let y = try norm(x)
    let result: Value
    switch kind {
    case .mixer:
      let turned = try layout(.transpose([0, 2, 1]), y)
      let hidden = try graph.append(.function(.gelu), linear(turned, t, 6))
      result = try layout(.transpose([0, 2, 1]), linear(hidden, 6, t))
    case .weightsOnTheLeft:
      let hidden = try graph.append(
        .add,
        graph.append(.matmul, constant([6, t], 1), y),
        constant([6, 1], 0.2)
      )
      let active = try graph.append(.function(.gelu), hidden)
      result = try graph.append(.matmul, constant([t, 6], 0.8), active)
    case .unitWeights:
      result = try graph.append(.matmul, y, constant([1, d, d], 0.7))
    case .headWeights:
      let parts = try reshape(y, [1, 1, t, d])
      var factors: [Value] = []
      for _ in 0..<3 {
        factors.append(try graph.append(.matmul, parts, constant([h, d, d / h], 0.7)))
      }
      result = try attention(factors[0], factors[1], factors[2], tokens: t)
    default:
      let queries = try graph.append(.function(.relu), heads(linear(y, d, d), 1, t))
      let keys = try graph.append(.function(.relu), heads(linear(y, d, d), 1, t))
      let turned = try layout(.transpose([0, 1, 3, 2]), keys)
      let memory = try graph.append(.matmul, turned, heads(linear(y, d, d), 1, t))
      let mixed = try graph.append(.matmul, queries, memory)
      result = try linear(reshape(layout(.transpose([0, 2, 1, 3]), mixed), [1, t, d]), d, d)
    }
    return try graph.append(.add, x, result)
  }

  /// Attention in four shifted windows of 2 × 2 of 4 × 4 tokens, with a bias for every place and a mask.
  private mutating func windows(_ x: Value) throws -> Value {
    let d = Self.width
    func rolled(_ y: Value, _ shift: Int, _ builder: inout NetworkBuilder) throws -> Value {
      var y = y
      for axis in [1, 2] {
        let tail = try builder.layout(.slice(axis: axis, start: shift, count: 4 - shift), y)
        let first = try builder.layout(.slice(axis: axis, start: 0, count: shift), y)
        y = try builder.graph.append(.concat(axis: axis), tail, first)
      }
      return y
    }
    let grid = try rolled(reshape(norm(x), [1, 4, 4, d]), 1, &self)
    let split = try layout(.transpose([0, 1, 3, 2, 4, 5]), reshape(grid, [1, 2, 2, 2, 2, d]))
    let bias = try constant([1, Self.heads, 4, 4], 0.5)
    let mask = Tensor((0..<64).map { $0 % 5 == 0 ? -100 : 0 } as [Float], shape: [1, 4, 1, 4, 4])
    let attended = try selfAttention(reshape(split, [4, 4, d]), batch: 4) { builder, scores in
      let biased = try builder.graph.append(.add, scores, bias)
      let outer = try builder.reshape(biased, [1, 4, Self.heads, 4, 4])
      let masked = try builder.graph.append(.add, outer, builder.graph.append(.constant(mask)))
      return try builder.reshape(masked, [4, Self.heads, 4, 4])
    }
    let parts = try layout(.transpose([0, 1, 3, 2, 4, 5]), reshape(attended, [1, 2, 2, 2, 2, d]))
    let back = try rolled(reshape(parts, [1, 4, 4, d]), 3, &self)
    let middle = try graph.append(.add, x, reshape(back, [1, 16, d]))
    return try graph.append(.add, middle, mlp(norm(middle)))
  }
}
