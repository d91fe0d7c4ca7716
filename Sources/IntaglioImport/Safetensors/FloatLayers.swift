import IntaglioGraph

/// Layers in real numbers: timm's and Hugging Face's.
struct FloatLayers: ViTLayers {
  let epsilon: Double
  let function: Activation

  var queryNorm: HeadNorm { HeadNorm(name: "q_norm", epsilon: epsilon) }
  var keyNorm: HeadNorm { HeadNorm(name: "k_norm", epsilon: epsilon) }

  func patchEmbedding(
    _ image: Value,
    _ name: String,
    _ geometry: ViTGeometry,
    in target: inout CheckpointGraph
  ) throws(ImportError) -> Value {
    let shape = [geometry.width, geometry.channels] + geometry.patch
    return try target.patchEmbedding(image, name, shape)
  }

  func linear(
    _ x: Value,
    _ name: String,
    in target: inout CheckpointGraph
  ) throws(ImportError) -> Value {
    let (inputs, outputs) = try target.linearExtents(x, name)
    let weight = try target.tensors.real(name + ".weight", [outputs, inputs])
    let turned = try target.append(.constant(weight.transposed), name: name + ".weight")
    let y = try target.append(.matmul, x, turned, name: name)
    return try target.addingBias(y, name + ".bias", outputs)
  }

  func attentionOperand(
    _ x: Value,
    _ name: String,
    in target: inout CheckpointGraph
  ) throws(ImportError) -> Value { x }

  func activation(
    _ x: Value,
    _ name: String,
    in target: inout CheckpointGraph
  ) throws(ImportError) -> Value {
    try target.activation(function, x, name: name)
  }
}

extension CheckpointGraph {
  /// `image [1, c, height, width]` → `[1, o, rows, columns]` by windows side by side, whose weight has the
  /// given shape `[o, c, h, w]`.
  mutating func patchEmbedding(
    _ image: Value,
    _ name: String,
    _ shape: [Int]
  ) throws(ImportError) -> Value {
    let weight = try constant(name + ".weight", shape)
    let window = Convolution(strides: Array(shape.suffix(2)))
    let y = try append(.convolution(window), image, weight, name: name)
    return try addingChannelBias(y, name + ".bias", shape[0])
  }

  /// The inputs that `x` offers and the outputs that `name.weight` has.
  ///
  /// - Throws: `ImportError` when the weight is no matrix of that many inputs.
  func linearExtents(
    _ x: Value,
    _ name: String
  ) throws(ImportError) -> (inputs: Int, outputs: Int) {
    let inputs = graph.type(of: x).shape.last ?? 0
    let shape = try tensors.shape(name + ".weight", rank: 2)
    guard shape[1] == inputs else {
      throw tensors.mismatch(
        name + ".weight",
        expected: "[outputs, \(inputs)]",
        found: "\(shape)"
      )
    }
    return (inputs, shape[0])
  }

  /// x + the tensor `name` along axis 1 of `[1, count, rows, columns]`; `x` where there is none.
  mutating func addingChannelBias(
    _ x: Value,
    _ name: String,
    _ count: Int
  ) throws(ImportError) -> Value {
    guard tensors.contains(name) else { return x }
    let bias = try tensors.real(name, [count]).reshaped([count, 1, 1])
    return try append(.add, x, append(.constant(bias), name: name))
  }
}

extension Tensor {
  /// `[m, n]` → `[n, m]`.
  /// - Precondition: the tensor has two axes.
  var transposed: Tensor {
    let layout = Layout.transpose([1, 0])
    return gathered(layout.sources(from: shape), shape: layout.shape(from: shape))
  }
}
