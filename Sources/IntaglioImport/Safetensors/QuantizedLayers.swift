import IntaglioGraph
import IntaglioNumerics

/// Layers of Q-ViT: weights on a learned scale per output channel, activations on learned scales
/// with integer zero points, as graph nodes `quantize` and `dequantize`.
struct QuantizedLayers: ViTLayers {
  /// How an activation quantizer gets its scale from the vector `alpha`.
  enum ActivationScale: String, Sendable, CaseIterable {
    /// One scale, the mean of the vector.
    case mean
    /// The vector itself.
    case perChannel = "per_channel"
  }

  /// The width of codes in the blocks.
  let bits: Int
  let activationScale: ActivationScale
  let epsilon: Double
  let headEpsilon: Double

  /// The width of codes in the first and the last layer.
  static let outerBits = 8
  /// What stays of the MLP's hidden values.
  static let clip = Function.clip(lower: -10, upper: 10)

  var queryNorm: HeadNorm { HeadNorm(name: "norm_q", epsilon: headEpsilon) }
  var keyNorm: HeadNorm { HeadNorm(name: "norm_k", epsilon: headEpsilon) }

  func patchEmbedding(
    _ image: Value,
    _ name: String,
    _ geometry: ViTGeometry,
    in target: inout CheckpointGraph
  ) throws(ImportError) -> Value {
    let shape = [geometry.width, geometry.channels] + geometry.patch
    let pixels = try quantized(image, name + ".act", bits: Self.outerBits, axis: 1, in: &target)
    let weight = try self.weight(name, shape, bits: Self.outerBits, in: &target)
    let codes = try target.append(.constant(weight.codes), name: name + ".weight")
    let scale = Scale(weight.scales, axis: 0, rank: 4)
    let real = try target.append(.dequantize(Dequantizer(scale: scale)), codes)
    let window = Convolution(strides: geometry.patch)
    let y = try target.append(.convolution(window), pixels, real, name: name)
    return try target.addingChannelBias(y, name + ".bias", geometry.width)
  }

  func linear(
    _ x: Value,
    _ name: String,
    in target: inout CheckpointGraph
  ) throws(ImportError) -> Value {
    let bits = name == "head" ? Self.outerBits : bits
    let (inputs, outputs) = try target.linearExtents(x, name)
    let axis = target.graph.type(of: x).shape.count - 1
    let input = try quantized(x, name + ".act", bits: bits, axis: axis, in: &target)
    let weight = try self.weight(name, [outputs, inputs], bits: bits, in: &target)
    let codes = try target.append(.constant(weight.codes.transposed), name: name + ".weight")
    let scale = Scale(weight.scales, axis: 1, rank: 2)
    let real = try target.append(.dequantize(Dequantizer(scale: scale)), codes)
    let y = try target.append(.matmul, input, real, name: name)
    return try target.addingBias(y, name + ".bias", outputs)
  }

  func attentionOperand(
    _ x: Value,
    _ name: String,
    in target: inout CheckpointGraph
  ) throws(ImportError) -> Value {
    try quantized(x, name, bits: bits, axis: 1, in: &target)
  }

  func activation(
    _ x: Value,
    _ name: String,
    in target: inout CheckpointGraph
  ) throws(ImportError) -> Value {
    let active = try target.append(.function(.gelu), x, name: name)
    return try target.append(.function(Self.clip), active, name: name + ".clip")
  }
}

// Activations

extension QuantizedLayers {
  /// `x` through the codes of the quantizer `name`, whose vectors lie along `axis`.
  private func quantized(
    _ x: Value,
    _ name: String,
    bits: Int,
    axis: Int,
    in target: inout CheckpointGraph
  ) throws(ImportError) -> Value {
    let shape = target.graph.type(of: x).shape
    let signed = try self.signed(name, in: &target)
    let scales = try self.scales(name, shape[axis], in: &target)
    let zeroPoints = try self.zeroPoints(name, shape[axis], in: &target)
    let quantizer = Quantizer(
      IntegerType(bits: bits, signed: signed),
      scale: Scale(scales, axis: axis, rank: shape.count),
      zeroPoint: ZeroPoint(zeroPoints, axis: axis, rank: shape.count),
      placement: .beforeRounding
    )
    target.tensors.ignore(name + ".init_state")
    let codes = try target.append(.quantize(quantizer), x, name: name)
    return try target.append(.dequantize(quantizer.inverse), codes)
  }

