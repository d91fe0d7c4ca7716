import IntaglioGraph

extension ViTWalk {
  /// The logits, `[1, classes]`, or features, `[1, width]`.
  ///
  /// LayerNorm sees one token at a time, so only the tokens in use pass through it.
  mutating func answer(_ x: Value) throws(ImportError) -> Value {
    switch form.pooling {
    case .average:
      return try head(poolNorm(mean(of: patches(x), named: "pool")), names.head)
    case .averageOfAll:
      return try head(poolNorm(mean(of: x, named: "pool")), names.head)
    case .tokenAndAverage:
      let token = try self.token(x, 0)
      let mean = try self.mean(of: patches(x), named: "pool")
      let both = try target.append(Node(.concat(axis: 1), [token, mean]))
      return try head(both, names.head)
    case .attention(let pool, let includesPrefix):
      let all = try includesPrefix ? x : patches(x)
      let normed = try finalNorm(all, names.norm)
      return try head(poolNorm(pooled(normed, pool)), names.head)
    case .token:
      let first = try head(poolNorm(token(x, 0)), names.head)
      guard let name = names.secondHead, target.tensors.contains(name + ".weight") else {
        return first
      }
      let second = try head(poolNorm(token(x, 1)), name)
      return try target.scaled(try target.append(.add, first, second), by: 0.5)
    }
  }

  private mutating func patches(_ x: Value) throws(ImportError) -> Value {
    let count = geometry.patches
    return try target.slice(x, axis: 1, start: geometry.prefixCount, count: count)
  }

  /// The mean of normalized tokens as `[1, width]`.
  private mutating func mean(of x: Value, named name: String) throws(ImportError) -> Value {
    let normed = try finalNorm(x, names.norm)
    let pooled = try target.append(.mean(axis: 1), normed, name: name)
    return try target.reshape(pooled, [1, geometry.width])
  }

  /// Token `index` as `[1, width]`, normalized.
  private mutating func token(_ x: Value, _ index: Int) throws(ImportError) -> Value {
    let token = try target.slice(x, axis: 1, start: index, count: 1)
    return try finalNorm(try target.reshape(token, [1, geometry.width]), names.norm)
  }

  private mutating func poolNorm(_ x: Value) throws(ImportError) -> Value {
    try finalNorm(x, names.poolNorm)
  }

  private mutating func finalNorm(_ x: Value, _ name: String?) throws(ImportError) -> Value {
    guard let name, target.tensors.contains(name + ".weight") else { return x }
    return try target.layerNorm(x, name, epsilon: layers.epsilon)
  }

  private mutating func head(_ x: Value, _ name: String?) throws(ImportError) -> Value {
    guard let name else { return x }
    let y = try layers.linear(x, name, in: &target)
    guard form.isPooledByTanh else { return y }
    return try target.append(.function(.tanh), y, name: "\(name).act")
  }

  // Pooling by attention

  /// One token from all of them, `[1, width]`.
  private mutating func pooled(_ x: Value, _ pool: AttentionPool) throws(ImportError) -> Value {
    let (heads, d, width) = (geometry.heads, geometry.headWidth, geometry.width)
    let (query, keysAndValues) = try projections(x, pool)
    let q = try target.reshape(query, [1, heads, 1, d])
    let count = target.graph.type(of: x).shape[1]
    let split = try target.reshape(keysAndValues, [1, count, 2, heads, d])
    let keys = try target.slice(split, axis: 2, start: 0, count: 1)
    let turnedKeys = try target.transpose(
      target.reshape(keys, [1, count, heads, d]),
      [0, 2, 3, 1]
    )
    let values = try target.slice(split, axis: 2, start: 1, count: 1)
    let turnedValues = try target.transpose(
      target.reshape(values, [1, count, heads, d]),
      [0, 2, 1, 3]
    )
    let products = try target.append(.matmul, q, turnedKeys, name: "\(pool.name).qk")
    let scores = try target.scaled(products, by: 1 / Double(d).squareRoot())
    let p = try target.append(.softmax, scores, name: "\(pool.name).softmax")
    let mixed = try target.append(.matmul, p, turnedValues, name: "\(pool.name).pv")
    let flat = try target.reshape(mixed, [1, width])
    let y = try layers.linear(flat, pool.output, in: &target)
    let normed = try target.layerNorm(y, pool.norm, epsilon: layers.epsilon)
    let hidden = try layers.linear(normed, pool.hidden, in: &target)
    let active = try layers.activation(hidden, "\(pool.name).mlp.act", in: &target)
    return try target.append(.add, y, layers.linear(active, pool.last, in: &target))
  }

  /// The query `[1, 1, width]` and keys and values `[1, tokens, 2·width]`.
  private mutating func projections(
    _ x: Value,
    _ pool: AttentionPool
  ) throws(ImportError) -> (Value, Value) {
    let width = geometry.width
    let latent = try target.constant(pool.latent, [1, 1, width])
    switch pool.projections {
    case .named(let query, let keysAndValues):
      let q = try layers.linear(latent, query, in: &target)
      let kv = try layers.linear(x, keysAndValues, in: &target)
      guard target.graph.type(of: kv).shape.last == 2 * width else {
        throw target.tensors.mismatch(
          keysAndValues + ".weight",
          expected: "\([2 * width, width])",
          found: "\(try target.tensors.source.shape(of: keysAndValues + ".weight"))"
        )
      }
      return (q, kv)
    case .stacked(let weightName, let biasName):
      let weight = try target.tensors.real(weightName, [3 * width, width]).transposed
      let bias = try target.tensors.real(biasName, [3 * width])
      func layer(
        _ x: Value,
        _ start: Int,
        _ count: Int,
        _ name: String
      ) throws(ImportError) -> Value {
        let columns = Layout.slice(axis: 1, start: start, count: count)
        let part = weight.gathered(columns.sources(from: weight.shape), shape: [width, count])
        let row = Layout.slice(axis: 0, start: start, count: count)
        let partOfBias = bias.gathered(row.sources(from: bias.shape), shape: [count])
        let y = try target.append(.matmul, x, target.append(.constant(part)), name: name)
        return try target.append(.add, y, target.append(.constant(partOfBias)))
      }
      let q = try layer(latent, 0, width, "\(pool.name).query")
      return (q, try layer(x, width, 2 * width, "\(pool.name).keys_and_values"))
    }
  }
}
