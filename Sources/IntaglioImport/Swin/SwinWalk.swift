import IntaglioData
import IntaglioGraph

/// The forward pass of a Swin Transformer: attention within windows, which every other block shifts by half
/// a window around the edges, and four neighbours merged into one between stages.
struct SwinWalk {
  let geometry: SwinGeometry
  let layers: FloatLayers
  /// Of the norms in front of a reduction.
  let mergingEpsilon: Double
  let names: SwinNames
  var target: CheckpointGraph

  /// Builds the whole graph: input `image`, output `logits [1, classes]`, or `features [1, width]`.
  ///
  /// - Throws: `ImportError`, naming the tensor that does not fit.
  mutating func build() throws(ImportError) -> Graph {
    guard let first = geometry.stages.first, let last = geometry.stages.last else {
      throw target.tensors.mismatch(names.patches, expected: "stages behind it", found: "none")
    }
    let type = ValueType(.real, [1, geometry.channels] + geometry.image)
    let image = try target.append(.input(name: "image", type), name: "image")
    let shape = [first.width, geometry.channels] + geometry.patch
    let embedded = try target.patchEmbedding(image, names.patches, shape)
    let count = first.grid[0] * first.grid[1]
    let flat = try target.reshape(embedded, [1, first.width, count])
    var x = try target.transpose(flat, [0, 2, 1])
    if target.tensors.contains(names.patchNorm + ".weight") {
      x = try target.layerNorm(x, names.patchNorm, epsilon: layers.epsilon)
    }
    for (index, stage) in geometry.stages.enumerated() {
      if let merging = stage.merging { x = try merged(x, stage, names.merging(merging)) }
      for block in 0..<stage.depth { x = try self.block(x, stage, index, block) }
    }
    x = try target.layerNorm(x, names.norm, epsilon: layers.epsilon)
    x = try target.append(.mean(axis: 1), x, name: "pool")
    x = try target.reshape(x, [1, last.width])
    if let head = names.head { x = try layers.linear(x, head, in: &target) }
    target.addOutput(names.head == nil ? ViTForm.features : LogitsOutput.usualName, x)
    return target.graph
  }

  /// `[1, 4·tokens, width]` → `[1, tokens, stage.width]`: four neighbours side by side, those of a column
  /// together.
  private mutating func merged(
    _ x: Value,
    _ stage: SwinGeometry.Stage,
    _ name: String
  ) throws(ImportError) -> Value {
    let (rows, columns) = (stage.grid[0], stage.grid[1])
    let width = target.graph.type(of: x).shape.last ?? 0
    let split = try target.reshape(x, [1, rows, 2, columns, 2, width])
    let turned = try target.transpose(split, [0, 1, 3, 4, 2, 5])
    let four = try target.reshape(turned, [1, rows * columns, 4 * width])
    let normed = try target.layerNorm(four, name + "norm", epsilon: mergingEpsilon)
    return try layers.linear(normed, name + "reduction", in: &target)
  }

  private mutating func block(
    _ x: Value,
    _ stage: SwinGeometry.Stage,
    _ index: Int,
    _ block: Int
  ) throws(ImportError) -> Value {
    let (parts, name) = (names.block, names.prefix(index, block))
    // Where one window is all there is, nothing is shifted.
    let isWhole = stage.grid.contains(stage.window)
    let shift = block % 2 == 0 || isWhole ? 0 : stage.window / 2
    let norm1 = try target.layerNorm(x, name + parts.norm1, epsilon: layers.epsilon)
    let windows = try self.windows(norm1, stage, shift)
    let attended = try attention(windows, stage, shift, name)
    let back = try tokens(attended, stage, shift)
    let y = try target.append(.add, x, back, name: "\(name)\(parts.attention).residual")
    let norm2 = try target.layerNorm(y, name + parts.norm2, epsilon: layers.epsilon)
    let hidden = try layers.linear(norm2, name + parts.hidden, in: &target)
    let active = try layers.activation(hidden, "\(name)\(parts.mlp).act", in: &target)
    let output = try layers.linear(active, name + parts.last, in: &target)
    return try target.append(.add, y, output, name: "\(name)\(parts.mlp).residual")
  }

  // Windows

  /// `[1, tokens, width]` → `[windows, window², width]`, everything moved up and left by `shift` before.
  private mutating func windows(
    _ x: Value,
    _ stage: SwinGeometry.Stage,
    _ shift: Int
  ) throws(ImportError) -> Value {
    let (rows, columns, w) = (stage.grid[0], stage.grid[1], stage.window)
    var grid = try target.reshape(x, [1, rows, columns, stage.width])
    grid = try rolled(rolled(grid, axis: 1, by: shift), axis: 2, by: shift)
    let split = try target.reshape(grid, [rows / w, w, columns / w, w, stage.width])
    let turned = try target.transpose(split, [0, 2, 1, 3, 4])
    return try target.reshape(turned, [rows / w * (columns / w), w * w, stage.width])
  }

