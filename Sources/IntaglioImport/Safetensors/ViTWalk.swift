import IntaglioData
import IntaglioGraph

/// The forward pass of a Vision Transformer with timm's tensor names, layer by layer.
///
/// Optional parts are there when their tensors are: class, distillation and register tokens, a norm
/// before the blocks (`norm_pre`), layer scale (`ls1`, `ls2`), norms on queries and keys, `norm` or
/// `fc_norm` at the end, a second head (`head_dist`).
struct ViTWalk<Layers: ViTLayers> {
  let geometry: ViTGeometry
  let layers: Layers
  let pooling: Pooling
  var target: CheckpointGraph

  /// Builds the whole graph: input `image`, output `logits [1, classes]`.
  ///
  /// - Throws: `ImportError`, naming the tensor that does not fit.
  mutating func build() throws(ImportError) -> Graph {
    var x = try tokens()
    for block in 0..<geometry.depth { x = try self.block(x, "blocks.\(block)") }
    target.addOutput("logits", try logits(x))
    return target.graph
  }

  // Into tokens

  /// The image as `[1, tokens, width]`, positions added.
  private mutating func tokens() throws(ImportError) -> Value {
    let input = Operation.input(name: "image", geometry.inputType)
    let image = try target.append(input, name: "image")
    let embedded = try layers.patchEmbedding(image, geometry, in: &target)
    let flat = try target.reshape(embedded, [1, geometry.width, geometry.patches])
    var x = try target.transpose(flat, [0, 2, 1])
    if geometry.embedsPrefix {
      x = try addPositions(try prepended(x), geometry.tokens, name: Self.embedding)
    } else {
      let last = geometry.prefix.isEmpty ? Self.embedding : nil
      x = try prepended(try addPositions(x, geometry.patches, name: last), name: Self.embedding)
    }
    guard target.tensors.contains("norm_pre.weight") else { return x }
    return try target.layerNorm(x, "norm_pre", epsilon: layers.epsilon)
  }

  /// What the tokens are called once class token and positions have joined them.
  private static var embedding: String { "embed" }

  private mutating func addPositions(
    _ x: Value,
    _ count: Int,
    name: String?
  ) throws(ImportError) -> Value {
    let positions = try target.constant("pos_embed", [1, count, geometry.width])
    return try target.append(.add, x, positions, name: name)
  }

  private mutating func prepended(
    _ x: Value,
    name: String? = nil
  ) throws(ImportError) -> Value {
    if geometry.prefix.isEmpty { return x }
    var parts: [Value] = []
    for token in geometry.prefix {
      parts.append(try target.constant(token.name, [1, token.count, geometry.width]))
    }
    return try target.append(Node(.concat(axis: 1), parts + [x]), name: name)
  }

  // Blocks

  /// x + scale·attention(norm1(x)), then the same with the MLP.
  private mutating func block(_ x: Value, _ name: String) throws(ImportError) -> Value {
    let norm1 = try target.layerNorm(x, "\(name).norm1", epsilon: layers.epsilon)
    let attended = try attention(norm1, "\(name).attn")
    let first = try layerScale(attended, "\(name).ls1.gamma")
    let y = try target.append(.add, x, first, name: "\(name).attn.residual")
    let norm2 = try target.layerNorm(y, "\(name).norm2", epsilon: layers.epsilon)
    let hidden = try layers.linear(norm2, "\(name).mlp.fc1", in: &target)
    let active = try layers.activation(hidden, "\(name).mlp.act", in: &target)
    let output = try layers.linear(active, "\(name).mlp.fc2", in: &target)
    let second = try layerScale(output, "\(name).ls2.gamma")
    return try target.append(.add, y, second, name: "\(name).mlp.residual")
  }

  private mutating func layerScale(_ x: Value, _ name: String) throws(ImportError) -> Value {
    guard target.tensors.contains(name) else { return x }
    return try target.append(.multiply, x, target.constant(name, [geometry.width]))
  }

