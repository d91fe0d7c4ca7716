import IntaglioData
import IntaglioGraph

/// The forward pass of a Vision Transformer, layer by layer, whatever its tensors are called.
///
/// Optional parts are there when their tensors are: class, distillation and register tokens, a norm
/// before the blocks, layer scale, norms on queries and keys, a norm before or behind the pooling, a second
/// head. A dialect that says itself what there is has names for that alone, and checks that the tensors are
/// there.
struct ViTWalk<Layers: ViTLayers> {
  let geometry: ViTGeometry
  let layers: Layers
  var form = ViTForm()
  var target: CheckpointGraph

  var names: ViTNames { form.names }

  /// Builds the whole graph: input `image`, output `logits [1, classes]`, or `features [1, width]` without
  /// a head.
  ///
  /// - Throws: `ImportError`, naming the tensor that does not fit.
  mutating func build() throws(ImportError) -> Graph {
    var x = try tokens()
    for block in 0..<geometry.depth { x = try self.block(x, names.prefix(of: block)) }
    let answer = try self.answer(x)
    target.addOutput(names.head == nil ? ViTForm.features : LogitsOutput.usualName, answer)
    return target.graph
  }

  // Into tokens

  /// The image as `[1, tokens, width]`, positions added.
  private mutating func tokens() throws(ImportError) -> Value {
    let input = Operation.input(name: "image", geometry.inputType)
    let image = try target.append(input, name: "image")
    let embedded = try layers.patchEmbedding(image, names.patches, geometry, in: &target)
    let flat = try target.reshape(embedded, [1, geometry.width, geometry.patches])
    var x = try target.transpose(flat, [0, 2, 1])
    if names.positions == nil {
      x = try target.append(Node(.concat(axis: 1), try prefix() + [x]), name: Self.embedding)
    } else if geometry.embedsPrefix {
      x = try target.append(Node(.concat(axis: 1), try prefix() + [x]))
      x = try target.append(.add, x, positions(), name: Self.embedding)
    } else if geometry.prefix.isEmpty {
      x = try target.append(.add, x, positions(), name: Self.embedding)
    } else {
      x = try embeddedApart(x)
    }
    guard let name = names.preNorm, target.tensors.contains(name + ".weight") else { return x }
    return try target.layerNorm(x, name, epsilon: layers.epsilon)
  }

  /// What the tokens are called once class token and positions have joined them.
  private static var embedding: String { "embed" }

  /// The position embedding, `[1, positions, width]`.
  private mutating func positions() throws(ImportError) -> Value {
    let (name, covered) = (names.positions ?? "", geometry.embeddedPrefix)
    guard let stored = geometry.storedGrid, let resampling = form.resampling else {
      let count = geometry.patches + covered
      return try target.tokenConstant(name, count, geometry.width, names)
    }
    let count = stored[0] * stored[1]
    let all = try target.tokens(name, count + covered, geometry.width, names)
    let (first, rest) = (
      Layout.slice(axis: 1, start: 0, count: covered),
      Layout.slice(axis: 1, start: covered, count: count)
    )
    let patches = resampling.resampled(
      all.gathered(rest.sources(from: all.shape), shape: rest.shape(from: all.shape)),
      from: stored,
      to: geometry.grid
    )
    let moved = try target.append(.constant(patches), name: covered == 0 ? name : nil)
    guard covered > 0 else { return moved }
    let kept = all.gathered(first.sources(from: all.shape), shape: first.shape(from: all.shape))
    return try target.append(
      Node(.concat(axis: 1), [try target.append(.constant(kept)), moved]),
      name: name
    )
  }

  private mutating func prefix() throws(ImportError) -> [Value] {
    var parts: [Value] = []
    for token in geometry.prefix {
      parts.append(try target.tokenConstant(token.name, token.count, geometry.width, names))
    }
    return parts
  }