  private func signed(
    _ name: String,
    in target: inout CheckpointGraph
  ) throws(ImportError) -> Bool {
    let value = try target.tensors.doubles(name + ".signed", [1])[0]
    guard value == 0 || value == 1 else {
      throw target.tensors.mismatch(name + ".signed", expected: "0 or 1", found: "\(value)")
    }
    return value == 1
  }

  /// The mean is taken in float64, where sums of float32 lose nothing that matters, and is then
  /// exactly that double.
  private func scales(
    _ name: String,
    _ count: Int,
    in target: inout CheckpointGraph
  ) throws(ImportError) -> [Rational] {
    let alpha = try target.tensors.doubles(name + ".alpha", [count])
    switch activationScale {
    case .perChannel:
      return try exact(alpha, name + ".alpha", in: target)
    case .mean:
      let mean = alpha.reduce(0, +) / Double(count)
      guard let scale = Rational(exactly: mean), !scale.isZero else {
        throw target.tensors.mismatch(
          name + ".alpha",
          expected: "numbers whose mean is a scale",
          found: "the mean \(mean)"
        )
      }
      return Array(repeating: scale, count: count)
    }
  }

  private func zeroPoints(
    _ name: String,
    _ count: Int,
    in target: inout CheckpointGraph
  ) throws(ImportError) -> [Int] {
    var result: [Int] = []
    for value in try target.tensors.doubles(name + ".zero_point", [count]) {
      let rounded = value.rounded(.toNearestOrEven)
      guard abs(rounded) <= 0x1p24 else {
        throw target.tensors.mismatch(
          name + ".zero_point",
          expected: "numbers of at most 24 bits",
          found: "\(value)"
        )
      }
      result.append(Int(rounded))
    }
    return result
  }
}

// Weights

extension QuantizedLayers {
  /// The codes round(clamp(w / alpha[c])) of shape `shape` and the scales alpha; c runs along the
  /// first axis.
  private func weight(
    _ name: String,
    _ shape: [Int],
    bits: Int,
    in target: inout CheckpointGraph
  ) throws(ImportError) -> (codes: Tensor, scales: [Rational]) {
    let alpha = try target.tensors.doubles(name + ".alpha", [shape[0]])
    let scales = try exact(alpha, name + ".alpha", in: target)
    let weights = try target.tensors.doubles(name + ".weight", shape)
    let type = IntegerType(bits: bits, signed: true)
    let (low, high) = (Double(type.range.lowerBound), Double(type.range.upperBound))
    let inner = weights.count / max(shape[0], 1)
    let codes = weights.indices.map { index in
      let ratio = weights[index] / alpha[index / inner]
      return Int(min(max(ratio, low), high).rounded(.toNearestOrEven))
    }
    target.tensors.ignore(name + ".init_state")
    guard let tensor = Tensor(codes, type, shape: shape) else {
      throw target.tensors.mismatch(name + ".weight", expected: "codes of \(type)", found: "others")
    }
    return (tensor, scales)
  }

  /// Scales as they stand, none zero.
  private func exact(
    _ values: [Double],
    _ name: String,
    in target: CheckpointGraph
  ) throws(ImportError) -> [Rational] {
    var result: [Rational] = []
    for (index, value) in values.enumerated() {
      guard let scale = Rational(exactly: value), !scale.isZero else {
        throw target.tensors.mismatch(
          name,
          expected: "finite scales other than zero",
          found: "\(value) at [\(index)]"
        )
      }
      result.append(scale)
    }
    return result
  }
}
