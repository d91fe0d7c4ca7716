import IntaglioGraph
import IntaglioNumerics

/// A Transformer of one block and a classifier, on 5 tokens of 6 channels in 2 heads, with weights from
/// a seed; as importers give it, and with numbers of the size that trained models have.
struct SmallTransformer {
  static let (tokens, width, heads, classes) = (5, 6, 2, 4)
  let graph: Graph
  private(set) var softmax: Value
  private(set) var weighted: Value
  private(set) var fc1: Value
  private(set) var fc2: Value

  init(seed: UInt64 = 1) throws {
    var builder = Builder(seed: seed)
    let (t, d, h) = (Self.tokens, Self.width, Self.heads)
    let x = try builder.graph.append(.input(name: "x", ValueType(.real, [1, t, d])))
    let norm1 = try builder.norm(x, "norm1")
    let qkv = try builder.linear(norm1, d, 3 * d, "qkv")
    func head(_ index: Int, _ builder: inout Builder) throws -> Value {
      let slice = try builder.graph.append(
        .layout(.slice(axis: 2, start: index * d, count: d)),
        qkv
      )
      let parts = try builder.graph.append(.layout(.reshape([1, t, h, d / h])), slice)
      return try builder.graph.append(.layout(.transpose([0, 2, 1, 3])), parts)
    }
    let (q, k, v) = (
      try head(0, &builder), try head(1, &builder), try head(2, &builder)
    )
    let keys = try builder.graph.append(.layout(.transpose([0, 1, 3, 2])), k)
    let scores = try builder.graph.append(.matmul, q, keys, name: "qk")
    let half = try builder.graph.append(.constant(Tensor(scalar: 0.5)))
    let scaled = try builder.graph.append(.multiply, scores, half)
    softmax = try builder.graph.append(.softmax, scaled, name: "softmax")
    weighted = try builder.graph.append(.matmul, softmax, v, name: "pv")
    let turned = try builder.graph.append(.layout(.transpose([0, 2, 1, 3])), weighted)
    let joined = try builder.graph.append(.layout(.reshape([1, t, d])), turned)
    let proj = try builder.linear(joined, d, d, "proj")
    let middle = try builder.graph.append(.add, x, proj, name: "residual")
    let norm2 = try builder.norm(middle, "norm2")
    let hidden = try builder.linear(norm2, d, 8, "fc1")
    fc1 = builder.last
    let active = try builder.graph.append(.function(.gelu), hidden)
    let out = try builder.linear(active, 8, d, "fc2")
    fc2 = builder.last
    let end = try builder.graph.append(.add, middle, out)
    let norm = try builder.norm(end, "norm")
    let first = try builder.graph.append(.layout(.slice(axis: 1, start: 0, count: 1)), norm)
    let row = try builder.graph.append(.layout(.reshape([1, d])), first)
    let logits = try builder.linear(row, d, Self.classes, "head")
    builder.graph.addOutput("logits", logits)
    graph = builder.graph
  }

  /// Inputs from a seed, of unequal channels.
  static func samples(_ count: Int, seed: UInt64 = 9) -> [[Float]] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      (0..<tokens * width).map { generator.unit() * Float(1 + $0 % width) }
    }
  }

  private struct Builder {
    var graph = Graph()
    var generator: SplitMix64
    var last = Value(index: 0)

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    mutating func constant(_ shape: [Int], _ scale: Float, around center: Float = 0) throws -> Value
    {
      let numbers = (0..<shape.reduce(1, *)).map { _ in center + scale * generator.unit() }
      return try graph.append(.constant(Tensor(numbers, shape: shape)))
    }

    mutating func norm(_ x: Value, _ name: String) throws -> Value {
      let gamma = try constant([SmallTransformer.width], 0.5, around: 1)
      let beta = try constant([SmallTransformer.width], 0.5)
      return try graph.append(.layerNorm(epsilon: 1e-6), x, gamma, beta, name: name)
    }

    mutating func linear(_ x: Value, _ inputs: Int, _ outputs: Int, _ name: String) throws -> Value
    {
      let weights = try constant([inputs, outputs], 0.7)
      let bias = try constant([outputs], 0.3)
      last = try graph.append(.matmul, x, weights, name: name)
      return try graph.append(.add, last, bias)
    }
  }
}

extension SplitMix64 {
  /// Between −1 and 1.
  mutating func unit() -> Float { Float(Double(next() >> 11) * 0x1p-52 - 1) }
}