  /// softmax(q·kᵀ / √d)·v per head, then `proj`.
  private mutating func attention(_ x: Value, _ name: String) throws(ImportError) -> Value {
    let (tokens, heads, d) = (geometry.tokens, geometry.heads, geometry.headWidth)
    let joint = try layers.linear(x, "\(name).qkv", in: &target)
    guard target.graph.type(of: joint).shape == [1, tokens, 3 * geometry.width] else {
      let shape = try target.tensors.shape("\(name).qkv.weight", rank: 2)
      throw target.tensors.mismatch(
        "\(name).qkv.weight",
        expected: "\([3 * geometry.width, geometry.width])",
        found: "\(shape)"
      )
    }
    let split = try target.reshape(joint, [1, tokens, 3, heads, d])
    let turned = try target.transpose(split, [2, 0, 3, 1, 4])
    var parts: [Value] = []
    for index in 0..<3 {
      let part = try target.slice(turned, axis: 0, start: index, count: 1)
      parts.append(try target.reshape(part, [1, heads, tokens, d]))
    }
    let q = try operand(parts[0], name, norm: layers.queryNorm, "q_act")
    let k = try operand(parts[1], name, norm: layers.keyNorm, "k_act")
    let v = try operand(parts[2], name, norm: nil, "v_act")
    let keys = try target.transpose(k, [0, 1, 3, 2])
    let products = try target.append(.matmul, q, keys, name: "\(name).qk")
    let scores = try target.scaled(products, by: 1 / Double(d).squareRoot())
    let softmax = try target.append(.softmax, scores, name: "\(name).softmax")
    let p = try operand(softmax, name, norm: nil, "attn_act")
    let mixed = try target.append(.matmul, p, v, name: "\(name).pv")
    let together = try target.transpose(mixed, [0, 2, 1, 3])
    let flat = try target.reshape(together, [1, tokens, geometry.width])
    return try layers.linear(flat, "\(name).proj", in: &target)
  }

  private mutating func operand(
    _ x: Value,
    _ name: String,
    norm: HeadNorm?,
    _ quantizer: String
  ) throws(ImportError) -> Value {
    var x = x
    if let norm, target.tensors.contains("\(name).\(norm.name).weight") {
      x = try target.layerNorm(x, "\(name).\(norm.name)", epsilon: norm.epsilon)
    }
    return try layers.attentionOperand(x, "\(name).\(quantizer)", in: &target)
  }

  // Out of tokens

  /// The logits, `[1, classes]`.
  ///
  /// LayerNorm sees one token at a time, so only the tokens in use pass through it.
  private mutating func logits(_ x: Value) throws(ImportError) -> Value {
    switch pooling {
    case .average:
      let count = geometry.patches
      let all = try target.slice(x, axis: 1, start: geometry.prefixCount, count: count)
      let pooled = try target.append(.mean(axis: 1), finalNorm(all, "norm"), name: "pool")
      let flat = try target.reshape(pooled, [1, geometry.width])
      return try head(try finalNorm(flat, "fc_norm"), "head")
    case .token:
      let first = try head(try token(x, 0), "head")
      guard target.tensors.contains("head_dist.weight") else { return first }
      let second = try head(try token(x, 1), "head_dist")
      return try target.scaled(try target.append(.add, first, second), by: 0.5)
    }
  }

  /// Token `index` as `[1, width]`, normalised.
  private mutating func token(_ x: Value, _ index: Int) throws(ImportError) -> Value {
    let token = try target.slice(x, axis: 1, start: index, count: 1)
    let flat = try target.reshape(token, [1, geometry.width])
    return try finalNorm(try finalNorm(flat, "norm"), "fc_norm")
  }

  private mutating func finalNorm(_ x: Value, _ name: String) throws(ImportError) -> Value {
    guard target.tensors.contains("\(name).weight") else { return x }
    return try target.layerNorm(x, name, epsilon: layers.epsilon)
  }

  private mutating func head(_ x: Value, _ name: String) throws(ImportError) -> Value {
    try layers.linear(x, name, in: &target)
  }
}
