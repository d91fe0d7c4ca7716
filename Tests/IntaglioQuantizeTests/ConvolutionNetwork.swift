import IntaglioGraph
import IntaglioNumerics

/// Small networks with convolutions of every geometry, weights from a seed: an image `x [1, 3, 8, 8]`, tokens
/// of 8 channels at the end.
enum ConvolutionNetwork: String, CaseIterable {
  /// Two padded 3 × 3 convolutions of stride 2.
  case paddedStem
  /// Windows that overlap and are not padded, of pixels and inside.
  case overlapping
  /// Grouped pixels, then two groups padded on two sides alone.
  case grouped
  /// An inverted residual: pointwise, depthwise, pointwise, around it the stream.
  case depthwise
  /// Dilated windows and a strided pointwise convolution.
  case dilated
  /// A padded convolution behind a LayerNorm, joining the residual stream of an MLP.
  case behindNorm

  func graph(seed: UInt64 = 3) throws -> Graph {
    var builder = NetworkBuilder(seed: seed)
    let x = try builder.graph.append(.input(name: "x", ValueType(.real, [1, 3, 8, 8])))
    let image = try body(x, &builder)
    let shape = builder.graph.type(of: image).shape
    let flat = Layout.reshape([1, shape[1], shape[2] * shape[3]])
    let columns = try builder.graph.append(.layout(flat), image)
    let tokens = try builder.graph.append(.layout(.transpose([0, 2, 1])), columns)
    let mean = try builder.graph.append(.mean(axis: 1), builder.norm(tokens, shape[1]))
    let row = try builder.graph.append(.layout(.reshape([1, shape[1]])), mean)
    let weights = try builder.constant([shape[1], 5], 0.7)
    let sums = try builder.graph.append(.matmul, row, weights, name: "head")
    let logits = try builder.graph.append(.add, sums, builder.constant([5], 0.3))
    builder.graph.addOutput("logits", logits)
    return builder.graph
  }

  private func body(_ x: Value, _ builder: inout NetworkBuilder) throws -> Value {
    let half = Convolution(strides: [2, 2], padding: [1, 1, 1, 1])
    let same = Convolution(strides: [1, 1], padding: [1, 1, 1, 1])
    switch self {
    case .paddedStem:
      let y = try builder.active(.relu, builder.convolution(x, [8, 3, 3, 3], half, "stem"))
      return try builder.convolution(y, [8, 8, 3, 3], half, "inner")
    case .overlapping:
      let stem = Convolution(strides: [2, 2])
      let y = try builder.active(.gelu, builder.convolution(x, [8, 3, 4, 4], stem, "stem"))
      return try builder.convolution(y, [8, 8, 2, 2], Convolution(strides: [1, 1]), "inner")
    case .grouped:
      let stem = Convolution(strides: [2, 2], groups: 3)
      let y = try builder.active(.hardSwish, builder.convolution(x, [6, 1, 2, 2], stem, "stem"))
      let two = Convolution(strides: [1, 1], padding: [1, 0, 1, 0], groups: 2)
      return try builder.convolution(y, [8, 3, 3, 2], two, "inner")
    case .depthwise:
      let y = try builder.convolution(x, [8, 3, 3, 3], half, "stem")
      let point = Convolution(strides: [1, 1])
      let each = Convolution(strides: [1, 1], padding: [1, 1, 1, 1], groups: 16)
      let wide = try builder.active(.relu, builder.convolution(y, [16, 8, 1, 1], point, "wide"))
      let deep = try builder.active(.relu, builder.convolution(wide, [16, 1, 3, 3], each, "depth"))
      let narrow = try builder.convolution(deep, [8, 16, 1, 1], point, "narrow")
      return try builder.graph.append(.add, y, narrow)
    case .dilated:
      let y = try builder.active(.relu, builder.convolution(x, [8, 3, 3, 3], same, "stem"))
      let dilated = Convolution(strides: [1, 1], padding: [1, 1, 1, 1], dilations: [2, 2])
      let z = try builder.active(.relu, builder.convolution(y, [8, 8, 2, 2], dilated, "inner"))
      return try builder.convolution(z, [8, 8, 1, 1], Convolution(strides: [2, 2]), "point")
    case .behindNorm:
      let y = try builder.convolution(x, [8, 3, 3, 3], half, "stem")
      let last = try builder.graph.append(.layout(.transpose([0, 2, 3, 1])), y)
      let normed = try builder.norm(last, 8)
      let image = try builder.graph.append(.layout(.transpose([0, 3, 1, 2])), normed)
      let z = try builder.convolution(image, [8, 8, 3, 3], same, "inner")
      return try builder.graph.append(.add, y, z)
    }
  }
}

extension NetworkBuilder {
  /// A convolution with a bias.
  fileprivate mutating func convolution(
    _ x: Value,
    _ shape: [Int],
    _ geometry: Convolution,
    _ name: String
  ) throws -> Value {
    let weights = try constant(shape, 2 / Float(shape[1] * shape[2] * shape[3]).squareRoot())
    let sums = try graph.append(.convolution(geometry), x, weights, name: name)
    return try graph.append(.add, sums, constant([shape[0], 1, 1], 0.3))
  }

  fileprivate mutating func active(_ function: Function, _ x: Value) throws -> Value {
    try graph.append(.function(function), x)
  }
}
