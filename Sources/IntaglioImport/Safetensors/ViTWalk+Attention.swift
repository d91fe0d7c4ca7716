import IntaglioGraph

extension ViTWalk {
  /// softmax(q·kᵀ / √d + bias)·v per head, then the output layer; `block` is the block's name with a dot.
  mutating func attention(_ x: Value, _ block: String) throws(ImportError) -> Value {
    let (tokens, d) = (geometry.tokens, geometry.headWidth)
    let name = block + names.block.attention
    let parts = try queriesKeysValues(x, block)
    let q = try operand(parts[0], name, norm: layers.queryNorm, "q_act")
    let k = try operand(parts[1], name, norm: layers.keyNorm, "k_act")
    let v = try operand(parts[2], name, norm: nil, "v_act")
    let keys = try target.transpose(k, [0, 1, 3, 2])
    let products = try target.append(.matmul, q, keys, name: "\(name).qk")
    var scores = try target.scaled(products, by: 1 / Double(d).squareRoot())
    scores = try biased(scores, names.block.bias.map { block + $0 })
    scores = try biased(scores, names.sharedBias)
    let softmax = try target.append(.softmax, scores, name: "\(name).softmax")
    let p = try operand(softmax, name, norm: nil, "attn_act")
    let mixed = try target.append(.matmul, p, v, name: "\(name).pv")
    let together = try target.transpose(mixed, [0, 2, 1, 3])
    let flat = try target.reshape(together, [1, tokens, geometry.width])
    return try layers.linear(flat, block + names.block.output, in: &target)
  }

  /// Each `[1, heads, tokens, head width]`.
  private mutating func queriesKeysValues(
    _ x: Value,
    _ block: String
  ) throws(ImportError) -> [Value] {
    let (tokens, heads, d) = (geometry.tokens, geometry.heads, geometry.headWidth)
    switch names.block.projections {
    case .separate(let query, let key, let value):
      var parts: [Value] = []
      for layer in [query, key, value] {
        let one = try layers.linear(x, block + layer, in: &target)
        try requireWidth(one, 1, block + layer)
        let split = try target.reshape(one, [1, tokens, heads, d])
        parts.append(try target.transpose(split, [0, 2, 1, 3]))
      }
      return parts
    case .joint(let layer):
      return try split(try layers.linear(x, block + layer, in: &target), block + layer)
    case .jointWithout(let layer, let queryBias, let valueBias):
      let joint = try layers.linear(x, block + layer, in: &target)
      guard target.tensors.contains(block + queryBias) else {
        return try split(joint, block + layer)
      }
      let width = geometry.width
      let bias =
        try target.tensors.real(block + queryBias, [width]).floats
        + [Float](repeating: 0, count: width)
        + target.tensors.real(block + valueBias, [width]).floats
      let constant = Tensor(bias, shape: [3 * width])
      try requireWidth(joint, 3, block + layer)
      let sum = try target.append(.add, joint, target.append(.constant(constant)))
      return try split(sum, block + layer)
    }
  }

  /// `[1, tokens, 3·width]` in three.
  private mutating func split(_ joint: Value, _ layer: String) throws(ImportError) -> [Value] {
    let (tokens, heads, d) = (geometry.tokens, geometry.heads, geometry.headWidth)
    try requireWidth(joint, 3, layer)
    let split = try target.reshape(joint, [1, tokens, 3, heads, d])
    let turned = try target.transpose(split, [2, 0, 3, 1, 4])
    var parts: [Value] = []
    for index in 0..<3 {
      let part = try target.slice(turned, axis: 0, start: index, count: 1)
      parts.append(try target.reshape(part, [1, heads, tokens, d]))
    }
    return parts
  }

  private func requireWidth(_ x: Value, _ times: Int, _ layer: String) throws(ImportError) {
    let (tokens, width) = (geometry.tokens, geometry.width)
    guard target.graph.type(of: x).shape != [1, tokens, times * width] else { return }
    let shape = try target.tensors.shape(layer + ".weight", rank: 2)
    throw target.tensors.mismatch(
      layer + ".weight",
      expected: "\([times * width, width])",
      found: "\(shape)"
    )
  }

  /// Scores with what the table `name` adds for the distance of two tokens, where it is there.
  private mutating func biased(_ scores: Value, _ name: String?) throws(ImportError) -> Value {
    guard let name else { return scores }
    let positions = RelativePositions(rows: geometry.grid[0], columns: geometry.grid[1])
    let shape = [positions.classTableCount, geometry.heads]
    let table = try target.tensors.real(name, shape)
    let bias = positions.bias(table, withClassToken: true)
    return try target.append(.add, scores, target.append(.constant(bias), name: name))
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
}