  /// Positions that some of the tokens in front of the patches have not.
  private mutating func embeddedApart(_ patches: Value) throws(ImportError) -> Value {
    let positions = try self.positions()
    let (covered, count) = (geometry.embeddedPrefix, geometry.patches)
    var parts = try prefix()
    guard covered > 0 else {
      let x = try target.append(.add, patches, positions)
      return try target.append(Node(.concat(axis: 1), parts + [x]), name: Self.embedding)
    }
    let first = try target.slice(positions, axis: 1, start: 0, count: covered)
    let rest = try target.slice(positions, axis: 1, start: covered, count: count)
    parts[0] = try target.append(.add, parts[0], first)
    let x = try target.append(.add, patches, rest)
    return try target.append(Node(.concat(axis: 1), parts + [x]), name: Self.embedding)
  }

  // Blocks

  /// x + scale·attention(norm1(x)), then the same with the MLP; or the norm behind either.
  private mutating func block(_ x: Value, _ name: String) throws(ImportError) -> Value {
    let parts = names.block
    var first = try attention(norm(x, name + parts.norm1, .before), name)
    first = try layerScale(norm(first, name + parts.norm1, .behind), parts.firstScale, name)
    let y = try target.append(.add, x, first, name: "\(name)\(parts.attention).residual")
    var second = try mlp(norm(y, name + parts.norm2, .before), name)
    second = try layerScale(norm(second, name + parts.norm2, .behind), parts.secondScale, name)
    return try target.append(.add, y, second, name: "\(name)\(parts.mlp).residual")
  }

  /// `x` normalized where the form normalizes at `place`.
  private mutating func norm(
    _ x: Value,
    _ name: String,
    _ place: NormOrder
  ) throws(ImportError) -> Value {
    guard form.order == place else { return x }
    return try target.layerNorm(x, name, epsilon: layers.epsilon)
  }

  private mutating func mlp(_ x: Value, _ block: String) throws(ImportError) -> Value {
    let parts = names.block
    let hidden = try layers.linear(x, block + parts.hidden, in: &target)
    let name = "\(block)\(parts.mlp).act"
    guard form.isGated else {
      let active = try layers.activation(hidden, name, in: &target)
      return try layers.linear(active, block + parts.last, in: &target)
    }
    let units = target.graph.type(of: hidden).shape.last ?? 0
    guard units % 2 == 0 else {
      throw target.tensors.mismatch(
        "\(block)\(parts.hidden).weight",
        expected: "an even number of outputs: a gate and what it opens for",
        found: "\(units)"
      )
    }
    let count = units / 2
    let gate = try target.slice(hidden, axis: 2, start: 0, count: count)
    let value = try target.slice(hidden, axis: 2, start: count, count: count)
    let open = try layers.activation(gate, name, in: &target)
    let product = try target.append(.multiply, open, value, name: "\(block)\(parts.mlp).gated")
    return try layers.linear(product, block + parts.last, in: &target)
  }

  private mutating func layerScale(
    _ x: Value,
    _ scale: String?,
    _ block: String
  ) throws(ImportError) -> Value {
    guard let scale, target.tensors.contains(block + scale) else { return x }
    return try target.append(.multiply, x, target.constant(block + scale, [geometry.width]))
  }
}

extension CheckpointGraph {
  /// The tokens `name` as a constant `[1, count, width]`, whatever axes of 1 the tensor has or lacks.
  mutating func tokenConstant(
    _ name: String,
    _ count: Int,
    _ width: Int,
    _ names: ViTNames
  ) throws(ImportError) -> Value {
    try append(.constant(tokens(name, count, width, names)), name: name)
  }

  /// The tokens `name`, `[1, count, width]`, whatever axes of 1 the tensor has or lacks.
  mutating func tokens(
    _ name: String,
    _ count: Int,
    _ width: Int,
    _ names: ViTNames
  ) throws(ImportError) -> Tensor {
    let found = try tensors.source.shape(of: name)
    let flat = count == 1 && found.count == 1 ? [width] : [count, width]
    let stored = names.areTokensFlat && found.count < 3 ? flat : [1, count, width]
    return try tensors.real(name, stored).reshaped([1, count, width])
  }
}