  /// The way back.
  private mutating func tokens(
    _ x: Value,
    _ stage: SwinGeometry.Stage,
    _ shift: Int
  ) throws(ImportError) -> Value {
    let (rows, columns, w) = (stage.grid[0], stage.grid[1], stage.window)
    let split = try target.reshape(x, [rows / w, columns / w, w, w, stage.width])
    let turned = try target.transpose(split, [0, 2, 1, 3, 4])
    var grid = try target.reshape(turned, [1, rows, columns, stage.width])
    let back = shift == 0 ? (0, 0) : (rows - shift, columns - shift)
    grid = try rolled(rolled(grid, axis: 1, by: back.0), axis: 2, by: back.1)
    return try target.reshape(grid, [1, rows * columns, stage.width])
  }

  /// The first `count` of an axis moved to its end.
  private mutating func rolled(
    _ x: Value,
    axis: Int,
    by count: Int
  ) throws(ImportError) -> Value {
    if count == 0 { return x }
    let extent = target.graph.type(of: x).shape[axis]
    let first = try target.slice(x, axis: axis, start: 0, count: count)
    let rest = try target.slice(x, axis: axis, start: count, count: extent - count)
    return try target.append(Node(.concat(axis: axis), [rest, first]))
  }

  // Attention

  private mutating func attention(
    _ x: Value,
    _ stage: SwinGeometry.Stage,
    _ shift: Int,
    _ block: String
  ) throws(ImportError) -> Value {
    let count = target.graph.type(of: x).shape[0]
    let (tokens, heads, d) = (stage.window * stage.window, stage.heads, stage.width / stage.heads)
    let name = block + names.block.attention
    let parts = try queriesKeysValues(x, stage, block)
    let keys = try target.transpose(parts[1], [0, 1, 3, 2])
    let products = try target.append(.matmul, parts[0], keys, name: "\(name).qk")
    var scores = try target.scaled(products, by: 1 / Double(d).squareRoot())
    let positions = RelativePositions(rows: stage.window, columns: stage.window)
    let tableName = block + (names.block.bias ?? "")
    let table = try target.tensors.real(tableName, [positions.tableCount, heads])
    let bias = positions.bias(table, withClassToken: false)
    scores = try target.append(.add, scores, target.append(.constant(bias), name: tableName))
    if shift > 0 {
      let mask = WindowMask(grid: stage.grid, window: stage.window, shift: shift).tensor
      scores = try target.append(.add, scores, target.append(.constant(mask)))
    }
    let p = try target.append(.softmax, scores, name: "\(name).softmax")
    let mixed = try target.append(.matmul, p, parts[2], name: "\(name).pv")
    let together = try target.transpose(mixed, [0, 2, 1, 3])
    let flat = try target.reshape(together, [count, tokens, stage.width])
    return try layers.linear(flat, block + names.block.output, in: &target)
  }

  /// Each `[windows, heads, tokens, head width]`.
  private mutating func queriesKeysValues(
    _ x: Value,
    _ stage: SwinGeometry.Stage,
    _ block: String
  ) throws(ImportError) -> [Value] {
    let (count, tokens) = (target.graph.type(of: x).shape[0], stage.window * stage.window)
    let (heads, d) = (stage.heads, stage.width / stage.heads)
    var parts: [Value] = []
    switch names.block.projections {
    case .separate(let query, let key, let value):
      for layer in [query, key, value] {
        let one = try layers.linear(x, block + layer, in: &target)
        try requireWidth(one, stage.width, block + layer)
        let split = try target.reshape(one, [count, tokens, heads, d])
        parts.append(try target.transpose(split, [0, 2, 1, 3]))
      }
    case .joint(let layer), .jointWithout(let layer, _, _):
      let joint = try layers.linear(x, block + layer, in: &target)
      try requireWidth(joint, 3 * stage.width, block + layer)
      let split = try target.reshape(joint, [count, tokens, 3, heads, d])
      let turned = try target.transpose(split, [2, 0, 3, 1, 4])
      for index in 0..<3 {
        let part = try target.slice(turned, axis: 0, start: index, count: 1)
        parts.append(try target.reshape(part, [count, heads, tokens, d]))
      }
    }
    return parts
  }

  private func requireWidth(_ x: Value, _ width: Int, _ layer: String) throws(ImportError) {
    guard target.graph.type(of: x).shape.last != width else { return }
    throw target.tensors.mismatch(
      layer + ".weight",
      expected: "\(width) outputs",
      found: "\(try target.tensors.source.shape(of: layer + ".weight"))"
    )
  }
}
